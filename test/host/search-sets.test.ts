import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { sameAnswer } from '../../src/core/answers/same-answer.ts';
import { problemSeed } from '../../src/core/search/lockstep.ts';
import { readSearchLog, type SearchLog } from '../../src/formats/runs/search-log.ts';
import { exported, tabs } from './exports.ts';
import { eventually, LONG, openText, run } from './traces.ts';

/** Narrow modes and direct scores: the machine is slow, and the rules are the same. */
const QUICK = { widths: { simple: 1, medium: 2, complex: 2 }, budget: { rounds: 8 }, verifier: { mode: 'direct' } };
const PROBLEMS = [
  { id: 'mia', question: 'Mia has 4 photos and gets 3 more photos. How many photos does Mia have?', answer: '7' },
  { id: 'no-question', text: 'nothing to solve' },
  { id: 'omar', question: 'Omar has 9 coins and loses 2 coins. How many coins does Omar have?', answer: '7' },
  { id: 'ida', question: 'Ida has 5 eggs and gets 6 more eggs. How many eggs does Ida have?', answer: '11' },
];

async function logOf(id: string | undefined): Promise<SearchLog> {
  assert.ok(id);
  const log = readSearchLog(id, await exported(id));
  assert.ok(log.ok, log.ok ? '' : log.error.message);
  return log.value;
}

const command = <Value>(name: string, ...parameters: readonly unknown[]): Promise<Value | undefined> => Promise.resolve(vscode.commands.executeCommand<Value | undefined>(`stepscope.${name}`, ...parameters));

describe('solving several problems', function () {
  this.timeout(LONG);
  let file: vscode.Uri;
  let id: string | undefined;

  before('solves the rows of a data set with the bundled models', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    ({ document: { uri: file } } = await openText(PROBLEMS.map((row) => `${JSON.stringify(row)}\n`).join(''), 'jsonl'));
    id = await command<string>('solveRows', file, '0-3', QUICK);
  });

  it('keeps them in one run, with their rows and right answers; a row that is no problem is left out', async () => {
    const { header, problems, end } = await logOf(id);
    assert.deepEqual(header.data?.rows, [0, 2, 3]);
    assert.deepEqual(problems.map(({ started }) => [started.id, started.gold, started.row]), [['mia', '7', 0], ['omar', '7', 2], ['ida', '11', 3]]);
    for (const { started, finished } of problems) assert.equal(finished?.correct, finished?.answer !== undefined && sameAnswer(finished.answer, started.gold ?? ''));
    const done = problems.filter(({ finished }) => finished?.reason === 'done').length;
    const correct = problems.filter(({ finished }) => finished?.correct === true).length;
    assert.equal(end?.headline, `${done} of 3 solved, ${correct} of 3 correct`);
  });

  it('is written with all problems, as Markdown and as one picture', async () => {
    assert.ok(id);
    const report = await exported(id, 'md');
    for (const { question } of PROBLEMS) if (question !== undefined) assert.ok(report.includes(question.slice(0, 20)), question);
    assert.match(report, /3 of 3 problems ended/);
    const picture = await exported(id, 'svg');
    for (const name of ['mia', 'omar', 'ida']) assert.ok(picture.includes(`>${name}: `), name);
    const ids = picture.match(/ id="[^"]+"/g) ?? [];
    assert.equal(new Set(ids).size, ids.length);
  });

  it('gives a row the seed of its place, also where it is solved alone', async () => {
    const row = await logOf(await command<string>('solveRows', file, '2-2', QUICK));
    assert.equal(row.problems[0]?.started.row, 2);
    const typed = await logOf(await command<string>('solve', { question: PROBLEMS[2]?.question }, { ...QUICK, seed: problemSeed(row.header.settings.seed, 2) }));
    const texts = ({ problems: [problem] }: SearchLog): unknown => problem?.rounds.map(({ candidates }) => candidates.map(({ text }) => text));
    assert.deepEqual(texts(row), texts(typed));
  });

  it('is resumed from what it has: problems that are over are not solved again, also from the log alone', async () => {
    const going = command<string>('solveRows', file, '0-2', { ...QUICK, verifier: { mode: 'reasoned' }, seed: 5 });
    let over = false;
    void going.then(() => (over = true));
    await eventually('it is cancelled', async () => {
      if (!over) await run('cancelSearch');
      return over;
    }, LONG);
    const cut = await logOf(await going);
    if (cut.end?.reason === 'done') return;
    assert.equal(cut.end?.reason, 'cancelled');
    assert.equal(cut.problems.length, 2);
    await run('resumeSearch', cut.header.id);
    const whole = await logOf(cut.header.id);
    assert.ok(whole.end?.reason === 'done' || whole.end?.reason === 'budget', whole.end?.message);
    assert.ok(whole.problems.every(({ finished }) => finished !== undefined));
    cut.problems.forEach(({ rounds }, at) => assert.deepEqual(whole.problems[at]?.rounds.slice(0, rounds.length), rounds));
  });

  it('says so where no row is a problem', async () => {
    assert.equal(await command('solveRows', file, '1-1', QUICK), undefined);
  });

  it('compares strategies on the same rows, and runs that there are', async () => {
    const ids = await command<readonly string[]>('compareStrategies', file, { strategies: ['sampling', 'all-simple'], rows: '0-3', settings: QUICK });
    assert.equal(ids?.length, 2);
    const logs = [await logOf(ids[0]), await logOf(ids[1])];
    assert.deepEqual(logs.map(({ header }) => header.settings.strategy), ['sampling', 'all-simple']);
    assert.deepEqual(logs.map(({ header }) => header.models.length), [1, 2]);
    await eventually('the comparison', () => tabs().includes('Compare: sampling, all-simple'));
    assert.deepEqual(await command('compareStrategies', [ids[1], id]), [ids[1], id]);
    await eventually('the other comparison', () => tabs().includes('Compare: all-simple, pats'));
  });

  it('goes on from a candidate that was not chosen, as a run of its own', async () => {
    const log = await logOf(id);
    const at = log.problems.findIndex(({ rounds }) => rounds.some((record) => other(record) !== undefined));
    assert.ok(at >= 0, 'some round has another candidate');
    const { rounds = [] } = log.problems[at] ?? {};
    const round = rounds.findIndex((record) => other(record) !== undefined);
    const candidate = other(rounds[round]) ?? 0;
    const branch = await logOf(await command<string>('continueFromCandidate', id, at, round, candidate));
    const [problem] = branch.problems;
    assert.deepEqual(problem?.started.branch, { round, candidate });
    assert.deepEqual(problem.rounds.slice(0, round), rounds.slice(0, round));
    const made = problem.rounds[round];
    assert.ok(made?.kind === 'step' && made.accepted && made.chosen === candidate && made.rule === 'branch');
    assert.equal(made.candidates[candidate]?.text, rounds[round]?.candidates[candidate]?.text);
    // What was chosen is no place to go on from.
    assert.equal(await command('continueFromCandidate', id, at, round, rounds[round]?.chosen), undefined);
  });

  it('searches with other settings of the controller, and takes over what would be the same', async () => {
    const log = await logOf(id);
    const { settings } = log.header;
    const thresholds = { good: 1, low: 1, bad: 0 };
    const again = await command<string>('searchWithSettings', id, 0, { thresholds });
    const before = log.problems[0]?.rounds ?? [];
    if (again === undefined) return assert.ok(before.every((record) => record.kind === 'step' && record.nextMode === 'complex'), 'only a search that would be the same is not begun');
    const { header, problems: [problem] } = await logOf(again);
    assert.deepEqual(header.settings, { ...settings, thresholds });
    assert.ok(problem);
    const { started: { resumed = 0 }, rounds } = problem;
    assert.deepEqual(rounds.slice(0, resumed), before.slice(0, resumed));
    for (const record of rounds.slice(resumed)) assert.ok(record.kind === 'step' && record.nextMode === 'complex');
  });
});

/** A candidate of a round that could have been chosen. */
function other(record: SearchLog['problems'][number]['rounds'][number] | undefined): number | undefined {
  if (record?.kind !== 'step' || !record.accepted) return undefined;
  return record.candidates.find(({ index, dropped }) => index !== record.chosen && dropped === undefined)?.index;
}
