import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SvgNode } from '../../../src/core/picture/svg.ts';
import { svgText } from '../../../src/core/picture/svg.ts';
import type { SolutionRound } from '../../../src/core/search/events.ts';
import { LANE, layoutLane } from '../../../src/core/search/picture/lane-layout.ts';
import { lanePicture, laneSvg, standalone } from '../../../src/core/search/picture/lane-picture.ts';
import { laneOf, ruledOf } from '../../../src/core/search/picture/lane.ts';
import { scoreBeside, switchText } from '../../../src/core/search/picture/rule-text.ts';
import { candidate, patsRounds, SETTINGS } from './search-records.ts';

const value = fc.oneof({ weight: 6, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) }, { weight: 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant('dropped' as const) });
const searches = fc.array(fc.array(value, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 });
const draw = (scores: Parameters<typeof patsRounds>[0]) => {
  const lane = laneOf(patsRounds(scores), undefined, SETTINGS.thresholds, 'min');
  const layout = layoutLane(lane);
  return { lane, layout, picture: lanePicture(layout, SETTINGS.thresholds) };
};
const all = (node: SvgNode | string): SvgNode[] => (typeof node === 'string' ? [] : [node, ...node.children.flatMap(all)]);
const words = (node: SvgNode | string): string => (typeof node === 'string' ? node : node.children.map(words).join(' '));

describe('the picture of a search', () => {
  it('draws every candidate once, in its column, over no other', () => {
    fc.assert(fc.property(searches, (scores) => {
      const { layout, picture } = draw(scores);
      const ids = picture.columns.flatMap(all).flatMap(({ attributes }) => ('id' in attributes ? [String(attributes['id'])] : []));
      assert.deepEqual([...ids].sort(), scores.flatMap((some, round) => some.map((_, index) => `candidate-${round}-${index}`)).sort());
      for (const { x, candidates } of layout.rounds) {
        candidates.forEach((placed, rank) => {
          assert.ok(placed.x >= x && placed.x + placed.width <= x + LANE.column);
          assert.ok(placed.y + placed.height / 2 <= layout.rule);
          const before = candidates[rank - 1];
          if (before) assert.ok(placed.y - before.y >= placed.height);
        });
      }
      assert.equal(new Set(layout.rounds.map(({ x }) => x)).size, scores.length);
      for (const { attributes } of picture.columns.flatMap(all)) for (const number of Object.values(attributes)) assert.ok(typeof number === 'string' || Number.isFinite(number));
    }), { numRuns: 60, seed: 1 });
  });

  it('ranks by score, and what has none below', () => {
    fc.assert(fc.property(searches, (scores) => {
      for (const { candidates } of draw(scores).layout.rounds) {
        const ranks = candidates.map(({ candidate: { score } }) => score ?? -1);
        assert.deepEqual(ranks, [...ranks].sort((one, other) => other - one));
      }
    }), { numRuns: 60, seed: 2 });
  });

  it('lets the path go through what was kept, and only there', () => {
    const { picture } = draw([[0.5, 0.9], [0.2, 0.1], [0.3, 'dropped'], [0.8]]);
    const paths = picture.columns.map((column) => all(column).filter(({ attributes }) => attributes['class'] === 'path').length);
    // In and out; the discarded round is crossed; the last round ends.
    assert.deepEqual(paths, [2, 0, 2, 1]);
    assert.equal(all(picture.columns[1]!).filter(({ attributes }) => attributes['class'] === 'again').length, 1);
  });

  it('says all that it shows in words: mode, rule, reason, tokens', () => {
    const { picture } = draw([[0.5, 0.9], [0.2, 0.1], [0.3, 'dropped'], [undefined]]);
    const [first = '', penalty = '', after = '', last = ''] = picture.columns.map(words);
    for (const word of ['complex · 8', '0.90 ≥ good', '→ medium', '21 + 40']) assert.ok(first.includes(word), `${word}: ${first}`);
    for (const word of ['0.20 < bad', '↻ again, complex']) assert.ok(penalty.includes(word), penalty);
    for (const word of ['same as 1', '0.30 < bad, after ↻']) assert.ok(after.includes(word), after);
    assert.ok(last.includes('no score'));
    const labels = picture.columns.flatMap(all).filter(({ attributes }) => attributes['role'] === 'option').map(({ attributes }) => attributes['aria-label']);
    assert.ok(labels.includes('Round 1, candidate 2 of 2: 0.90, chosen'));
    assert.ok(labels.includes('Round 2, candidate 1 of 2: 0.20, best, but discarded'));
    assert.ok(labels.includes('Round 3, candidate 2 of 2: same as 1, dropped'));
  });

  it('never shows a score on the other side of a threshold', () => {
    fc.assert(fc.property(fc.double({ min: 0.3, max: 1, noNaN: true }), (score) => {
      for (const threshold of [0.4, 0.75, 0.85]) {
        const text = scoreBeside(score, [0.4, 0.75, 0.85]);
        if (!text.startsWith('≈')) assert.equal(Number(text) >= threshold, score >= threshold);
        else assert.ok([0.4, 0.75, 0.85].some((near) => Math.abs(score - near) < 1e-4));
      }
    }), { seed: 3 });
    assert.equal(scoreBeside(0.8496, [0.85]), '0.8496');
    assert.equal(scoreBeside(0.846, [0.85]), '0.846');
    assert.equal(scoreBeside(0.9, [0.85]), '0.90');
    assert.equal(scoreBeside(0.9999999, [1]), '≈1.00');
  });

  it('claims no comparison that does not hold, of a record that was made with other thresholds', () => {
    const [round] = patsRounds([[0.95]]);
    assert.ok(round);
    assert.equal(switchText(ruledOf({ ...round, rule: 'low', nextMode: 'complex', final: false }), SETTINGS.thresholds), 'complex → complex, 0.95, as recorded');
  });

  it('tells the switch of a step with its threshold', () => {
    const rounds = patsRounds([[0.91], [0.8], [0.5], [0.9]]);
    assert.deepEqual(rounds.map((round) => switchText(ruledOf(round), SETTINGS.thresholds)), [
      'complex → medium, 0.91 ≥ good (0.85)',
      'medium → medium, low ≤ 0.80 (0.75)',
      'medium → complex, 0.50 < low (0.75)',
      'complex, 0.90 ≥ good (0.85)',
    ]);
  });

  it('shows the round that goes on, and what of it waits', () => {
    const going = { round: 0, step: 0, mode: 'complex' as const, width: 8, regeneration: false, candidates: [candidate(0, 0.7), candidate(1, undefined), candidate(2, 'dropped')] };
    const [column] = laneOf([], going, SETTINGS.thresholds, 'min');
    assert.deepEqual(column?.candidates.map(({ state }) => state), ['judged', 'waiting', 'dropped']);
    assert.equal(column.rule, '3 of 8 written');
  });

  it('shows whole solutions with the aggregate that ranked them, and votes', () => {
    const whole = (index: number, min: number | undefined) => ({ kind: 'solution' as const, index, text: 't', tokens: 5, verifierTokens: 5, steps: ['s'], scores: [], aggregates: min === undefined ? {} : { min } });
    const record: SolutionRound = { kind: 'solution', round: 0, policyTokens: 10, verifierTokens: 10, seconds: 1, chosen: 1, candidates: [whole(0, 0.2), whole(1, 0.9), whole(2, undefined)], rule: 'best-of-n', choices: { min: 1 }, votes: [] };
    const [column] = laneOf([record], undefined, SETTINGS.thresholds, 'min');
    assert.deepEqual(column?.candidates.map(({ state, value }) => `${state} ${value}`), ['judged 0.20', 'chosen 0.90', 'unscored no score']);
    const votes = laneOf([{ ...record, rule: 'majority', candidates: [whole(0, undefined), whole(1, undefined)], votes: [{ answer: '5', candidates: [0, 1] }] }], undefined, SETTINGS.thresholds, 'min');
    assert.deepEqual(votes[0]?.candidates.map(({ value: shown }) => shown), ['2 votes', '2 votes']);
  });

  it('becomes a file that stands alone, with text as text', () => {
    const rounds = patsRounds([[0.9]]).map((round) => ({ ...round, candidates: round.candidates.map((one) => ({ ...one, step: '<script>' })) }));
    const text = svgText(standalone(laneSvg(lanePicture(layoutLane(laneOf(rounds, undefined, SETTINGS.thresholds, 'min')), SETTINGS.thresholds), 'A <search>')));
    assert.ok(text.startsWith('<svg ') && text.includes('<style>') && !text.includes('<search>') && !text.includes('var(--'));
  });

  it('is small for 35 rounds of 8 candidates', () => {
    const scores = Array.from({ length: 35 }, (_, round) => Array.from({ length: 8 }, (__, index) => ((round * 7 + index * 3) % 100) / 100));
    const { picture } = draw(scores);
    const elements = picture.columns.flatMap(all).length;
    assert.ok(elements < 4000, `${elements} elements`);
  });
});
