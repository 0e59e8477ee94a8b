import assert from 'node:assert/strict';
import { StepscopeError } from '../../../src/core/result.ts';
import type { LoggedSearchEvent } from '../../../src/core/search/events.ts';
import { problemSeed, solveTogether, type RunProblem } from '../../../src/core/search/lockstep.ts';
import type { SearchModels } from '../../../src/core/search/solve.ts';
import type { SearchSettings } from '../../../src/core/search/settings.ts';
import { fakePolicy, fakeSettings, fakeVerifier, randomModels, ranOf, run, timeless, type Asked, type Ran } from './fake-models.ts';

const PROBLEMS: readonly RunProblem[] = Array.from({ length: 5 }, (_, row) => ({ question: `Question ${row}?`, gold: '3', row }));

async function together(models: SearchModels, settings: SearchSettings, open: number, signal?: AbortSignal): Promise<Ran[]> {
  const events = PROBLEMS.map((): LoggedSearchEvent[] => []);
  await solveTogether(models, PROBLEMS, settings, open, (event) => events[event.problem]?.push(event), signal);
  return events.filter((list) => list.length > 0).map((list) => ranOf(list));
}

describe('problems in lockstep', () => {
  it('each is solved as it is alone, whatever the strategy and however many are open', async () => {
    for (const strategy of ['pats', 'beam', 'best-of-n', 'majority'] as const) {
      const settings = fakeSettings(strategy, { seed: 9 });
      const alone = await Promise.all(PROBLEMS.map((problem) => run(randomModels(1), { ...settings, seed: problemSeed(9, problem.row) }, {}, problem)));
      for (const open of [1, 2, 5, 50]) assert.deepEqual(timeless((await together(randomModels(1), settings, open)).map(({ rounds }) => rounds)), timeless(alone.map(({ rounds }) => rounds)), `${strategy} ${open}`);
    }
  });

  it('what the open problems ask of a model is one batch, in their order, and the same batches each time', async () => {
    const asked = async () => {
      const policy = fakePolicy((prompt, stream) => (prompt.split('\n\n').length > 3 + (/Question (\d)/.exec(prompt)?.[1] === '0' ? 0 : 1) ? 'end \\boxed{3}' : `step ${stream} of ${prompt.length}\n\n`));
      const verifier = fakeVerifier(() => 0.9);
      await together({ policy, verifier }, fakeSettings('all-simple'), 3);
      return { policy, verifier };
    };
    const { policy, verifier } = await asked();
    assert.deepEqual(policy.batches.slice(0, 2), [3, 3]);
    assert.equal(verifier.batches[0], 6);
    const first = policy.asked.slice(0, 3).map(({ prompt }) => /Question (\d)/.exec(prompt)?.[1]);
    assert.deepEqual(first, ['0', '1', '2']);
    const again = await asked();
    assert.deepEqual(again.policy.asked, policy.asked);
    assert.deepEqual(again.verifier.batches, verifier.batches);
    assert.ok(policy.batches.length < PROBLEMS.length * 4, 'fewer batches than one a problem and round');
  });

  it('servers are not waited for: each problem asks them by itself', async () => {
    const { policy, verifier } = randomModels(4);
    assert.ok(policy && verifier);
    const settings = fakeSettings('pats', { seed: 9 });
    const served = { policy: { ...policy, concurrent: true as const }, verifier: { ...verifier, concurrent: true as const } };
    const { batches } = policy as typeof policy & Asked;
    const rans = await together(served, settings, 5);
    assert.ok(batches.length > 5 && batches.every((requests) => requests === 1), batches.join());
    const merged = await together(randomModels(4), settings, 5);
    assert.deepEqual(timeless(rans.map(({ rounds }) => rounds)), timeless(merged.map(({ rounds }) => rounds)));
  });

  it('direct readings are merged too', async () => {
    const { policy, verifier } = randomModels(2);
    assert.ok(policy && verifier);
    let readings = 0;
    const counted = { ...verifier, nextTokenProbabilities: (prompts: readonly string[]) => Promise.resolve(prompts.map((prompt) => (readings++, { ok: true as const, probabilities: [prompt.length % 7 > 3 ? 0.9 : 0.6, 0.1], tokens: 1 }))) };
    const settings = fakeSettings('pats');
    const rans = await together({ policy, verifier: counted }, { ...settings, verifier: { ...settings.verifier, mode: 'direct' } }, 5);
    assert.ok(readings > 10);
    assert.ok(rans.every(({ finished }) => finished.verifierTokens === 0 && finished.reason !== 'failed'));
  });

  it('a model that dies ends every open problem with its sentence, and a cancel begins no other', async () => {
    const { policy, verifier } = randomModels(3);
    assert.ok(policy && verifier);
    let calls = 0;
    const dying = {
      ...verifier,
      async *generate(...call: Parameters<typeof verifier.generate>) {
        if (++calls === 2) throw new StepscopeError('engine-exited', 'The engine has ended.');
        yield* verifier.generate(...call);
      },
    };
    const rans = await together({ policy, verifier: dying }, fakeSettings('pats'), 5);
    assert.deepEqual(rans.map(({ finished, rounds }) => [finished.reason, finished.message, rounds.length]), PROBLEMS.map(() => ['failed', 'The engine has ended.', 1]));
    const controller = new AbortController();
    controller.abort();
    assert.equal((await together({ policy, verifier }, fakeSettings('pats'), 2, controller.signal)).length, 0);
  });
});
