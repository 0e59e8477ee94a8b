import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { readSearchLog, type SearchLog } from '../../src/formats/runs/search-log.ts';
import { exported, tabs } from './exports.ts';
import { eventually, fresh, LONG, openText, run, stepSymbols } from './traces.ts';

const QUESTION = 'Mia has 4 photos and gets 3 more photos. How many photos does Mia have?';
/** Narrow modes: the machine is slow, and the rules are the same. */
const QUICK = { widths: { simple: 1, medium: 2, complex: 2 }, budget: { rounds: 8 }, verifier: { mode: 'direct' } };

const solve = (problem: unknown, settings: object = QUICK): Promise<string | undefined> => Promise.resolve(vscode.commands.executeCommand<string | undefined>('stepscope.solve', problem, settings));

async function logOf(id: string): Promise<SearchLog> {
  const log = readSearchLog(id, await exported(id));
  assert.ok(log.ok, log.ok ? '' : log.error.message);
  return log.value;
}


describe('solving a problem', function () {
  this.timeout(LONG);
  let id = '';
  let question = '';

  before('solves one with the bundled models', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    question = QUESTION;
    const made = await solve({ question, gold: '7' });
    assert.ok(made);
    id = made;
  });

  it('keeps the run, with the models and settings that made it', async () => {
    const { header, problems, end } = await logOf(id);
    assert.deepEqual(header.models.map(({ role, info }) => `${role} ${info.name}`), ['policy reasoner', 'verifier r-prm']);
    assert.equal(header.settings.strategy, 'pats');
    assert.deepEqual(header.settings.thresholds, { good: 0.85, low: 0.75, bad: 0.4 });
    assert.equal(end?.reason, 'done');
    const [problem] = problems;
    assert.ok(problem?.finished && problem.rounds.length > 0);
    // Whatever was sampled: the answer is held against the right one.
    const { answer, correct, steps } = problem.finished;
    assert.equal(correct, answer === '7');
    assert.ok(end.headline.startsWith(`${steps.length} step`) && end.headline.includes(answer === undefined ? 'no answer' : `answer ${answer} ${correct ? '✓' : '✗'}`), end.headline);
  });

  it('shows the solution as a trace that has the scores of the search, and its mode switches', async () => {
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'stepscope-trace' && uri.query.includes(id));
    assert.ok(document, 'the trace is open');
    const { problems: [problem] } = await logOf(id);
    const steps = problem?.finished?.steps ?? [];
    await eventually('all steps', async () => (await stepSymbols(document)).length === steps.length);
    const details = (await stepSymbols(document)).map(({ detail }) => detail);
    const accepted = (problem?.rounds ?? []).flatMap((record) => (record.kind === 'step' && record.accepted ? [record] : []));
    accepted.forEach((record, step) => {
      const score = record.candidates[record.chosen ?? 0]?.score?.pYes;
      assert.ok(score !== undefined && details[step]?.includes(score.toFixed(2)), `${details[step]} has ${score}`);
      assert.match(details[step] ?? '', /⇄ (simple|medium|complex)/);
    });
    const texts = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, document.positionAt(document.getText().indexOf(steps[0] ?? '')));
    assert.ok(texts.length > 0);
  });

  it('shows the run again, under the name that it is given, and lets it be deleted and taken back', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('openRun', id);
    await eventually('the panel', () => tabs().some((label) => label.startsWith('Mia')));
    await run('renameRun', id, 'Photos of Mia');
    await eventually('the panel has the new name', () => tabs().includes('Photos of Mia'));
    assert.equal((await logOf(id)).header.title, 'Photos of Mia');
  });

  it('is written as JSON, Markdown and SVG', async () => {
    assert.equal((JSON.parse(await exported(id, 'json')) as { header: { title: string } }).header.title, 'Photos of Mia');
    const report = await exported(id, 'md');
    assert.ok(report.startsWith('# Photos of Mia') && /\| round \| step \|/.test(report) && report.includes('reasoner'), report);
    const picture = await exported(id, 'svg');
    assert.ok(picture.startsWith('<svg ') && picture.includes('role="option"'));
  });

  it('makes the same run again from the same seed, to the token', async () => {
    const again = await solve({ question, gold: '7' });
    assert.ok(again);
    const rounds = async (run: string): Promise<unknown> => (await logOf(run)).problems[0]?.rounds.map((record) => ({ chosen: record.chosen, texts: record.candidates.map(({ text }) => text), tokens: record.policyTokens }));
    assert.deepEqual(await rounds(again), await rounds(id));
    await run('deleteRun', again, true);
  });

  it('ends with the reason where the policy is not there, and resumes with it', async () => {
    const settings = vscode.workspace.getConfiguration('stepscope.policy');
    await settings.update('model', '/no/such/folder', vscode.ConfigurationTarget.Global);
    let made: string | undefined;
    try {
      made = await solve({ question: QUESTION });
      assert.ok(made);
      const { end } = await logOf(made);
      assert.equal(end?.reason, 'failed');
      assert.match(end.message ?? '', /no\/such\/folder/);
    } finally {
      await settings.update('model', undefined, vscode.ConfigurationTarget.Global);
    }
    await run('resumeSearch', made);
    const { end, problems } = await logOf(made);
    assert.equal(end?.reason, 'done');
    assert.equal(problems.length, 1);
  });

  it('keeps the rounds of a search that is cancelled, and goes on after them', async () => {
    const solving = solve({ question: 'Mia has 4 photos. Mia gets 6 boxes with 14 photos in each box. Then Mia gives 37 photos to Omar. How many photos does Mia have now?' }, { ...QUICK, verifier: { mode: 'reasoned' } });
    let over = false;
    void solving.then(() => (over = true));
    await eventually('it is cancelled', async () => {
      if (!over) await run('cancelSearch');
      return over;
    }, LONG);
    const made = await solving;
    assert.ok(made);
    const first = await logOf(made);
    if (first.end?.reason === 'done') return;
    assert.equal(first.end?.reason, 'cancelled');
    await run('resumeSearch', made);
    const whole = await logOf(made);
    assert.equal(whole.end?.reason, 'done');
    assert.deepEqual(whole.problems[0]?.rounds.slice(0, first.problems[0]?.rounds.length), first.problems[0]?.rounds);
  });

  it('opens a result file of the PATS code as a run', async () => {
    const history = [
      { iteration: 0, phase: 0, candidates: [{ step: '4 + 3 = 7.', reward: 0.9, valid: true }, { step: '4 + 3 = 8.', reward: 0.1, valid: true }], selected: { step: '4 + 3 = 7.', reward: 0.9, accepted: true }, new_phase: 1, terminated: false },
      { iteration: 1, phase: 1, candidates: [{ step: 'The answer is \\boxed{7}.', reward: 0.95, valid: true }], selected: { step: 'The answer is \\boxed{7}.', reward: 0.95, accepted: true }, new_phase: 2, terminated: true },
    ];
    const editor = await openText(JSON.stringify([{ question: fresh(QUESTION), history, final_steps: ['4 + 3 = 7.', 'The answer is \\boxed{7}.'], success: true }]), 'json');
    const made = await vscode.commands.executeCommand<string>('stepscope.openAsRun', editor.document.uri, 0);
    const { problems: [problem], end } = await logOf(made);
    assert.deepEqual(problem?.rounds.map(({ candidates, chosen }) => [candidates.length, chosen]), [[2, 0], [1, 0]]);
    assert.ok(problem.started.imported?.includes('row 0'));
    assert.equal(end?.reason, 'done');
  });

  it('answers in a sentence where there is nothing: no run with that name, nothing to cancel', async () => {
    await run('openRun', 'search-nowhere');
    await run('cancelSearch', 'search-nowhere');
  });
});
