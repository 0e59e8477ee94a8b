import assert from 'node:assert/strict';
import { parseMarkdownTrace } from '../../../../src/formats/markdown.ts';
import { DEFAULT_BIAS_SETTINGS } from '../../../../src/core/bias/settings.ts';
import type { TraceReading } from '../../../../src/core/bias/trace-parts.ts';
import { chartTable } from '../../../../src/core/picture/chart-table.ts';
import { biasTrace } from '../../../../src/vscode/overthinking/bias-trace.ts';
import { createFirstAnswers } from '../../../../src/vscode/overthinking/first-answers.ts';
import { measureTrace, type MeasuredTrace } from '../../../../src/vscode/overthinking/measured-trace.ts';
import { overthinkingSnapshot, type OverthinkingInput } from '../../../../src/vscode/overthinking/overthinking-snapshot.ts';
import type { OpenTrace } from '../../../../src/vscode/trace-documents.ts';
import { stepTexts } from '../../../../src/core/trace/trace.ts';
import { memoryStores } from '../memory.ts';

const QUESTION = 'Ben has 9 books and gets 4 more books. How many books does Ben have?';

function openOf(response: string): { readonly document: string; readonly open: OpenTrace } {
  const document = `# Problem\n\n${QUESTION}\n\n# Solution\n\n${response}\n`;
  const parsed = parseMarkdownTrace('books.md', document);
  assert.ok(parsed.ok);
  const { trace, problem, response: place } = parsed.value;
  const inDocument = ({ start, end }: { readonly start: number; readonly end: number }) => ({ start: start + place.start, end: end + place.start });
  return { document, open: { trace, name: 'books.md', problem, steps: trace.steps.map(({ span }) => inDocument(span)), ...(trace.answer && { answer: inDocument(trace.answer) }), texts: stepTexts(trace) } };
}

const THOUGHT = '<think>\n9 + 4 = 13.\n\nSo the answer is 13.\n\nWait, 9 + 4 = 13.\n</think>\n\nThe answer is \\boxed{13}.';

function measured(response: string, given?: { readonly start: number; readonly end: number }): MeasuredTrace {
  const result = measureTrace(biasTrace(openOf(response).open), 'books.md', DEFAULT_BIAS_SETTINGS, given);
  assert.ok(result.ok);
  return result.value;
}

function snapshotOf(of: MeasuredTrace, change: Partial<OverthinkingInput> = {}) {
  return overthinkingSnapshot({ uri: 'file:///books.md', name: 'books.md', measured: of, settings: DEFAULT_BIAS_SETTINGS, state: { reading: undefined, failures: new Map(), running: undefined }, notes: [], lacks: {}, layers: undefined, threshold: 1, ...change }, 1).snapshot;
}

describe('a trace of the editor for the bias views', () => {
  it('is what a policy would have written after its prompt, and knows where that stands in the document', () => {
    for (const [response, opened] of [[THOUGHT, true], [THOUGHT.slice('<think>\n'.length), false]] as const) {
      const { document, open } = openOf(response);
      const trace = biasTrace(open);
      assert.equal(trace.question, QUESTION);
      assert.ok(trace.text.startsWith('9 + 4 = 13.'), trace.text);
      assert.deepEqual([trace.opened, trace.marked], [opened, true]);
      for (const text of ['So the answer', 'Wait', '13}']) {
        const start = trace.text.indexOf(text);
        const place = trace.toDocument({ start, end: start + text.length });
        assert.equal(document.slice(place.start, place.end), text);
      }
      assert.equal(trace.toText(document.indexOf('Wait')), trace.text.indexOf('Wait'));
      assert.equal(trace.toText(document.indexOf('Ben')), undefined);
    }
  });

  it('takes a first answer by hand within a step only, as the answer that the selection states', () => {
    const { text } = biasTrace(openOf(THOUGHT).open);
    const span = (part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });
    const stated = measured(THOUGHT, span('the answer is 13'));
    assert.deepEqual([stated.byHand, stated.measure.first?.answer, stated.measure.first?.step, stated.measure.first?.by], [true, '13', 1, 'by hand']);
    const bare = measured(THOUGHT, span(' 13.'));
    assert.deepEqual([bare.measure.first?.answer, bare.measure.first?.step], ['13.', 0]);
    assert.equal(measured(THOUGHT, span('13.\n\nSo')).byHand, false);
    assert.equal(measured(THOUGHT, { start: 0, end: 9999 }).byHand, false);
  });

  it('keeps first answers by the text, and passes over what a damaged state holds', () => {
    const { memento } = memoryStores();
    const answers = createFirstAnswers(memento);
    answers.keep('one', { start: 1, end: 2 });
    answers.keep('two', { start: 3, end: 4 });
    answers.keep('two', undefined);
    assert.deepEqual([createFirstAnswers(memento).find('one'), createFirstAnswers(memento).find('two')], [{ start: 1, end: 2 }, undefined]);
    void memento.update('stepscope.firstAnswers', [{ text: 'x', start: 2, end: 1 }, 7, null]);
    assert.equal(createFirstAnswers(memento).find('one'), undefined);
  });
});

describe('the overthinking view of a trace', () => {
  const reading: TraceReading = {
    model: { name: 'tiny', hash: 'abcdef0123456789', weights: '8-bit', parameters: 1, context: 64 },
    tokens: undefined,
    pFirst: undefined,
    guesses: { greedy: '12', tokens: 9, distributions: [{ template: 'closed', temperature: 1, answers: [{ answer: '12', count: 2 }, { answer: '5', count: 1 }], unparsed: 1 }] },
  };

  it('counts in characters where no model has read the trace, or the model does not tell its tokens, and says which', () => {
    const of = measured(THOUGHT);
    assert.match(snapshotOf(of).notes.join(), /tokens are known once a model has read/);
    const served = snapshotOf(of, { state: { reading, failures: new Map(), running: undefined } });
    assert.equal(served.timeline.unit, 'characters');
    assert.match(served.notes.join(), /tiny does not tell its tokens/);
    assert.equal(served.summary, '1 reflection, 1 redundant step, 0 loops in 3 steps.');
  });

  it('marks the own answer in the histogram though nobody guessed it, and keeps the unparsed out of the deviation', () => {
    const [guesses] = snapshotOf(measured(THOUGHT), { state: { reading, failures: new Map(), running: undefined } }).parts;
    const chart = guesses?.charts[0];
    assert.ok(chart?.kind === 'bars');
    assert.deepEqual(chart.bars.map(({ name, text, mark = '' }) => `${name}: ${text} ${mark}`.trim()), ['12: 2 of 4 greedy', '5: 1 of 4', '13: 0 of 4 own answer', 'unparsed: 1 of 4']);
    assert.ok(guesses?.facts.some(({ value }) => value === '1.00 [0.44, 1.00], n = 3'), JSON.stringify(guesses?.facts));
    assert.equal(chartTable(chart).rows.length, 4);
  });

  it('shows disabled what the policy lacks, and the early exit with the attention that it follows from', () => {
    const { parts } = snapshotOf(measured(THOUGHT), { lacks: { attention: 'tiny has no attention.', lens: undefined } });
    assert.deepEqual(parts.map(({ id, state }) => `${id} ${state}`), ['guesses open', 'lens open', 'attention lacking', 'exit lacking']);
    assert.deepEqual(parts.map(({ message }) => message).slice(2), ['tiny has no attention.', 'tiny has no attention.']);
  });
});
