import assert from 'node:assert/strict';
import type { EvalRow } from '../../../src/core/eval/events.ts';
import { prmBenchEval } from '../../../src/core/eval/prm-bench.ts';
import { processBenchEval } from '../../../src/core/eval/process-bench.ts';
import type { ProcessBenchItem } from '../../../src/core/eval/process-bench-item.ts';
import { problem, runOn, scoresFrom, settingsOf } from './eval-data.ts';

const scored = (...ids: readonly string[]) => scoresFrom(ids.map((id) => ({ id, scores: [0.9, 0.9, 0.9, 0.9] })), 99).source;
const only = (list: readonly { readonly reason: string; readonly message: string }[]) => list.map(({ reason, message }) => `${reason}: ${message}`);

describe('bad input of an eval', () => {
  it('is a row that is listed with a sentence, and costs only itself', async () => {
    const data = [problem('a', 0), problem('b', 9), { ...problem('c', 0), label: null }, '{"problem": nonsense}', problem('d', -1)];
    const { rows, failed, notes } = await runOn(processBenchEval, data, [scored('a', 'b', 'c', 'd')]);
    assert.deepEqual(rows.map(({ row }) => row), [0, 4]);
    assert.deepEqual(failed.map(({ row, reason }) => [row, reason]), [[1, 'no-label'], [2, 'no-label'], [3, 'unreadable']]);
    assert.match(failed[0]?.message ?? '', /data\.jsonl row 1: its label 9 \(field "label"\) names none of its 4 steps, which count from 0/);
    assert.equal(notes.length, 0, 'a label that is far out says nothing about where counting starts');
  });

  it('that counts from 1 where the format counts from 0 is told by its own contradiction, and nothing is shifted', async () => {
    const { rows, notes } = await runOn(processBenchEval, [problem('a', 4), problem('b', 1), problem('c', -1)], [scored('a', 'b', 'c')]);
    assert.match(notes[0] ?? '', /data\.jsonl seems to count steps from 1, though its format counts from 0: one label named the step after the last.*Nothing was shifted/);
    assert.deepEqual(rows.map(({ item }) => (item as { label: number | null }).label), [1, null]);
    const zero = await runOn(processBenchEval, [problem('a', 4), problem('b', 0)], [scored('a', 'b')]);
    assert.equal(zero.notes.length, 0, 'a label of 0 says that counting starts at 0');
  });

  it('is a label that is no number of a step: it is never rounded, taken for another or for "no error"', async () => {
    const labels = [-2, 1.5, '1', true, [1], 1e21];
    const data = labels.map((label, index) => ({ ...problem(`l${index}`, 0), label }));
    const { rows, failed } = await runOn(processBenchEval, data, [scored(...labels.map((_, index) => `l${index}`))]);
    assert.deepEqual(rows.map(({ item }) => (item as { label: number | null }).label), []);
    assert.deepEqual(failed.map(({ reason }) => reason), labels.map(() => 'no-label'));
  });

  it('is a set without an error, or with errors alone: every row counts, and F1 says why it is not defined', async () => {
    const right = await runOn(processBenchEval, [problem('a', -1), problem('b', -1)], [scored('a', 'b')]);
    const { metrics, headline } = processBenchEval.summarize(right.rows as EvalRow<ProcessBenchItem>[], settingsOf('processbench'));
    assert.match(headline, /^F1 –, n = 2 rows$/);
    assert.match(metrics[0]?.why ?? '', /no solution has an error/);
    assert.equal(metrics.find(({ id }) => id === 'correct-accuracy')?.value, 100);
    assert.match(metrics.find(({ id }) => id === 'error-accuracy')?.why ?? '', /There are no such rows with an error/);
  });

  it('that counts from 0 where PRMBench counts from 1 is told, too', async () => {
    const row = (idx: string, errors: readonly number[]) => ({ idx, question: 'q', modified_question: 'q?', original_process: ['a', 'b'], modified_process: ['a', 'b'], error_steps: errors, classification: 'circular' });
    const { source } = scoresFrom([{ id: 'x', scores: [0.9, 0.1] }, { id: 'y', scores: [0.9, 0.1] }]);
    const { rows, failed, notes } = await runOn(prmBenchEval, [row('x', [0]), row('y', [2])], [source]);
    assert.deepEqual([rows.length, only(failed).length], [1, 1]);
    assert.match(failed[0]?.message ?? '', /"error_steps" names step 0, which its 2 steps, counted from 1, do not have/);
    assert.match(notes[0] ?? '', /seems to count steps from 0/);
  });

  it('scores of another length than the steps are a listed row, not a shift', async () => {
    const { source } = scoresFrom([{ id: 'a', scores: [0.9, 0.1] }, { id: 'b', scores: [0.9, 0.9, 0.9, 0.9, 0.9] }, { id: 'c', scores: [0.9, 0.9, 0.9, 0.9] }]);
    const { rows, failed } = await runOn(processBenchEval, [problem('a', 0), problem('b', -1), problem('c', -1), problem('d', -1)], [source]);
    assert.deepEqual(rows.map(({ id }) => id), ['c']);
    assert.match(failed[0]?.message ?? '', /scores\.jsonl has 2 scores for it, and it has 4 steps/);
    assert.deepEqual(failed.map(({ reason }) => reason), ['misfit', 'misfit', 'no-scores']);
  });

  it('a score that is no number is missing, and NaN in a file is explained', async () => {
    const { source, faults } = scoresFrom([{ id: 'a', scores: [0.9, null, 0.9, 0.9] }, '{"id": "b", "scores": [NaN, 1]}'], 2);
    assert.match(faults[0] ?? '', /scores\.jsonl row 1.*not JSON.*NaN or Infinity: write null/);
    const { rows } = await runOn(processBenchEval, [problem('a', -1)], [source]);
    assert.match(processBenchEval.outcome(rows[0] as EvalRow<ProcessBenchItem>, settingsOf('processbench')).text, /a step before any error has no score/);
  });

  it('an id that is there twice is used once where scores are joined by id, and so are two sets of scores', async () => {
    const twice = await runOn(processBenchEval, [problem('a', 0), problem('a', 1)], [scored('a')]);
    assert.deepEqual(only(twice.failed).map((line) => line.slice(0, 43)), ['duplicate: data.jsonl row 1 has the id "a" ']);
    assert.match(twice.notes.join(' '), /1 of the 2 rows of data\.jsonl has the same question and steps/);
    const { failed } = await runOn(processBenchEval, [problem('a', 0)], [scored('a', 'a')]);
    assert.match(failed[0]?.message ?? '', /has scores for it twice/);
  });

  it('a score file without ids belongs to the rows in order only where it has as many', async () => {
    const rows = [{ scores: [0.1, 1, 1, 1] }, { scores: [1, 1, 1, 1] }];
    const { rows: done } = await runOn(processBenchEval, [problem('a', 0), problem('b', -1)], [scoresFrom(rows, 2).source]);
    assert.equal(done.length, 2);
    assert.throws(() => scoresFrom(rows, 3), /2 rows where the data has 3: it cannot be said which belong together/);
    assert.throws(() => scoresFrom([{ id: 'a' }]), /has no scores that could be read/);
  });
});
