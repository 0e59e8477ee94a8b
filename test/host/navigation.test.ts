import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { eventually, fresh, LONG, openText, PHOTOS, putCursor, run } from './traces.ts';

describe('stepping through a trace', function () {
  this.timeout(LONG);
  let editor: vscode.TextEditor;
  const line = (): string => editor.document.lineAt(editor.selection.active.line).text;

  before('opens a trace with a wrong first step', async () => {
    editor = await openText(fresh(PHOTOS).replace('6 × 14 = 84', '6 × 14 = 94'));
  });

  it('goes to the first step from the question, and on', async () => {
    putCursor(editor, 'At the start');
    await run('nextStep');
    assert.match(line(), /^In all/);
    await run('nextStep');
    assert.match(line(), /more photos/);
  });

  it('stays at both ends', async () => {
    for (let press = 0; press < 6; press++) await run('nextStep');
    assert.match(line(), /^So the answer/);
    for (let press = 0; press < 6; press++) await run('previousStep');
    assert.match(line(), /^In all/);
  });

  it('takes the trace up at the step where it was left', async () => {
    await run('nextStep');
    const left = line();
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    await run('nextStep');
    assert.equal(line(), left);
  });

  it('goes to suspicious steps and stays where there is none after', async () => {
    await run('scoreSteps');
    putCursor(editor, 'At the start');
    await run('nextSuspiciousStep');
    assert.match(line(), /^In all/);
    putCursor(editor, 'So the answer');
    const { active } = editor.selection;
    await run('nextSuspiciousStep');
    assert.ok(editor.selection.active.isEqual(active));
  });

  it('goes to both ends and to a step by its number, and stays there', async () => {
    await run('lastStep');
    assert.match(line(), /^So the answer/);
    await run('lastStep');
    assert.match(line(), /^So the answer/);
    await run('firstStep');
    assert.match(line(), /^In all/);
    await run('goToStep', editor.document.uri, 2);
    assert.match(line(), /more photos/);
    await run('goToStep', editor.document.uri, 99);
    assert.match(line(), /^So the answer/);
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    await run('nextStep');
    assert.match(line(), /^So the answer/, 'the trace remembers it');
  });

  it('takes one key after the other, however fast they come', async () => {
    await Promise.all([run('lastStep'), run('firstStep'), run('nextStep'), run('nextStep')]);
    assert.match(line(), /^After losing/);
    await Promise.all([run('lastStep'), run('firstStep')]);
    assert.match(line(), /^In all/);
  });

  it('asks for a step, and goes to the number that is chosen', async () => {
    putCursor(editor, 'more photos');
    const asking = run('goToStep');
    await eventually('the list takes a key', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return Promise.race([asking.then(() => true), sleep(300, false)]);
    });
    assert.match(line(), /more photos/, 'the list begins at the step of the cursor');
  });

  it('follows the text while it is edited', async () => {
    await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), '\n\n'));
    putCursor(editor, 'At the start');
    await run('nextStep');
    assert.match(line(), /^In all/);
  });
});

describe('every command', function () {
  this.timeout(LONG);
  const commands = [
    'scoreSteps', 'scoreStepsDirect', 'scoreStep', 'moreSamples', 'cancelScoring', 'clearScores', 'nextStep', 'previousStep',
    'nextSuspiciousStep', 'firstStep', 'lastStep', 'nextDisagreement', 'readCurrentStep', 'showAnalysis', 'toggleAnalysisComments', 'keepReply', 'showStepScores', 'changeSegmentation', 'mergeStepWithNext', 'splitStepAtCursor',
    'moveStepBoundary', 'undoSegmentationEdit', 'goToStep', 'markStepRight', 'markStepWrong', 'commentOnStep', 'clearNote', 'exportTrace', 'compareTraces',
  ];
  const answers = async (command: string): Promise<void> => {
    assert.ok(await Promise.race([run(command).then(() => true), sleep(20_000, false)]), `${command} answers`);
  };

  it('answers with no editor', async () => {
    await vscode.workspace.saveAll();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const command of commands) await answers(command);
  });

  it('answers in a file that holds no trace', async () => {
    await openText('', 'txt');
    for (const command of commands) await answers(command);
    await openText('export const x = 1;\n', 'ts');
    for (const command of commands) await answers(command);
    await openText('[1, 2', 'json');
    for (const command of commands) await answers(command);
    assert.equal(vscode.window.activeTextEditor?.document.languageId, 'json');
  });
});

describe('the keys of stepping', () => {
  it('are free in the editor as it comes', async () => {
    const defaults = await vscode.workspace.openTextDocument(vscode.Uri.parse('vscode://defaultsettings/keybindings.json'));
    const bound = [...defaults.getText().matchAll(/"key": "([^"]+)",\s*"command": "([^"]+)"/g)].map(([, key = '', command = '']) => ({ key, command }));
    assert.ok(bound.length > 300, 'the default keys were read');
    const normal = (key: string): string => key.split('+').sort().join('+');
    const extension = vscode.extensions.all.find(({ id }) => id.endsWith('.stepscope'));
    const { contributes } = extension?.packageJSON as { readonly contributes: { readonly keybindings: readonly { readonly key: string; readonly when: string }[] } };
    // A key of one of our own views meets nobody else's.
    const ours = new Set(contributes.keybindings.filter(({ when }) => !when.startsWith('focusedView == stepscope.')).map(({ key }) => normal(key)));
    assert.ok(ours.size > 0);
    assert.deepEqual(bound.filter(({ key, command }) => !command.startsWith('stepscope.') && ours.has(normal(key))), []);
  });
});
