import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { engineProcesses, eventually, fresh, hoverTexts, lensTitles, LONG, openText, PHOTOS, positionOf, problems, putCursor, run, scores } from './traces.ts';

describe('scoring a trace', function () {
  this.timeout(LONG);
  let editor: vscode.TextEditor;

  before('scores a file', async () => {
    editor = await openText(fresh(PHOTOS));
    await run('scoreSteps');
  });

  it('gives every step a score in the outline', async () => {
    await eventually('four scores', async () => {
      const found = await scores(editor.document);
      return found.length === 4 && found.every((score) => /^[✓✗?] [01]\.\d\d/.test(score));
    });
  });

  it('puts the steps of the outline where the text is', async () => {
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', editor.document.uri);
    const first = symbols.find(({ name }) => name.startsWith('Step 1'));
    assert.ok(first);
    assert.equal(editor.document.getText(first.range), 'In all the boxes there are 6 × 14 = 84 photos.');
  });

  it('shows a lens over each step, and what was found on the first line', async () => {
    const titles = await lensTitles(editor.document);
    assert.ok(titles.some((title) => /^Step 1 · [✓✗?] [01]\.\d\d · 1 sample/.test(title)), titles.join('\n'));
    assert.ok(titles.includes('Ask for 4 samples'));
    assert.ok(titles.some((title) => title.includes('irst error') || title.includes('o error')), titles.join('\n'));
  });

  it('explains a score in the hover, with everything it depends on', async () => {
    const texts = await hoverTexts(editor.document, positionOf(editor.document, 'In all the boxes'));
    const all = texts.map(({ value }) => value).join('\n');
    assert.match(all, /Step 1 of 4/);
    assert.match(all, /soft 0\.\d\d|soft 1\.00/);
    assert.match(all, /greedy/);
    assert.match(all, /demonstration model/);
    assert.match(all, /\*\*Now Step Analysis\*\*/);
  });

  it('trusts nothing but its own links in the hover', async () => {
    const texts = await hoverTexts(editor.document, positionOf(editor.document, 'In all the boxes'));
    for (const text of texts) {
      if (text.isTrusted === undefined || text.isTrusted === false) assert.doesNotMatch(text.value, /command:/);
      else assert.match(text.value, /^\[[^\]]+\]\(command:stepscope\./);
    }
  });

  it('has nothing to say in the hover of the question', async () => {
    assert.deepEqual(await hoverTexts(editor.document, positionOf(editor.document, 'At the start')), []);
  });

  it('runs no model for what is scored already', async () => {
    const since = Date.now();
    await run('scoreSteps');
    assert.ok(Date.now() - since < 500);
  });

  it('makes more samples of one step and shows them', async () => {
    putCursor(editor, 'more photos:');
    await run('moreSamples');
    await eventually('four samples in the outline', async () => (await scores(editor.document))[1]?.includes('(K=4') ?? false);
    assert.ok((await lensTitles(editor.document)).includes('Ask for 8 samples'));
    const hover = (await hoverTexts(editor.document, positionOf(editor.document, 'more photos:'))).map(({ value }) => value).join('\n');
    assert.match(hover, /K = 4/);
    assert.match(hover, /K = 1/);
  });

  it('keeps the scores of steps above an edit and drops those that it makes stale, at once', async () => {
    const before = await scores(editor.document);
    const position = positionOf(editor.document, 'So the answer');
    await editor.edit((builder) => builder.insert(position, 'Indeed. '));
    assert.deepEqual(await scores(editor.document), [...before.slice(0, 3), '']);
    assert.ok((await lensTitles(editor.document)).includes('Score this step'));
    await editor.edit((builder) => builder.delete(new vscode.Range(position, position.translate(0, 'Indeed. '.length))));
    assert.deepEqual(await scores(editor.document), before);
  });

  it('drops all scores when the question changes', async () => {
    const position = positionOf(editor.document, 'How many');
    const before = await scores(editor.document);
    await editor.edit((builder) => builder.insert(position, 'Well. '));
    await eventually('no score is left', async () => (await scores(editor.document)).every((score) => score === ''));
    await editor.edit((builder) => builder.delete(new vscode.Range(position, position.translate(0, 'Well. '.length))));
    await eventually('the scores are back', async () => (await scores(editor.document)).join() === before.join());
  });

  it('shows stored scores again when the file is opened anew', async () => {
    const before = await scores(editor.document);
    const { uri } = editor.document;
    await editor.document.save();
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const document = await vscode.workspace.openTextDocument(uri);
    editor = await vscode.window.showTextDocument(document);
    await eventually('the scores are there', async () => (await scores(document)).join() === before.join());
  });

  it('clears scores for good', async () => {
    await run('clearScores');
    await eventually('no score is left', async () => (await scores(editor.document)).every((score) => score === ''));
    assert.deepEqual(problems(editor.document), []);
  });
});

describe('a wrong step', function () {
  this.timeout(LONG);

  it('is listed in Problems alone, as the first error', async () => {
    const editor = await openText(fresh(PHOTOS).replace('6 × 14 = 84', '6 × 14 = 94'));
    await run('scoreSteps');
    const [problem, ...more] = problems(editor.document);
    assert.deepEqual(more, []);
    assert.ok(problem);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Warning);
    assert.match(problem.message, /^Step 1 is the first step judged wrong: score 0\.\d\d under 0\.50 \(K=1, /);
    assert.equal(editor.document.getText(problem.range), 'In all the boxes there are 6 × 14 = 94 photos.');
  });

  it('leaves Problems with its trace', async () => {
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    assert.equal(problems(document).length, 1);
    const other = await openText(fresh(PHOTOS));
    await run('scoreSteps');
    assert.deepEqual(problems(document), []);
    await vscode.window.showTextDocument(document);
    await eventually('the problem is back', () => problems(document).length === 1);
    assert.deepEqual(problems(other.document), []);
  });
});

describe('the direct mode', function () {
  this.timeout(LONG);

  it('scores in one pass and is named', async () => {
    const editor = await openText(fresh(PHOTOS));
    await run('scoreStepsDirect');
    await eventually('the scores are there', async () => (await scores(editor.document)).every((score) => score.includes('(direct)')));
  });
});

describe('cancelling', function () {
  this.timeout(LONG);

  it('stops within a second and keeps what is done', async () => {
    const settings = vscode.workspace.getConfiguration('stepscope.verifier');
    await settings.update('samples', 16, vscode.ConfigurationTarget.Global);
    try {
      const editor = await openText(fresh(PHOTOS));
      const running = run('scoreSteps');
      await eventually('it runs', async () => (await lensTitles(editor.document)).some((title) => title.startsWith('Scoring')));
      const since = Date.now();
      await run('cancelScoring');
      await running;
      assert.ok(Date.now() - since < 1000, `${Date.now() - since} ms`);
      assert.ok(!(await lensTitles(editor.document)).some((title) => title.startsWith('Scoring')));
    } finally {
      await settings.update('samples', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});

describe('settings', function () {
  this.timeout(LONG);
  const verifier = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('stepscope.verifier');

  it('follows the threshold without scoring anew', async () => {
    const editor = await openText(fresh(PHOTOS));
    await run('scoreSteps');
    assert.deepEqual(problems(editor.document), []);
    await verifier().update('threshold', 1, vscode.ConfigurationTarget.Global);
    try {
      await eventually('the first step is under the threshold', () => problems(editor.document).length === 1);
      assert.match(problems(editor.document)[0]?.message ?? '', /under 1\.00/);
    } finally {
      await verifier().update('threshold', undefined, vscode.ConfigurationTarget.Global);
    }
    await eventually('it is over it again', () => problems(editor.document).length === 0);
  });

  it('asks a general model through its chat template, and keeps these scores apart', async () => {
    const editor = await openText(fresh(PHOTOS));
    await verifier().update('model', path.join(vscode.extensions.getExtension('stepscope.stepscope')?.extensionPath ?? '', 'models', 'reasoner'), vscode.ConfigurationTarget.Global);
    await verifier().update('prompt', 'chat', vscode.ConfigurationTarget.Global);
    try {
      await run('scoreStepsDirect');
      await eventually('four direct scores', async () => (await scores(editor.document)).every((score) => score.includes('direct')));
      const hover = (await hoverTexts(editor.document, positionOf(editor.document, 'In all the boxes'))).map(({ value }) => value).join('\n').replaceAll('\\', '');
      assert.match(hover, /prompt r-prm-1-chat-1 \(chat template [0-9a-f]{12}\)/);
      await verifier().update('prompt', undefined, vscode.ConfigurationTarget.Global);
      await eventually('no score of the plain form', async () => (await scores(editor.document)).join() === ',,,');
    } finally {
      for (const name of ['prompt', 'model']) await verifier().update(name, undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('says so when the model is not where the setting points', async () => {
    const editor = await openText(fresh(PHOTOS));
    await verifier().update('model', '/no/such/folder', vscode.ConfigurationTarget.Global);
    try {
      await run('scoreSteps');
      await eventually('four steps without a score', async () => (await scores(editor.document)).join() === ',,,');
    } finally {
      await verifier().update('model', undefined, vscode.ConfigurationTarget.Global);
    }
    await run('scoreSteps');
    await eventually('the bundled model scores', async () => (await scores(editor.document)).every((score) => score !== ''));
  });
});

describe('when something goes wrong', function () {
  this.timeout(LONG);

  it('names the steps that are too long for the model and shows no score for them', async () => {
    const filler = 'It was a long day and the photos were many. '.repeat(400);
    const editor = await openText(fresh(PHOTOS.replace('How many', `${filler}How many`)));
    await run('scoreSteps');
    await eventually('all steps are refused', async () => (await scores(editor.document)).every((score) => score === '! not scored'));
    const hover = (await hoverTexts(editor.document, positionOf(editor.document, 'In all the boxes'))).map(({ value }) => value).join('\n');
    assert.match(hover, /could not be scored/);
    assert.match(hover, /2048/);
  });

  it('scores a trace of many steps in portions', async () => {
    const steps = Array.from({ length: 34 }, (_, index) => `${index} + 1 = ${index + 1}.`);
    const editor = await openText(fresh(`# Problem\n\nMia counts from 0 to 34. What is the last number?\n\n# Solution\n\n${steps.join('\n\n')}\n`));
    await run('scoreStepsDirect');
    await eventually('34 scores', async () => {
      const found = await scores(editor.document);
      return found.length === 34 && found.every((score) => score.includes('direct'));
    });
  });

  it('refuses a document with more steps than an editor can show', async () => {
    const editor = await openText(`# Problem\n\nHow many?\n\n# Solution\n\n${'One more.\n\n'.repeat(6000)}`);
    await run('scoreSteps');
    assert.deepEqual(await lensTitles(editor.document), []);
  });

  it('keeps what was scored when the model process dies, and goes on when asked again', async () => {
    const editor = await openText(fresh(PHOTOS));
    await run('scoreStep', editor.document.uri.toString(), 0);
    await eventually('one score', async () => (await scores(editor.document)).filter((score) => score !== '').length === 1);
    const running = run('scoreSteps');
    for (const pid of engineProcesses()) process.kill(pid, 'SIGKILL');
    await running;
    assert.notEqual((await scores(editor.document))[0], '');
    assert.ok(!(await lensTitles(editor.document)).some((title) => title.startsWith('Scoring')));
    await run('scoreSteps');
    await eventually('all scores', async () => (await scores(editor.document)).every((score) => score !== ''));
  });

  it('scores a trace once at a time', async () => {
    const editor = await openText(fresh(PHOTOS));
    await Promise.all([run('scoreSteps'), run('scoreSteps'), run('scoreSteps')]);
    await eventually('all scores', async () => (await scores(editor.document)).every((score) => score !== ''));
  });

  it('stops scoring a text that changes under it', async () => {
    const editor = await openText(fresh(PHOTOS));
    const running = run('scoreSteps');
    await editor.edit((builder) => builder.insert(positionOf(editor.document, 'How many'), 'Well. '));
    await running;
    await eventually('four steps without a score', async () => (await scores(editor.document)).join() === ',,,');
  });
});
