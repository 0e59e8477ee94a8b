import assert from 'node:assert/strict';
import type { StepNote } from '../../../src/core/trace/record.ts';
import { stepsFromSpans } from '../../../src/core/trace/steps.ts';
import type { Trace } from '../../../src/core/trace/trace.ts';
import { lossesText } from '../../../src/formats/export/losses-text.ts';
import { annotate } from '../../../src/vscode/annotations.ts';
import { agreementText, noteInline, noteText } from '../../../src/vscode/note-text.ts';
import { createNotesMemory, notedSpans } from '../../../src/vscode/notes-memory.ts';
import { memoryStores } from './memory.ts';
import { score, step } from './scores.ts';

function traceOf(response: string, ...spans: readonly (readonly [number, number])[]): Trace {
  return { source: { file: 'a.md' }, problem: 'Q', response, steps: stepsFromSpans(spans.map(([start, end]) => ({ start, end }))) };
}

const two = traceOf('one two', [0, 3], [4, 7]);

describe('notes memory', () => {
  it('keeps notes by the content of a trace, over sessions', () => {
    const { memento } = memoryStores();
    createNotesMemory(memento).keep(two, 1, [{ mark: 'wrong', comment: 'no' }]);
    const memory = createNotesMemory(memento);
    const again = { ...traceOf('one two', [0, 3], [4, 7]), source: { file: 'other.md' } };
    assert.deepEqual(memory.find(again, []), { shown: [{ step: 1, mark: 'wrong', comment: 'no' }], hidden: 0 });
    assert.deepEqual(memory.find(traceOf('one six', [0, 3], [4, 7]), []).shown, [], 'another text');
  });

  it('holds a note back while its step is cut otherwise', () => {
    const memory = createNotesMemory(memoryStores().memento);
    memory.keep(two, 1, [{ mark: 'right' }]);
    assert.deepEqual(memory.find(traceOf('one two', [0, 7]), []), { shown: [], hidden: 1 });
    assert.deepEqual(memory.find(traceOf('one two', [0, 1], [1, 3], [4, 7]), []), { shown: [{ step: 2, mark: 'right' }], hidden: 0 });
  });

  it('puts what was noted here in the place of what a file brought, cleared notes too', () => {
    const memory = createNotesMemory(memoryStores().memento);
    const brought = notedSpans(two, [{ step: 0, mark: 'right', author: 'ann' }, { step: 1, comment: 'a' }, { step: 1, comment: 'b' }]);
    assert.equal(memory.find(two, brought).shown.length, 3);
    memory.keep(two, 0, [{ mark: 'wrong' }]);
    memory.keep(two, 1, []);
    assert.deepEqual(memory.find(two, brought), { shown: [{ step: 0, mark: 'wrong' }], hidden: 0 });
  });

  it('passes over a damaged state', () => {
    const { memento } = memoryStores();
    void memento.update('stepscope.notes', [{ text: 5 }, 'x', { text: 'k', spans: [{ span: { start: -1, end: 2 }, notes: [] }] }]);
    assert.deepEqual(createNotesMemory(memento).find(two, []).shown, []);
  });
});

describe('notes as text', () => {
  it('say mark, comment and author', () => {
    const notes: StepNote[] = [{ step: 0, mark: 'wrong', comment: 'sign', author: 'ann' }, { step: 0, comment: 'why' }];
    assert.deepEqual(notes.map(noteText), ['marked wrong: sign (by ann)', 'comment: why']);
    assert.equal(noteInline(notes), '✎ wrong, comment');
    assert.equal(noteInline([]), '');
  });

  it('count the agreement of verifier and person over marked steps with a verdict', () => {
    const annotations = annotate([step({ greedy: score(0.9) }), step({ greedy: score(0.1) }), step(), step({ greedy: score(0.9) })], 0.5, undefined);
    const marks: StepNote[] = [{ step: 0, mark: 'right' }, { step: 1, mark: 'right' }, { step: 3, comment: 'no mark' }];
    assert.equal(agreementText(annotations, marks), 'agreement 1 of 2 marked steps');
    assert.equal(agreementText(annotations, [...marks, { step: 2, mark: 'wrong' }]), 'agreement 1 of 2 marked steps (1 more without one verdict or one mark)');
    assert.equal(agreementText(annotations, [{ step: 3, comment: 'c' }]), '');
  });

  it('tell the losses of an export in one sentence', () => {
    assert.equal(lossesText('a.csv', []), '');
    assert.equal(lossesText('a.csv', [{ what: 'notes', traces: 1 }]), 'Not in a.csv, or not in full: your notes.');
    assert.equal(lossesText('a.csv', [{ what: 'notes', traces: 1 }, { what: 'label', traces: 1 }, { what: 'scores', traces: 1 }]), 'Not in a.csv, or not in full: your notes, the label and the scores.');
  });
});
