import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createReadingChoices } from '../../src/vscode/dataset/reading-choices.ts';
import { mapFields } from '../../src/vscode/dataset/map-fields.ts';
import type { FieldMap } from '../../src/formats/fields/field-map.ts';
import { eventually, fresh, LONG, openText, run } from './traces.ts';

/** Rows of no published format, whose label counts from 1 and says -1 where no step is wrong. */
const ROWS = [
  { query: 'Mia has 4 photos and gets 3 more. How many photos does Mia have?', chain: [{ text: 'Mia gets 3 more photos: 4 + 3 = 7.' }, { text: 'So the answer is 7.' }], first_error: -1 },
  { query: 'Mia has 9 coins and loses 5. How many coins does Mia have?', chain: [{ text: 'After losing 5, Mia has 9 - 5 = 3 coins.' }, { text: 'So the answer is 3.' }], first_error: 1 },
];
const accept = () => vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
const next = () => vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
const escape = () => vscode.commands.executeCommand('workbench.action.closeQuickOpen');
const back = () => vscode.commands.executeCommand('workbench.action.quickInputBack');
/** A pick is there some time after it was asked for, and takes no key before that. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 400));

describe('how the rows of a data set are read', function () {
  this.timeout(LONG);

  async function write(): Promise<vscode.Uri> {
    const editor = await openText(`${ROWS.map((row) => JSON.stringify(row)).join('\n')}\n`, 'jsonl');
    return editor.document.uri;
  }

  async function traceText(file: vscode.Uri): Promise<string> {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('openRow', file.toString(), 1);
    const document = vscode.window.activeTextEditor?.document;
    return document?.uri.scheme === 'stepscope-trace' ? document.getText() : '';
  }

  it('is asked for with picks: the likeliest map, what the label counts from, and a preview', async () => {
    const mapping = mapFields({ name: 'own.jsonl', rows: ROWS }, undefined);
    await settle();
    await accept(); // Preview: the label is still open, so it is asked first.
    await settle();
    await next(); // From 1.
    await accept();
    await settle();
    await accept(); // -1, the only value that names no step.
    await settle();
    await accept(); // Preview again.
    await settle();
    await accept(); // Use this map.
    const expected: FieldMap = { version: 1, problem: 'query', steps: 'chain[].text', firstError: { path: 'first_error', indexBase: 1, none: -1 } };
    assert.deepEqual(await mapping, expected);
  });

  it('changes nothing after Escape, and goes a step back from the preview', async () => {
    const unlabelled = ROWS.map(({ query, chain }) => ({ query, chain }));
    const mapping = mapFields({ name: 'own.jsonl', rows: unlabelled }, undefined);
    await settle();
    await accept();
    await settle();
    await back();
    await settle();
    await accept();
    await settle();
    await escape();
    assert.equal(await mapping, undefined);
  });

  it('holds for the file, for another one with the same fields, over a restart, and can be forgotten', async () => {
    const file = await write();
    assert.equal(await traceText(file), '');
    await run('mapFields', file, { version: 1, problem: 'query', steps: 'chain[].text' });
    assert.match(await traceText(file), /After losing 5/);
    const other = await write();
    assert.match(await traceText(other), /After losing 5/);
    await run('chooseFormat', file, '');
    assert.equal(await traceText(other), '');
  });

  it('can be a format that is named, and a row in an editor follows it', async () => {
    const editor = await openText(fresh(`${JSON.stringify({ problem: 'Mia has 4.', steps: ['One.'], solution: 'First.\n\nSecond.' })}\n`), 'jsonl');
    const { uri } = editor.document;
    await run('openRow', uri.toString(), 0);
    const row = vscode.window.activeTextEditor?.document;
    assert.match(row?.getText() ?? '', /One\./);
    await run('chooseFormat', uri, 'math');
    await eventually('the open row is read anew', () => /Second\./.test(row?.getText() ?? ''));
    await run('chooseFormat', uri, '');
    await eventually('and as it looks again', () => /One\./.test(row?.getText() ?? ''));
  });

  it('is kept in the state of the workspace', () => {
    const stored = new Map<string, unknown>();
    const memento = { get: (key: string) => stored.get(key) as never, update: (key: string, value: unknown) => Promise.resolve(void stored.set(key, value)) };
    const file = vscode.Uri.file('/data/a.jsonl');
    createReadingChoices(memento).keep(file, ROWS, { format: 'rows' });
    assert.deepEqual(createReadingChoices(memento).find(vscode.Uri.file('/data/b.jsonl'), ROWS), { format: 'rows' });
  });
});

describe('a row with several traces', function () {
  this.timeout(LONG);
  const row = { idx: 'p1', original_question: 'Q?', modified_question: 'Q?', original_process: ['First.', 'Right.'], modified_process: ['First.', 'Wrong.'], error_steps: [2], classification: 'c', reason: 'r' };

  it('opens the trace that is named, and asks for one otherwise', async () => {
    const { document } = await openText(`${JSON.stringify(row)}\n`, 'jsonl');
    await run('openVariant', document.uri.toString(), 0, 'original');
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /Right\./);
    const asked = run('openVariant');
    await settle();
    await accept(); // The first is the modified one.
    await asked;
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /Wrong\./);
  });
});
