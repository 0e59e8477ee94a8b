import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { openTraces } from '../../../../src/formats/open.ts';
import { proposeMaps } from '../../../../src/formats/fields/propose-maps.ts';
import { fieldChoices } from '../../../../src/formats/fields/roles.ts';
import { baseFacts, draftOf, mapOf, openLabels, previewOf, withField, type MappingDraft } from '../../../../src/vscode/dataset/mapping-draft.ts';
import { baseText, examplesText, previewLines, tracesText } from '../../../../src/vscode/dataset/mapping-text.ts';
import { createReadingChoices } from '../../../../src/vscode/dataset/reading-choices.ts';
import { createTreeMemory } from '../../../../src/vscode/dataset/tree-memory.ts';
import { memoryStores } from '../memory.ts';

/** As much of an address as is needed to tell folders apart. */
function uriOf(path: string): vscode.Uri {
  return { path, with: (change: { readonly path: string }) => uriOf(change.path), toString: () => `file://${path}` } as unknown as vscode.Uri;
}

const ROWS = [
  { query: 'How many?', chain_of: [{ text: 'One.' }, { text: 'Two.' }], first_bad: 2, key: 'a' },
  { query: 'How few?', chain_of: [{ text: 'Three.' }, { text: 'Four.' }], first_bad: -1, key: 'b' },
  { query: 'Which?', chain_of: [{ text: 'Five.' }], first_bad: 1, key: 'c' },
];
const SAMPLE = { name: 'a.jsonl', rows: ROWS };
const MAP = { version: 1, problem: 'query', steps: 'chain_of[].text' } as const;
const bytes = (rows: readonly unknown[]): Uint8Array => new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join('\n'));

describe('how a data set is read, as a person chose', () => {
  it('holds for files of the folder whose rows have the same fields, over sessions, until it is forgotten', () => {
    const { memento } = memoryStores();
    const choices = createReadingChoices(memento);
    const files = ['/data/a.jsonl', '/data/b.jsonl', '/data/other.jsonl', '/other/a.jsonl'];
    const heard: string[][] = [];
    choices.onDidChange((concerns) => heard.push(files.filter((file) => concerns(uriOf(file)))));
    choices.keep(uriOf('/data/a.jsonl'), ROWS, { fieldMap: MAP });
    const again = createReadingChoices(memento);
    assert.deepEqual(again.find(uriOf('/data/a.jsonl'), ROWS), { fieldMap: MAP });
    assert.deepEqual(again.find(uriOf('/data/b.jsonl'), ROWS.slice(1)), { fieldMap: MAP });
    assert.equal(again.find(uriOf('/other/a.jsonl'), ROWS), undefined);
    assert.equal(again.find(uriOf('/data/b.jsonl'), [{ ...ROWS[0], more: 1 }]), undefined);
    assert.match(again.optionsFor(uriOf('/data/b.jsonl')).remembered?.[0]?.reason ?? '', /^It was chosen for a\.jsonl in this folder/);
    choices.keep(uriOf('/data/b.jsonl'), ROWS, { format: 'processbench' });
    assert.deepEqual(choices.find(uriOf('/data/a.jsonl'), ROWS), { format: 'processbench' });
    assert.equal(choices.forget(uriOf('/data/a.jsonl'), ROWS), true);
    assert.equal(choices.forget(uriOf('/data/a.jsonl'), ROWS), false);
    assert.equal(createReadingChoices(memento).find(uriOf('/data/a.jsonl'), ROWS), undefined);
    assert.deepEqual(heard, Array(3).fill(['/data/a.jsonl', '/data/b.jsonl', '/data/other.jsonl']));
  });

  it('passes over what cannot be read any more', () => {
    const { memento } = memoryStores();
    const entry = { folder: 'file:///data', file: 'a.jsonl', fields: ['x'] };
    void memento.update('stepscope.readings', ['x', { ...entry, choice: { format: 'gone' } }, { ...entry, choice: { fieldMap: { version: 9 } } }]);
    assert.equal(createReadingChoices(memento).find(uriOf('/data/a.jsonl'), [{ x: 1 }]), undefined);
  });

  it('is how the file is opened, with all rows read so', () => {
    const file = openTraces('a.jsonl', bytes([...ROWS, { query: 'Q', problem: 'other', steps: ['x'] }]), { remembered: [{ fields: ['chain_of', 'first_bad', 'key', 'problem', 'query', 'steps'], fieldMap: MAP, reason: 'It was chosen.' }] });
    assert.ok(file.ok);
    assert.deepEqual(file.value.rowFormat, { id: 'fields', confidence: 1, reason: 'It was chosen.', isRemembered: true });
    const [first, last] = [file.value.trace(0), file.value.trace(3)];
    assert.ok(first.ok && first.value.steps.length === 2);
    assert.ok(!last.ok && last.error.message.includes('no list of steps'), last.ok ? '' : last.error.message);
    const plain = openTraces('a.jsonl', bytes(ROWS), { remembered: [{ fields: ['query'], fieldMap: MAP, reason: 'It was chosen.' }] });
    assert.ok(plain.ok && plain.value.rowFormat.id === 'rows' && plain.value.rowFormat.isRemembered === undefined);
  });
});

describe('a field map that is being made', () => {
  const draft: MappingDraft = { fields: { problem: 'query', steps: 'chain_of[].text', firstError: 'first_bad' }, bases: {} };

  it('begins with a proposal, whose counted labels are open', () => {
    const rows = [1, 2].map((n) => ({ query: 'How many?', solution_steps: ['a', 'b'], first_error_step: n }));
    const proposed = draftOf(proposeMaps(rows)[0]);
    assert.deepEqual(proposed, { fields: { problem: 'query', steps: 'solution_steps', firstError: 'first_error_step' }, bases: {} });
    assert.deepEqual(openLabels(proposed), ['firstError']);
    assert.deepEqual(draftOf(undefined), { fields: {}, bases: {} });
  });

  it('leaves a label out until it is said what it counts from', () => {
    const open = mapOf(draft);
    assert.ok(open.ok && open.value.firstError === undefined);
    const said = mapOf({ ...draft, bases: { firstError: 1 }, none: -1 });
    assert.ok(said.ok);
    assert.deepEqual(said.value, { ...MAP, firstError: { path: 'first_bad', indexBase: 1, none: -1 } });
    assert.equal(mapOf({ fields: { problem: 'query' }, bases: {} }).ok, false);
  });

  it('says what the values would say from 0 and from 1', () => {
    const [zero, one] = [baseFacts(SAMPLE, draft, 'firstError', 0), baseFacts(SAMPLE, draft, 'firstError', 1)];
    assert.deepEqual([zero.rows, zero.used, one.used], [3, 0, 2]);
    assert.deepEqual(one.others, [{ value: -1, rows: 1 }]);
    assert.equal(baseText(one, 'value'), '2 of 3 values name a step; what names none: -1 (1 row)');
    const lists = { name: 'b', rows: [{ q: 'p', s: ['a', 'b'], w: [1, 2] }, { q: 'p', s: ['a'], w: [] }] };
    const wrong: MappingDraft = { fields: { problem: 'q', steps: 's', wrongSteps: 'w' }, bases: {} };
    assert.deepEqual([baseFacts(lists, wrong, 'wrongSteps', 0).used, baseFacts(lists, wrong, 'wrongSteps', 1).used], [1, 2]);
  });

  it('forgets what was said about a field when another takes its place', () => {
    const based: MappingDraft = { ...draft, bases: { firstError: 1, wrongSteps: 0 }, none: -1 };
    assert.deepEqual(withField(based, 'firstError', 'other'), { fields: { ...draft.fields, firstError: 'other' }, bases: { wrongSteps: 0 } });
    assert.deepEqual(withField(based, 'steps', undefined), { fields: { problem: 'query', firstError: 'first_bad' }, bases: based.bases, none: -1 });
  });

  it('shows the first trace and how many rows can be read', () => {
    const map = mapOf({ ...draft, bases: { firstError: 1 }, none: -1 });
    assert.ok(map.ok);
    const preview = previewOf({ ...SAMPLE, rows: [{ query: '' }, ...ROWS] }, map.value);
    assert.equal(tracesText(preview), '3 of the first 4 rows are traces');
    assert.match(preview.reason ?? '', /a\.jsonl row 0 has no question/);
    assert.ok(preview.first);
    assert.deepEqual(previewLines(preview.first).map(({ label, text }) => `${label}: ${text}`), ['Question: How many?', 'Step 1: One.', 'Step 2 · ⚑ first error: Two.']);
  });

  it('offers all fields of the rows, the likely ones first, and the texts inside of lists', () => {
    const steps = fieldChoices(ROWS, 'steps').map(({ leaf, fit }) => `${leaf.path} ${fit}`);
    assert.deepEqual(steps, ['chain_of[].text typed', 'chain_of typed', 'query other', 'first_bad other', 'key other']);
    assert.equal(fieldChoices(ROWS, 'problem')[0]?.leaf.path, 'query');
    assert.deepEqual([examplesText([2, -1, 2]), examplesText([['a b', 'c']]), examplesText([[1, null]]), examplesText([undefined])], ['2 · -1', '2 items, the first: a b', '[1,null]', 'missing']);
  });
});

describe('the memory of the Traces tree', () => {
  it('keeps what is unfolded and selected, and forgets both with the file', () => {
    const { memento } = memoryStores();
    const memory = createTreeMemory(memento);
    for (const id of ['file:///a', 'file:///a#0-100', 'file:///ab']) memory.setUnfolded(id, true);
    memory.setUnfolded('file:///a#0-100', false);
    memory.select('file:///a#[3]');
    const again = createTreeMemory(memento);
    assert.deepEqual([again.isUnfolded('file:///a'), again.isUnfolded('file:///a#0-100'), again.selected()], [true, false, 'file:///a#[3]']);
    again.forget('file:///a');
    assert.deepEqual([again.isUnfolded('file:///a'), again.isUnfolded('file:///ab'), again.selected()], [false, true, undefined]);
  });
});
