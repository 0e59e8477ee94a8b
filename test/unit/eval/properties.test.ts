import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Eval } from '../../../src/core/eval/eval.ts';
import type { EvalRow } from '../../../src/core/eval/events.ts';
import { prmBenchEval, type PrmBenchItem } from '../../../src/core/eval/prm-bench.ts';
import { processBenchEval } from '../../../src/core/eval/process-bench.ts';
import { predictFirstError } from '../../../src/core/metrics/first-error.ts';
import { problem, runOn, scoresFrom, settingsOf } from './eval-data.ts';

const STEPS = 4;
const score = fc.integer({ min: 0, max: 20 }).map((value) => value / 20);
const scores = fc.array(score, { minLength: STEPS, maxLength: STEPS });

/** Rows of a file and of a score file that belong together by id, and the order in which each of them has its rows. */
const files = fc
  .array(fc.record({ label: fc.integer({ min: -1, max: STEPS - 1 }), scores }), { minLength: 1, maxLength: 12 })
  .chain((rows) => {
    const order = fc.shuffledSubarray(rows.map((_, index) => index), { minLength: rows.length });
    return fc.record({ rows: fc.constant(rows), data: order, scored: order });
  });

async function valuesOf(about: Eval, data: readonly unknown[], scored: readonly unknown[]): Promise<readonly (readonly [string, string | undefined, number])[]> {
  const { rows } = await runOn(about, data, [scoresFrom(scored, data.length).source]);
  const { metrics } = about.summarize(rows, settingsOf(about.name));
  // A bootstrap and a split go by the row's number; the value itself does not.
  return metrics.filter(({ id }) => !id.includes('chosen')).map(({ id, value, n }) => [id, value?.toFixed(9), n]);
}

describe('numbers of an eval', () => {
  it('do not depend on the order of the rows, nor on that of the score file: both are joined by id', async () => {
    await fc.assert(
      fc.asyncProperty(files, async ({ rows, data, scored }) => {
        const dataRows = rows.map(({ label }, index) => problem(`r${index}`, label, STEPS));
        const scoreRows = rows.map((row, index) => ({ id: `r${index}`, scores: row.scores }));
        const first = await valuesOf(processBenchEval, dataRows, scoreRows);
        const turned = await valuesOf(processBenchEval, data.map((index) => dataRows[index]), scored.map((index) => scoreRows[index]));
        assert.deepEqual(turned, first);
      }),
      { numRuns: 10 },
    );
  });

  it('of PRMBench are the same for the rows in any order and for each row twice', () => {
    const rowsOf = fc.array(fc.record({ right: fc.array(fc.boolean(), { minLength: STEPS, maxLength: STEPS }), soft: scores }), { minLength: 1, maxLength: 12 });
    const made = (list: readonly { readonly right: boolean[]; readonly soft: number[] }[]): EvalRow<PrmBenchItem>[] => list.map(({ right, soft }, row) => ({ row, subset: row % 2 === 0 ? 'circular' : 'deception', item: { right, scores: { soft } } }));
    const numbers = (rows: readonly EvalRow<PrmBenchItem>[]) =>
      prmBenchEval.summarize(rows, settingsOf('prmbench')).metrics.filter(({ id }) => /^(prmscore|f1|negative-f1)/.test(id)).map(({ id, value }) => [id, value?.toFixed(9)]);
    fc.assert(
      fc.property(rowsOf, (list) => {
        const rows = made(list);
        const first = numbers(rows);
        assert.deepEqual(numbers([...rows].reverse()), first);
        assert.deepEqual(numbers([...rows, ...rows.map((one) => ({ ...one, row: one.row + rows.length }))]), first);
      }),
      { numRuns: 15 },
    );
  });

  it('go one way with the threshold: a first error found at one is found there or earlier at any higher one, and never the other way round', () => {
    fc.assert(
      fc.property(fc.array(fc.option(score, { nil: undefined }), { minLength: 1, maxLength: 6 }), score, score, (values, one, other) => {
        const at = (threshold: number) => predictFirstError(values, threshold);
        const [low, high] = [at(Math.min(one, other)), at(Math.max(one, other))];
        if (typeof low === 'object') assert.ok(typeof high === 'object' ? high.step <= low.step : high === 'unknown');
        if (high === 'none') assert.equal(low, 'none');
      }),
    );
  });
});
