import assert from 'node:assert/strict';
import { importedSearch } from '../../../src/core/search/imported.ts';
import { replay } from '../../../src/core/search/replay.ts';
import type { SearchSettings } from '../../../src/core/search/settings.ts';
import { openTraces } from '../../../src/formats/open.ts';
import { fakeSettings, randomModels, ranOf, run, stepRounds } from './fake-models.ts';

const VARIANTS: readonly Partial<SearchSettings>[] = [{}, { penalty: 'none' }, { penalty: 'infinite', budget: { rounds: 12 } }, { initialMode: 'simple' }, { initialMode: 'medium' }, { beams: 2 }, { thresholds: { good: 0.6, low: 0.3, bad: 0.1 } }];

describe('replay', () => {
  it('under unchanged settings is the record', async () => {
    for (const variant of VARIANTS) {
      for (const seed of [1, 2, 3, 4, 5]) {
        const settings = fakeSettings('pats', { ...variant, seed });
        const ran = await run(randomModels(seed), settings);
        const { rounds, firstChange, totals, recorded } = replay(stepRounds(ran), settings);
        assert.equal(firstChange, undefined, JSON.stringify([variant, seed]));
        assert.deepEqual(rounds.map(({ recorded: at, mode, decision, exact, estimated }) => [at, mode, decision.rule, decision.nextMode, exact, estimated]), stepRounds(ran).map(({ round, mode, rule, nextMode }) => [round, mode, rule, nextMode, true, false]));
        assert.deepEqual(totals, recorded);
        assert.equal(totals.policyTokens, ran.finished.policyTokens);
      }
    }
  });

  it('under other settings is exact up to the first change: what a real run does', async () => {
    let changed = 0;
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const settings = fakeSettings('pats', { seed });
      const ran = stepRounds(await run(randomModels(seed), settings));
      for (const variant of VARIANTS.filter(({ beams }) => beams === undefined)) {
        const other = fakeSettings('pats', { ...variant, seed });
        const { rounds, firstChange = Infinity } = replay(ran, other);
        const real = stepRounds(await run(randomModels(seed), other));
        const exact = rounds.filter((round) => round.exact);
        exact.forEach(({ decision }, at) => assert.deepEqual([decision.rule, decision.nextMode], [real[at]?.rule, real[at]?.nextMode], JSON.stringify([variant, seed, at])));
        if (firstChange < Infinity) {
          changed++;
          assert.ok(rounds.slice(firstChange + 1).every((round) => !round.exact));
          assert.equal(rounds.filter((round) => round.changed).length, 1);
        }
      }
    }
    assert.ok(changed > 10);
  });

  it('a narrower mode sees the first candidates and costs less; a step that is not discarded loses its second round', async () => {
    const settings = fakeSettings('pats', { seed: 3 });
    const ran = stepRounds(await run(randomModels(3), settings));
    const simple = replay(ran, { ...settings, thresholds: { good: 0, low: 0, bad: 0 } });
    assert.ok(simple.totals.policyTokens < simple.recorded.policyTokens);
    assert.ok(simple.rounds.every(({ decision }) => decision.rule === 'good' || decision.rule === 'keep'));
    assert.equal(simple.totals.modes.complex, 1);
    const none = replay(ran, { ...settings, penalty: 'none' });
    assert.ok(none.rounds.every(({ regeneration }) => !regeneration));
    const strict = replay(ran, { ...settings, thresholds: { good: 2, low: 2, bad: 2 } });
    assert.ok(strict.rounds.some(({ recorded }) => recorded === undefined), 'a regeneration that the record does not have');
    assert.equal(strict.totals.rounds, strict.rounds.length);
  });

  it('keeps what a person chose', async () => {
    const settings = fakeSettings('pats', { seed: 1 });
    const whole = stepRounds(await run(randomModels(1), settings));
    const other = whole[0]?.candidates.find(({ index, dropped }) => index !== whole[0]?.chosen && dropped === undefined);
    assert.ok(other);
    const branched = stepRounds(await run(randomModels(1), settings, { rounds: whole, branch: { round: 0, candidate: other.index } }));
    assert.equal(replay(branched, settings).firstChange, undefined);
  });

  it('a result file of the paper\'s code opens as a run, and replays', () => {
    const name = 'pats.jsonl';
    const round = (phase: number, texts: readonly string[], rewards: readonly number[], pick: number, accepted: boolean, next: number, terminated = false) => ({ phase, candidates: texts.map((step, at) => ({ step, reward: rewards[at], valid: true })), selected: { step: texts[pick], reward: rewards[pick], accepted }, new_phase: next, terminated });
    const history = [round(0, ['a', 'b'], [0.3, 0.2], 0, false, 0), round(0, ['c', 'd'], [0.5, 0.9], 1, true, 1), round(1, ['e'], [0.8], 0, true, 1), round(1, ['It is \\boxed{5}.<|eot_id|>'], [0.9], 0, true, 2, true)];
    const opened = openTraces(name, new TextEncoder().encode(JSON.stringify({ question: 'How many?', history, final_steps: ['d', 'e', 'It is \\boxed{5}.<|eot_id|>'], success: true })));
    const trace = opened.ok ? opened.value.trace(0) : opened;
    assert.ok(trace.ok);
    const ran = ranOf(importedSearch({ question: trace.value.problem, gold: '5' }, trace.value.given?.rounds ?? [], name));
    assert.deepEqual([ran.finished.reason, ran.finished.answer, ran.finished.correct, ran.finished.steps], ['done', '5', true, ['d', 'e', 'It is \\boxed{5}.']]);
    assert.deepEqual(stepRounds(ran).map(({ rule, step, regeneration, mode }) => [rule, step, regeneration, mode]), [['penalty', 0, false, 'complex'], ['good', 0, true, 'complex'], ['keep', 1, false, 'medium'], ['good', 2, false, 'medium']]);
    assert.equal(replay(stepRounds(ran), fakeSettings('pats')).firstChange, undefined);
    assert.equal(replay(stepRounds(ran), fakeSettings('pats', { penalty: 'none' })).firstChange, 0);
  });
});
