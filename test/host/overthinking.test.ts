import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { OverthinkingSnapshot, PartView } from '../../src/protocol/overthinking-view.ts';
import { LONG, openText } from './traces.ts';

const QUESTION = 'Ben has 9 books and gets 4 more books. How many books does Ben have?';
const RESPONSE = '<think>\nIn all Ben has 9 + 4 = 13 books.\n\nSo the answer is 13.\n\nWait, let me check.\n\n9 + 4 = 13.\n\nSo the answer is 13.\n</think>\n\nThe answer is \\boxed{13}.';
const TRACE = `# Problem\n\n${QUESTION}\n\n# Solution\n\n${RESPONSE}\n`;

const command = (name: string, ...parameters: readonly unknown[]): Promise<OverthinkingSnapshot | undefined> => Promise.resolve(vscode.commands.executeCommand<OverthinkingSnapshot | undefined>(`stepscope.${name}`, ...parameters));

function kinds({ timeline: { marks } }: OverthinkingSnapshot): string[] {
  return marks.map(({ kind, step }) => `${kind} ${step ?? ''}`.trim());
}

function part({ parts }: OverthinkingSnapshot, id: string): PartView {
  const found = parts.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
}

describe('overthinking in a trace', function () {
  this.timeout(LONG);
  let editor: vscode.TextEditor;
  let uri: vscode.Uri;
  const shown = async (): Promise<OverthinkingSnapshot> => {
    const snapshot = await command('showOverthinking', uri);
    assert.ok(snapshot);
    return snapshot;
  };
  /** Selects the nth place of a text. */
  function select(text: string, from = 0): void {
    const at = editor.document.getText().indexOf(text, from);
    assert.ok(at >= 0, text);
    editor.selection = new vscode.Selection(editor.document.positionAt(at), editor.document.positionAt(at + text.length));
  }

  before(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    editor = await openText(TRACE);
    ({ uri } = editor.document);
  });

  it('shows what the detectors find at once, in characters, and asks no model', async () => {
    const snapshot = await shown();
    assert.deepEqual(kinds(snapshot), ['first 1', 'reflection 2', 'redundant 3', 'redundant 4', 'answer']);
    assert.equal(snapshot.timeline.unit, 'characters');
    assert.deepEqual(snapshot.parts.map(({ id, state }) => `${id} ${state}`), ['guesses open', 'lens open', 'attention open', 'exit open']);
    assert.ok(snapshot.facts.some(({ name, value }) => name === 'First answer' && value.startsWith('13, step 2')), JSON.stringify(snapshot.facts));
  });

  it('takes the first answer from the selection, says that it is by hand, and gives the detector back its own', async () => {
    select('13', TRACE.indexOf('9 + 4 ='));
    await command('setFirstAnswer', uri);
    const byHand = await shown();
    assert.equal(kinds(byHand)[0], 'first 0');
    assert.ok(byHand.facts.some(({ value }) => value === '13, step 1 (by hand)'));
    assert.equal(byHand.first.chosen, byHand.first.names.length - 1);
    select('Problem');
    await command('setFirstAnswer', uri);
    assert.equal(kinds(await shown())[0], 'first 0', 'a selection outside the steps changes nothing');
    await command('resetFirstAnswer', uri);
    assert.equal(kinds(await shown())[0], 'first 1');
  });

  it('measures guesses, layers and attention with the bundled reasoner, in tokens', async () => {
    const settings = vscode.workspace.getConfiguration('stepscope.bias');
    await settings.update('guesses', 6, vscode.ConfigurationTarget.Global);
    try {
      const snapshot = await command('measureOverthinking', uri);
      assert.ok(snapshot);
      assert.equal(snapshot.timeline.unit, 'tokens');
      assert.deepEqual(snapshot.parts.map(({ state }) => state), ['done', 'done', 'done', 'done'], JSON.stringify(snapshot.parts.map(({ message }) => message)));
      const { charts: [histogram], provenance } = part(snapshot, 'guesses');
      assert.ok(histogram?.kind === 'bars');
      assert.equal(histogram.bars.reduce((sum, { value }) => sum + value, 0), 6);
      assert.ok(histogram.bars.some(({ name, mark }) => name === '13' && mark?.includes('own answer')));
      assert.match(provenance ?? '', /^reasoner \(.*; [0-9a-f]{12}\) · 6 samples/);
      const attention = part(snapshot, 'attention').charts[0];
      assert.ok(attention?.kind === 'lines' && attention.series.length === 2 && attention.series.every(({ points }) => points.length === 8));
      assert.equal(snapshot.tokens.length, snapshot.timeline.length);
      assert.equal(snapshot.curve?.points.length, snapshot.timeline.length);
      assert.ok(part(snapshot, 'exit').tables[0]?.rows.length);
      // The marks stand where they stood, in another unit.
      assert.deepEqual(kinds(snapshot), ['first 1', 'reflection 2', 'redundant 3', 'redundant 4', 'answer']);
    } finally {
      await settings.update('guesses', undefined, vscode.ConfigurationTarget.Global);
    }
    assert.equal(part(await shown(), 'guesses').state, 'open', 'with other settings nothing of it is shown');
  });

  it('follows edited word lists, and the defaults where they are empty', async () => {
    const settings = vscode.workspace.getConfiguration('stepscope.bias');
    await settings.update('reflectionWords', { en: ['So'] }, vscode.ConfigurationTarget.Global);
    try {
      assert.deepEqual(kinds(await shown()).filter((kind) => kind.startsWith('reflection')), ['reflection 1', 'reflection 4']);
      await settings.update('reflectionWords', {}, vscode.ConfigurationTarget.Global);
      assert.deepEqual(kinds(await shown()).filter((kind) => kind.startsWith('reflection')), ['reflection 2']);
    } finally {
      await settings.update('reflectionWords', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('says in the parts why a policy that is not there cannot be asked, and keeps the detectors', async () => {
    const settings = vscode.workspace.getConfiguration('stepscope.policy');
    await settings.update('model', '/no/such/folder', vscode.ConfigurationTarget.Global);
    try {
      const snapshot = await command('measureOverthinking', uri, ['guesses']);
      assert.ok(snapshot);
      assert.equal(part(snapshot, 'guesses').state, 'failed');
      assert.match(part(snapshot, 'guesses').message ?? '', /no\/such\/folder/);
      assert.equal(snapshot.timeline.marks.length, 5);
    } finally {
      await settings.update('model', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('finds the answer that a row of a data set sets apart', async () => {
    const row = await openText(`${JSON.stringify({ question: QUESTION, answer: 'Ben has 9 + 4 = 13 books.\n#### 13' })}\n`, 'jsonl');
    const snapshot = await command('showOverthinking', row.document.uri);
    assert.ok(snapshot);
    assert.equal(snapshot.timeline.marks.find(({ kind }) => kind === 'answer')?.what, '13');
    assert.ok(snapshot.facts.some(({ name, value }) => name === 'Reference' && value === '13 ✓'), JSON.stringify(snapshot.facts));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
