import assert from 'node:assert/strict';
import { agreementEval, type AgreementItem } from '../../../src/core/eval/agreement.ts';
import type { EvalRow } from '../../../src/core/eval/events.ts';
import { prmBenchEval, type PrmBenchItem } from '../../../src/core/eval/prm-bench.ts';
import { roc } from '../../../src/core/metrics/roc.ts';
import { cohenKappa } from '../../../src/core/metrics/kappa.ts';
import { calibrate } from '../../../src/core/metrics/calibration.ts';
import { bootstrapSums } from '../../../src/core/metrics/statistics.ts';
import { problem, runOn, scoresFrom, settingsOf } from './eval-data.ts';

const prm = (row: number, subset: string, right: readonly boolean[], soft: readonly number[]): EvalRow<PrmBenchItem> => ({ row, subset, item: { right: [...right], scores: { soft: [...soft] } } });
const prmMetric = (rows: readonly EvalRow<PrmBenchItem>[], id: string) => prmBenchEval.summarize(rows, settingsOf('prmbench')).metrics.find((one) => one.id === id);

describe('PRMBench eval', () => {
  // Circular: 2 true positives, 1 false positive, 1 true negative, 1 false negative.
  const circular = [prm(0, 'circular', [true, true, false], [0.9, 0.4, 0.8]), prm(1, 'circular', [true, false], [0.5, 0.1])];
  const redundency = [prm(2, 'redundency', [true, false], [0.9, 0.1])];
  const solutions = [prm(3, 'multi_solutions', [true, true, true, true], [0.9, 0.9, 0.9, 0.1])];

  it('means F1 and negative F1 with pooled counts; F1 alone where all steps are right; categories plainly', () => {
    const rows = [...circular, ...redundency, ...solutions];
    const near = (id: string, value: number) => assert.ok(Math.abs((prmMetric(rows, id)?.value ?? NaN) - value) < 1e-9, `${id} ${prmMetric(rows, id)?.value}`);
    near('prmscore.circular', (100 * (4 / 6 + 2 / 4)) / 2);
    near('prmscore.redundency', 100);
    near('prmscore.multi_solutions', (100 * 6) / 7);
    near('prmscore.simplicity', (100 + (100 * (4 / 6 + 2 / 4)) / 2) / 2);
    // Pooled: 6 true positives, 1 false positive, 2 true negatives, 2 false negatives.
    near('prmscore', (100 * (12 / 15 + 4 / 7)) / 2);
    assert.match(prmMetric(rows, 'prmscore.sensitivity')?.why ?? '', /the data has no missing_condition, deception/);
  });

  it('is 0 for the negative part where everything is taken for right, and 0 where everything is wrong', () => {
    const labels = [true, false, true];
    const all = (score: (right: boolean) => number) => prmMetric([prm(0, 'circular', labels, labels.map(score))], 'negative-f1')?.value;
    assert.deepEqual([all((right) => (right ? 1 : 0)), all(() => 1), all((right) => (right ? 0 : 1))], [100, 0, 0]);
  });
});

describe('metrics of steps', () => {
  const steps = (values: readonly (readonly [number, boolean])[]) => values.map(([score, right], row) => ({ row, score, right }));

  it('AUC counts pairs, ties by half, and is not defined for one kind alone', () => {
    // Of the pairs (wrong, right) 0.2<0.4, 0.2<0.9, 0.4=0.4, 0.4<0.9.
    assert.equal(roc(steps([[0.2, false], [0.4, false], [0.4, true], [0.9, true]]))?.auc.value, 3.5 / 4);
    assert.equal(roc(steps([[0.2, true]])), undefined);
  });

  it('AUC of steps in rows of their own has the standard error of DeLong 1988', () => {
    const values = Array.from({ length: 60 }, (_, index) => [((index * 7919) % 61) / 61 + (index % 3 === 0 ? 0 : 0.3), index % 3 !== 0] as const);
    const auc = roc(steps(values))!.auc;
    const [wrong, right] = [values.filter(([, is]) => !is), values.filter(([, is]) => is)];
    const psi = (low: number, high: number) => (low < high ? 1 : low === high ? 0.5 : 0);
    const variance = (list: readonly number[]) => list.reduce((sum, value) => sum + (value - auc.value) ** 2, 0) / (list.length - 1) / list.length;
    const error = Math.sqrt(variance(wrong.map(([low]) => right.reduce((sum, [high]) => sum + psi(low, high), 0) / right.length)) + variance(right.map(([high]) => wrong.reduce((sum, [low]) => sum + psi(low, high), 0) / wrong.length)));
    assert.ok(Math.abs((auc.value - auc.low) / 1.959964 - error) < 0.02 * error, `${(auc.value - auc.low) / 1.96} ${error}`);
  });

  it('calibration is exact where the share is the score, and absent where scores are no probabilities', () => {
    const even = calibrate(steps([[0.5, true], [0.5, false]]));
    assert.deepEqual([even?.ece, even?.brier], [0, 0.25]);
    assert.equal(calibrate(steps([[1, true], [0, false]]))?.brier, 0);
    assert.equal(calibrate(steps([[1.5, true]])), undefined);
  });

  it('kappa is 1, 0 or less, and not defined without variation', () => {
    assert.equal(cohenKappa([[5, 0], [0, 5]]), 1);
    assert.equal(cohenKappa([[25, 25], [25, 25]]), 0);
    // Fleiss, Statistical Methods for Rates and Proportions: agreement 0.7 where 0.5 is expected.
    assert.ok(Math.abs((cohenKappa([[20, 5], [10, 15]]) ?? 0) - 0.4) < 1e-12);
    assert.equal(cohenKappa([[5, 0], [0, 0]]), undefined);
  });

  it('a bootstrap of sums has the spread of the share, for ten rows or a million', () => {
    for (const n of [100, 1_000_000]) {
      const rows = [...Array.from({ length: 4 }, () => [1, 1]), ...Array.from({ length: 6 }, () => [0, 1])];
      const estimate = bootstrapSums(repeated(rows, n / 10), ([hits = 0, all = 0]) => hits / all, 1)!;
      const half = 1.96 * Math.sqrt(0.24 / n);
      assert.equal(estimate.n, n);
      assert.ok(Math.abs(estimate.high - estimate.low - 2 * half) < 0.15 * 2 * half, `${n}: ${estimate.high - estimate.low} ${2 * half}`);
    }
  });
});

function* repeated(rows: readonly (readonly number[])[], times: number): Generator<readonly number[]> {
  for (let time = 0; time < times; time++) yield* rows;
}

describe('agreement eval', () => {
  const row = (index: number, truth: readonly (boolean | null)[], ...judges: readonly (readonly number[])[]): EvalRow<AgreementItem> => ({ row: index, item: { truth: [...truth], judges: judges.map((soft) => ({ soft: [...soft] })) } });
  const metrics = (rows: readonly EvalRow<AgreementItem>[]) => new Map(agreementEval.summarize(rows, { ...settingsOf('agreement'), scores: ['a', 'b'] }).metrics.map((one) => [one.id, one]));

  it('holds two judges against each other and the labels, paired', () => {
    const rows = [row(0, [true, false, null], [0.9, 0.9, 0.9], [0.9, 0.1, 0.1]), row(1, [true, true, true], [0.9, 0.9, 0.9], [0.9, 0.9, 0.9])];
    const found = metrics(rows);
    assert.ok(Math.abs((found.get('agreement.judges')?.value ?? 0) - 400 / 6) < 1e-9);
    assert.equal(found.get('agreement.judges')?.n, 6);
    assert.equal(found.get('agreement.first')?.value, 80);
    assert.equal(found.get('agreement.second')?.value, 100);
    assert.ok(Math.abs((found.get('accuracy-difference')?.value ?? 0) - 20) < 1e-9);
    assert.equal(found.get('accuracy-difference')?.n, 5);
    assert.equal(agreementEval.outcome(rows[0]!, settingsOf('agreement')).text, 'the verdicts differ at 2, 3');
  });

  it('takes scores up to the labelled error for what they are', async () => {
    const log = [{ type: 'run', version: 1 }, { type: 'row', row: { row: 0, id: 'a', item: { scores: { soft: [0.9, 0.1] } } } }];
    const { rows, failed } = await runOn(agreementEval, [problem('a', 1)], [scoresFrom(log).source]);
    assert.deepEqual([rows.length, failed.length], [1, 0]);
    assert.deepEqual((rows[0]?.item as AgreementItem).judges[0]?.soft, [0.9, 0.1]);
  });

  it('holds one judge against the labels', () => {
    const found = metrics([row(0, [true, false], [0.9, 0.1])]);
    assert.deepEqual([found.get('agreement.labels')?.value, found.get('kappa.labels')?.value, found.get('auc')?.value], [100, 1, 1]);
  });
});
