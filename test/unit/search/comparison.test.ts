import assert from 'node:assert/strict';
import type { RunEnd, RunHeader } from '../../../src/core/run/run.ts';
import { armAccuracy, armDifference, armPairs, CORRECT, modeProgress, modeShare, POLICY_TOKENS, type Arm } from '../../../src/core/search/arms.ts';
import { comparedArms, settingDifferences, type ComparedRun } from '../../../src/core/search/comparison.ts';
import { comparisonReport } from '../../../src/core/search/comparison-report.ts';
import { finishedEvent } from '../../../src/core/search/solve.ts';
import { defaultSearchSettings, type SearchSettings, type Strategy } from '../../../src/core/search/settings.ts';
import { patsRounds } from './search-records.ts';

function header(id: string, strategy: Strategy, more: Partial<SearchSettings> = {}): RunHeader<SearchSettings> {
  return { type: 'run', version: 1, kind: 'search', id, title: id, started: '2026-01-02T03:04:05.000Z', models: [], settings: { ...defaultSearchSettings(strategy), ...more } };
}

/** A run in which each question ends with this answer, or for this reason. The right answer is 7. */
function runOf(id: string, strategy: Strategy, answers: Readonly<Record<string, string>>, more: Partial<SearchSettings> = {}): ComparedRun {
  const rounds = patsRounds([[0.5, 0.91], [0.2, 0.8], [0.95]]);
  return {
    header: header(id, strategy, more),
    problems: Object.entries(answers).map(([question, answer]) => {
      const started = { type: 'started', question, gold: '7' } as const;
      const reason = /^\d/.test(answer) ? 'done' : (answer as RunEnd['reason']);
      return { started, rounds, finished: { ...finishedEvent(rounds, started, { reason }), ...(reason === 'done' && { answer, correct: answer === '7' }) } };
    }),
  };
}

const arm = (name: string, cells: Record<string, readonly [boolean | undefined, number | undefined]>): Arm => ({
  name,
  cells: new Map(Object.entries(cells).map(([key, [correct, policyTokens]]) => [key, { ...(correct !== undefined && { correct }), ...(policyTokens !== undefined && { policyTokens }) }])),
});

const noPause = (): Promise<void> => Promise.resolve();

describe('arms of a comparison', () => {
  const one = arm('one', { a: [true, 10], b: [false, 20], c: [undefined, 30], d: [true, undefined] });
  const other = arm('other', { a: [false, 40], b: [true, 50], c: [true, 60], e: [true, 70] });

  it('count what is known, and pair what both have', () => {
    assert.deepEqual([armAccuracy(one)?.value, armAccuracy(one)?.n], [2 / 3, 3]);
    assert.deepEqual(armPairs(one, other, CORRECT), [[1, 0], [0, 1]]);
    const difference = armDifference(one, other, POLICY_TOKENS);
    assert.deepEqual([difference?.value, difference?.low, difference?.high, difference?.n], [30, 30, 30, 3]);
    assert.equal(armDifference(one, arm('none', {}), CORRECT), undefined);
  });

  it('share out rounds among modes, each problem as it is', () => {
    const rounds = patsRounds([[0.9, 0.1], [0.9], [0.9]]);
    assert.deepEqual(rounds.map(({ mode }) => mode), ['complex', 'medium', 'simple']);
    const share = modeShare([rounds, rounds, []], 'complex');
    assert.deepEqual([share?.value, share?.low, share?.high, share?.n], [1 / 3, 1 / 3, 1 / 3, 2]);
    assert.equal(modeShare([[]], 'complex'), undefined);
  });

  it('place a step between the first and the last of its solution', () => {
    const bins = modeProgress([patsRounds([[0.9, 0.1], [0.9], [0.9]]), patsRounds([[0.9]])], 3);
    assert.deepEqual(bins.map(({ n }) => n), [2, 1, 1]);
    assert.deepEqual(bins.map(({ shares }) => [shares.complex?.value, shares.medium?.value, shares.simple?.value]), [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
  });
});

describe('comparing searches', () => {
  it('meets the same question in other rows, the first with the first where it is there twice', () => {
    const [first, second] = comparedArms([
      { ...runOf('x', 'pats', { a: '7', b: '8' }), problems: [...runOf('x', 'pats', { a: '7' }).problems, ...runOf('x', 'pats', { a: '8', b: '7' }).problems] },
      runOf('y', 'all-simple', { b: '8', a: '7' }),
    ]);
    assert.ok(first && second);
    assert.equal(first.cells.size, 3);
    assert.deepEqual(armPairs(first, second, CORRECT).sort(), [[1, 0], [1, 1]].sort());
  });

  it('takes what failed, was cancelled or goes on into no number, and a spent budget as wrong', () => {
    const run = runOf('x', 'pats', { a: '7', b: 'budget', c: 'failed', d: 'cancelled' });
    const [made] = comparedArms([{ ...run, problems: [...run.problems, { started: { type: 'started', question: 'e' }, rounds: [] }] }]);
    assert.ok(made);
    assert.deepEqual(made.leftOut, { failed: 1, cancelled: 1, open: 1 });
    assert.deepEqual([...made.cells.values()].map(({ correct }) => correct), [true, false]);
    assert.equal(made.outcomes.size, 5);
  });

  it('knows no tokens of another program’s file', () => {
    const run = runOf('x', 'pats', { a: '7' });
    const [made] = comparedArms([{ ...run, problems: run.problems.map((problem) => ({ ...problem, started: { ...problem.started, imported: 'a.json row 0' } })) }]);
    assert.deepEqual([...(made?.cells.values() ?? [])], [{ correct: true }]);
  });

  it('tells arms of one strategy apart by what was set', () => {
    const runs = [runOf('x', 'pats', { a: '7' }), runOf('y', 'pats', { a: '7' }, { penalty: 'none' }), runOf('z', 'all-simple', { a: '7' })];
    assert.deepEqual(comparedArms(runs).map(({ name }) => name), ['pats, penalty once', 'pats, penalty none', 'all-simple']);
    assert.deepEqual(comparedArms([runs[0]!, { ...runs[0]!, header: header('again', 'pats') }]).map(({ name }) => name), ['pats (1)', 'pats (2)']);
    assert.deepEqual(settingDifferences(runs.map(({ header: one }) => one)), [{ name: 'penalty', values: ['once', 'none', 'once'] }]);
  });

  it('reports accuracy against tokens of both models, paired differences and modes, each with what it rests on', async () => {
    const arms = comparedArms([runOf('x', 'pats', { a: '7', b: '7', c: '8' }), runOf('y', 'all-simple', { a: '7', b: '8', c: 'failed' }), runOf('z', 'sampling', { a: '7', b: '7', c: '7' }, { seed: 3 })]);
    const report = await comparisonReport(arms, arms[0]!, noPause);
    assert.deepEqual(report.charts.map(({ id }) => id), ['accuracy-policy', 'accuracy-verifier']);
    const labels = report.charts.map((chart) => (chart.kind === 'points' ? chart.series.flatMap(({ points }) => points.map(({ label }) => label)) : []));
    // A strategy that asks no verifier is no point on the verifier's axis.
    assert.deepEqual(labels, [['pats', 'all-simple', 'sampling'], ['pats', 'all-simple']]);
    assert.deepEqual(report.arms.rows.map(([name, n, , , verifier, left]) => [name, n, verifier === '0', left]), [['pats', '3', false, 'none'], ['all-simple', '2', false, '1 failed'], ['sampling', '3', true, 'none']]);
    assert.deepEqual(report.differences.rows.map((cells) => cells.slice(0, 5)), [['all-simple', '2', '−50.0 [−100.0, 0.0]', '0', '1'], ['sampling', '3', '+33.3 [0.0, +100.0]', '1', '0']]);
    assert.equal(report.modes.length, 3);
    assert.ok(report.warnings.some((text) => text.startsWith('2 of 3 problems have ended under every strategy')));
    assert.ok(report.warnings.some((text) => text.includes('all-simple: 1 failed')));
    assert.ok(report.warnings.some((text) => text.includes('more than their strategy: seed')));
    assert.deepEqual(report.settings.rows, [['seed', '0', '0', '3']]);
  });

  it('draws no accuracy where no right answer is known', async () => {
    const run = runOf('x', 'pats', { a: '7' });
    const arms = comparedArms([{ ...run, problems: run.problems.map(({ rounds, finished }) => {
      delete (finished as { correct?: boolean }).correct;
      return { started: { type: 'started', question: 'a' }, rounds, finished: finished! };
    }) }]);
    const report = await comparisonReport(arms, arms[0]!, noPause);
    assert.deepEqual(report.charts, []);
    const [row = []] = report.arms.rows;
    assert.equal(row[2], '–');
    assert.notEqual(row[3], '–');
  });
});
