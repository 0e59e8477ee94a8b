import assert from 'node:assert/strict';
import fc from 'fast-check';
import { comparePair, shortening } from '../../../src/core/bias/compare.ts';
import { earlyExit } from '../../../src/core/bias/early-exit.ts';
import type { BiasEvent, Guesses, TraceMeasure } from '../../../src/core/bias/events.ts';
import { deviationOf, guessDistribution } from '../../../src/core/bias/guesses.ts';
import { parsePlan } from '../../../src/core/bias/plan.ts';
import { readBiasEvents } from '../../../src/core/bias/read-events.ts';
import { biasReport } from '../../../src/core/bias/report.ts';
import { pairedPermutationP } from '../../../src/core/metrics/statistics.ts';
import { createRandom } from '../../../src/core/random.ts';

function trace(tokens: number, pFirst: number | undefined, reflections = 0, answer = '1', correct = true): TraceMeasure {
  const hits = Array.from({ length: reflections }, (_, step) => ({ step, word: 'Wait', span: { start: 0, end: 4 } }));
  return { text: `t${tokens}`, finish: 'end', tokens, steps: [{ start: 0, end: 1 }], first: undefined, pFirst, reflections: hits, redundant: [], loops: [], answer, correct };
}

const guesses = (...answers: readonly string[]): Guesses => ({ distributions: [guessDistribution('closed', 1, answers)], greedy: answers[0], tokens: 0 });

describe('guesses and their deviation', () => {
  it('are counted as numbers, and what is not parsed is in no number', () => {
    const { answers, unparsed } = guessDistribution('closed', 1, ['7', '7.0', undefined, '1,000', '1000', '1000']);
    assert.deepEqual(answers, [{ answer: '1,000', count: 3 }, { answer: '7', count: 2 }]);
    assert.equal(unparsed, 1);
  });

  it('deviate from the own answer by their mean distance, and by the share that differs', () => {
    assert.deepEqual(deviationOf(guesses('3', '7', '5', '5'), '5'), { numeric: 1, share: 0.5, n: 4, conflict: true });
    assert.deepEqual(deviationOf(guesses('B', 'B', 'C'), 'B'), { numeric: undefined, share: 1 / 3, n: 3, conflict: false });
    assert.equal(deviationOf({ ...guesses(), greedy: undefined }, '5'), undefined);
    assert.equal(deviationOf(guesses('\\frac{1}{2}', '1'), '0')?.numeric, 0.75);
  });
});

describe('pairs', () => {
  it('have an r of 0 and no difference where the runs are equal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), fc.nat(500), fc.nat(4), (tokens, first, reflections) => {
        const run = trace(tokens, first % tokens, reflections);
        const pair = comparePair(run, run, { original: ['a'], masked: ['a'] });
        assert.deepEqual(pair, { tokens: 0, r: 0, reflections: 0, answerChanged: false, divergentToken: undefined, same: true });
      }),
    );
  });

  it('measure r against what came after the first answer, and are missing it where something is missing', () => {
    assert.equal(shortening(trace(100, 60), trace(80, 60)), 0.5);
    assert.equal(shortening(trace(100, undefined), trace(80, 60)), undefined);
    assert.equal(shortening(trace(60, 60), trace(80, 60)), undefined);
    const pair = comparePair(trace(100, 60, 2), { ...trace(80, 60, 1), answer: undefined }, { original: ['a', 'b', 'c'], masked: ['a', 'b', 'x', 'y'] });
    assert.deepEqual([pair.reflections, pair.answerChanged, pair.divergentToken], [-1, true, 2]);
  });
});

describe('the report of an experiment', () => {
  const plan = parsePlan('question@answer', 'mask');
  const plans = plan.ok ? [plan.value] : [];
  /** Reflections follow conflict by `effect`; the mask takes one token of every two after the first answer. */
  function events(n: number, effect: number): BiasEvent[] {
    const random = createRandom(5, 0);
    return Array.from({ length: n }, (_, row): BiasEvent[] => {
      const conflict = row % 2 === 0;
      const original = trace(100 + row, 50, (random() < 0.5 ? 1 : 0) + (conflict ? effect : 0));
      const masked = trace(100 + row - (50 + row) / 2, 50, 0, '1', row % 4 !== 0);
      const own = guesses(...(conflict ? ['9', '8'] : ['1', '1']));
      return [
        { type: 'guesses', row, guesses: own },
        { type: 'trace', row, question: 'q', gold: '1', trace: original, deviation: deviationOf(own, '1') },
        { type: 'masked', row, plan: 0, mask: { method: 'mask', hidden: [], from: 0, kept: 0 }, trace: masked, comparison: comparePair(original, masked, { original: undefined, masked: undefined }) },
      ];
    }).flat();
  }

  it('shows an effect that is there and none that is not', () => {
    const there = biasReport(events(60, 2), plans, 0);
    assert.ok((there.conflicts.difference?.low ?? 0) > 1.5 && (there.conflicts.p ?? 1) < 0.01);
    assert.ok((there.conflicts.ratio?.value ?? 0) > 3);
    const absent = biasReport(events(60, 0), plans, 0);
    assert.ok((absent.conflicts.difference?.low ?? 1) <= 0 && (absent.conflicts.difference?.high ?? -1) >= 0);
    assert.ok((absent.conflicts.p ?? 0) > 0.05);
  });

  it('sums up a plan in pairs: r, reflections, accuracy, with counts', () => {
    const [summary] = biasReport(events(40, 1), plans, 0).plans;
    assert.equal(summary?.name, 'question@answer');
    assert.equal(summary.n, 40);
    assert.ok(Math.abs((summary.r?.value ?? 0) - 0.5) < 1e-9 && summary.r?.n === 40);
    assert.deepEqual([summary.accuracy.original?.value, summary.accuracy.masked?.value, summary.accuracyChange?.value], [1, 0.75, -0.25]);
    assert.ok((summary.tokensP ?? 1) < 0.001);
  });

  it('splits the questions in half by deviation, and says how many stand on the boundary', () => {
    const [numeric, share] = biasReport(events(40, 2), plans, 0).halves;
    assert.equal(numeric?.by, 'numeric');
    assert.equal(share?.n, 40);
    assert.equal(share.ties, 0);
    const reflections = share.differences.find(({ measure }) => measure === 'reflections');
    assert.ok((reflections?.rDelta?.low ?? 0) > 1 && (reflections?.p ?? 1) < 0.01);
    assert.equal(biasReport(events(5, 2), plans, 0).halves[0]?.n, 4);
  });

  it('is nothing but missing values where nothing was measured', () => {
    const { accuracy, conflicts, halves, plans: summaries, tokens } = biasReport([], plans, 0);
    assert.deepEqual([accuracy, tokens, halves, conflicts.difference, summaries[0]?.r, summaries[0]?.n], [undefined, undefined, [], undefined, undefined, 0]);
  });

  it('is the same of events that were written and read back', () => {
    const before = events(10, 1);
    const header = { type: 'run', version: 1, kind: 'bias', id: 'x', title: 'x', started: '', models: [], settings: {} } as const;
    const read = readBiasEvents('log.jsonl', { header, events: JSON.parse(JSON.stringify(before)) as unknown[] });
    assert.ok(read.ok);
    assert.deepEqual(JSON.stringify(biasReport(read.value, plans, 0)), JSON.stringify(biasReport(before, plans, 0)));
    assert.equal(readBiasEvents('log.jsonl', { header, events: [{ type: 'masked', row: 0 }] }).ok, false);
    assert.equal(readBiasEvents('log.jsonl', { header: { ...header, kind: 'eval' }, events: [] }).ok, false);
  });
});

describe('statistics of pairs', () => {
  it('give a small p for a shift of all, a large one for none, and 1 for equal pairs', () => {
    const pairs = Array.from({ length: 20 }, (_, i): [number, number] => [i, i + 1 + (i % 3)]);
    assert.ok((pairedPermutationP(pairs) ?? 1) < 0.001);
    assert.ok((pairedPermutationP(pairs.map(([a, b], i) => (i % 2 === 0 ? [a, b] : [b, a]))) ?? 0) > 0.3);
    assert.equal(pairedPermutationP([[1, 1], [2, 2]]), 1);
    assert.equal(pairedPermutationP([]), undefined);
  });
});

describe('early exit', () => {
  it('ends a trace after its first answer where attention reaches the threshold', () => {
    const question = [3, 0.2, 0.4, 0.9, 2.5].map((value, index) => ({ span: { start: index, end: index + 1 }, value }));
    assert.deepEqual(earlyExit({ pFirst: 1 }, { question }, 0.5), { token: 3, saved: 0.5 });
    assert.equal(earlyExit({ pFirst: 1 }, { question }, 9), undefined);
    assert.equal(earlyExit({ pFirst: undefined }, { question }, 0), undefined);
  });
});
