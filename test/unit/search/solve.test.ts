import assert from 'node:assert/strict';
import type { LanguageModel } from '../../../src/core/model.ts';
import { StepscopeError } from '../../../src/core/result.ts';
import type { SearchModels } from '../../../src/core/search/solve.ts';
import { STEP_STRATEGIES, STRATEGIES, type SearchSettings } from '../../../src/core/search/settings.ts';
import { fakePolicy, fakeSettings, fakeVerifier, randomModels, run, stepRounds, timeless } from './fake-models.ts';

/** Two steps and an answer, a thinking block around them. */
const TEMPLATE = '{question}\n<think>\n';
const thinking = (more: Partial<SearchSettings> = {}): SearchSettings => {
  const settings = fakeSettings('pats', more);
  return { ...settings, policy: { ...settings.policy, template: TEMPLATE } };
};
const thinker = () =>
  fakePolicy((prompt, stream) => {
    if (prompt.endsWith('</think>\n\n')) return 'The answer is \\boxed{5}.';
    const written = prompt.slice(prompt.indexOf('<think>'));
    if (written.includes('second')) return 'So it is 5.\n</think>\n\n';
    return written.includes('first') ? `second ${stream % 3}\n\n` : `first ${stream % 3}\n\n`;
  });
const allGood = () => fakeVerifier(() => 0.9);

describe('search', () => {
  it('PATS: thinks simpler while steps are good, and the final step holds the answer, which is not judged', async () => {
    const models = { policy: thinker(), verifier: fakeVerifier((step) => (step.endsWith('1') ? 0.95 : 0.9)) };
    const ran = await run(models, thinking());
    const rounds = stepRounds(ran);
    assert.deepEqual(rounds.map(({ mode, width, rule, nextMode, chosen }) => [mode, width, rule, nextMode, chosen]), [['complex', 8, 'good', 'medium', 1], ['medium', 4, 'good', 'simple', 0], ['simple', 2, 'good', 'simple', 0]]);
    assert.deepEqual(rounds[0]?.candidates.map(({ dropped }) => dropped ?? '-'), ['-', '-', '-', ...Array.from({ length: 5 }, () => 'duplicate')]);
    const last = rounds[2]?.candidates[0];
    assert.deepEqual([last?.final, last?.step, last?.answer, last?.text], [true, 'So it is 5.', '5', 'So it is 5.\n</think>\n\nThe answer is \\boxed{5}.']);
    assert.deepEqual(models.verifier.asked.map(({ n }) => n), [1, 1, 1, 1, 1, 1, 1]);
    assert.deepEqual(models.verifier.batches, [3, 3, 1], 'the candidates of a step are one batch');
    const { reason, answer, correct, steps, response, modes } = ran.finished;
    assert.deepEqual([reason, answer, correct, modes], ['done', '5', true, { simple: 1, medium: 1, complex: 1 }]);
    assert.deepEqual(steps, ['first 1', 'second 1', 'So it is 5.']);
    assert.ok(response.startsWith('first 1\n\nsecond 1\n\nSo it is 5.\n</think>'));
  });

  it('a policy that only closes its thinking: the answer is what is judged', async () => {
    const policy = fakePolicy((prompt) => (prompt.endsWith('</think>\n\n') ? 'It is \\boxed{7}.' : '\n</think>\n\n'));
    const verifier = allGood();
    const { finished } = await run({ policy, verifier }, thinking());
    assert.deepEqual([finished.steps, finished.answer, finished.correct], [['It is \\boxed{7}.'], '7', false]);
    assert.match(verifier.asked[0]?.prompt ?? '', /Now Step: Step 1: It is \\boxed\{7\}\.\n/);
  });

  it('penalty: a bad step is made again once from other samples, then accepted', async () => {
    const policy = fakePolicy((prompt, stream) => (prompt.includes('poor') ? 'end \\boxed{5}' : `poor ${stream}\n\n`));
    const verifier = fakeVerifier((step) => (step.startsWith('poor') ? 0.1 : 0.9));
    const rules = async (more: Partial<SearchSettings>) => stepRounds(await run({ policy, verifier }, fakeSettings('pats', more))).map(({ rule, step, regeneration }) => `${rule} ${step}${regeneration ? ' again' : ''}`);
    assert.deepEqual(await rules({}), ['penalty 0', 'accepted-after-penalty 0 again', 'good 1']);
    assert.deepEqual(await rules({ penalty: 'none' }), ['low 0', 'good 1']);
    assert.deepEqual(await rules({ penalty: 'infinite', budget: { rounds: 3 } }), ['penalty 0', 'penalty 0 again', 'penalty 0 again']);
    const { rounds } = await run({ policy, verifier }, fakeSettings('pats'));
    const texts = rounds.slice(0, 2).map(({ candidates }) => candidates.map(({ text }) => text));
    assert.equal(new Set(texts.flat()).size, 16, 'the second round draws from other streams');
  });

  it('initial mode, fixed modes, guided and random: widths and rules', async () => {
    const widths = async (strategy: SearchSettings['strategy'], more: Partial<SearchSettings> = {}) => stepRounds(await run({ policy: thinker(), verifier: allGood() }, { ...thinking(more), strategy })).map(({ width }) => width);
    assert.deepEqual(await widths('pats', { initialMode: 'medium' }), [4, 2, 2]);
    assert.deepEqual(await widths('pats', { initialMode: 'simple' }), [2, 2, 2]);
    assert.deepEqual(await widths('all-simple'), [2, 2, 2]);
    assert.deepEqual(await widths('all-medium'), [4, 4, 4]);
    assert.deepEqual(await widths('all-complex'), [8, 8, 8]);
    assert.deepEqual(await widths('guided', { samples: 5 }), [5, 5, 5]);
    const seeds = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => widths('random-mode', { seed })));
    assert.deepEqual(await widths('random-mode', { seed: 1 }), seeds[0]);
    assert.deepEqual([...new Set(seeds.flat())].sort(), [2, 4, 8]);
  });

  it('solution switching: a simple solution that fails as a whole is made again in complex mode', async () => {
    const models = (score: number) => ({ policy: thinker(), verifier: fakeVerifier((step) => (step.startsWith('second') ? score : 0.9)) });
    const [good, bad] = [await run(models(0.5), thinking({ strategy: 'solution-switching' })), await run(models(0.49), thinking({ strategy: 'solution-switching' }))];
    assert.deepEqual(stepRounds(good).map(({ width, attempt }) => [width, attempt]), [[2, 0], [2, 0], [2, 0]]);
    assert.deepEqual(stepRounds(bad).map(({ width, attempt }) => [width, attempt]), [[2, 0], [2, 0], [2, 0], [8, 1], [8, 1], [8, 1]]);
    const check = bad.events.find(({ type }) => type === 'solution-check');
    assert.deepEqual(check, { type: 'solution-check', aggregate: 'min', value: 0.49, threshold: 0.5, passed: false });
    assert.deepEqual([bad.finished.steps.length, bad.finished.path[0]?.round], [3, 3]);
  });

  it('beam: keeps the best paths as wholes, lets one that has ended hold its place, and PATS can search so', async () => {
    const policy = fakePolicy((prompt, stream) => {
      if (!/left|right/.test(prompt)) return stream % 2 === 0 ? 'left\n\n' : 'right\n\n';
      if (prompt.includes('left')) return prompt.includes('on') ? 'left end \\boxed{1}' : 'left on\n\n';
      return 'right end \\boxed{5}';
    });
    const scores: Record<string, number> = { left: 0.9, right: 0.8, 'left on': 0.6, 'left end \\boxed{1}': 0.95, 'right end \\boxed{5}': 0.85 };
    const models = { policy, verifier: fakeVerifier((step) => scores[step]) };
    for (const strategy of ['beam', 'pats'] as const) {
      const ran = await run(models, fakeSettings(strategy, { beams: 2, samples: 4 }));
      const rounds = stepRounds(ran);
      assert.deepEqual(rounds.map(({ kept }) => kept.length), [2, 2, 2]);
      assert.equal(rounds[1]?.candidates.length, 2 * (rounds[1]?.width ?? 0));
      assert.deepEqual([ran.finished.answer, ran.finished.correct, ran.finished.reason], ['5', true, 'done'], 'min(0.8, 0.85) > min(0.9, 0.6, 0.95)');
      assert.deepEqual(ran.finished.path.map(({ round }) => round), [0, 1]);
    }
    const greedy = await run(models, fakeSettings('beam', { beams: 1, samples: 4 }));
    assert.equal(greedy.finished.answer, '1');
  });

  it('best of N: four aggregates from the same samples; a repeated solution is judged once; majority voting counts it', async () => {
    const solutions = ['a ok\n\nb weak \\boxed{1}', 'c mid\n\nd mid \\boxed{2}', 'c mid\n\nd mid \\boxed{2}', 'e poor\n\nf best \\boxed{3}'];
    const verifier = fakeVerifier((step) => ({ ok: 1, weak: 0.55, mid: 0.7, poor: 0.2, best: 0.99 })[/ok|weak|mid|poor|best/.exec(step)?.[0] ?? 'ok']);
    const models = { policy: fakePolicy((_, stream) => solutions[stream] ?? ''), verifier };
    const { rounds: [record], finished } = await run(models, fakeSettings('best-of-n', { samples: 4 }));
    assert.ok(record?.kind === 'solution');
    assert.deepEqual(record.choices, { min: 1, mean: 0, product: 0, last: 3 });
    assert.deepEqual([record.chosen, finished.answer, record.candidates[2]?.sameAs, record.candidates[2]?.verifierTokens], [1, '2', 1, 0]);
    assert.equal(verifier.asked.length, 6);
    const voted = await run({ ...models, verifier: undefined }, fakeSettings('majority', { samples: 4 }));
    assert.deepEqual([voted.finished.answer, voted.finished.verifierTokens], ['2', 0]);
    const single = await run({ ...models, verifier: undefined }, fakeSettings('sampling'));
    assert.deepEqual([single.finished.answer, single.rounds[0]?.candidates.length], ['1', 1]);
  });

  it('tokens are the sum of the candidates, of dropped ones too; every strategy ends and repeats itself', async () => {
    for (const strategy of STRATEGIES) {
      for (const seed of [1, 2, 3]) {
        const settings = fakeSettings(strategy, { seed });
        const [ran, again] = [await run(randomModels(seed), settings), await run(randomModels(seed), settings)];
        assert.deepEqual(timeless(again.events), timeless(ran.events));
        const candidates = ran.rounds.flatMap((record) => record.candidates as readonly { tokens: number; verifierTokens: number }[]);
        assert.equal(ran.finished.policyTokens, candidates.reduce((sum, { tokens }) => sum + tokens, 0));
        assert.equal(ran.finished.verifierTokens, candidates.reduce((sum, { verifierTokens }) => sum + verifierTokens, 0));
        assert.equal(ran.finished.rounds, ran.rounds.length);
        ran.rounds.forEach((record, index) => assert.equal(record.round, index));
      }
    }
  });

  it('goes on after any round as if it had not been interrupted', async () => {
    for (const strategy of STEP_STRATEGIES) {
      const settings = fakeSettings(strategy, { seed: 4 });
      const whole = await run(randomModels(4), settings);
      for (let kept = 0; kept <= whole.rounds.length; kept++) {
        const resumed = await run(randomModels(4), settings, { rounds: whole.rounds.slice(0, kept) });
        assert.deepEqual(timeless(resumed.rounds), timeless(whole.rounds), `${strategy} after ${kept}`);
        assert.deepEqual(timeless(resumed.finished), timeless(whole.finished));
      }
    }
  });

  it('what if: another candidate is chosen, and the search goes on from there', async () => {
    const settings = fakeSettings('pats', { seed: 1 });
    const models = randomModels(1);
    const whole = stepRounds(await run(models, settings));
    const other = whole[1]?.candidates.find(({ index, dropped }) => index !== whole[1]?.chosen && dropped === undefined);
    assert.ok(other);
    const branch = { round: 1, candidate: other.index };
    const ran = await run(models, settings, { rounds: whole, branch });
    assert.deepEqual(stepRounds(ran).slice(0, 2).map(({ rule, chosen }) => [rule, chosen]), [[whole[0]?.rule, whole[0]?.chosen], ['branch', other.index]]);
    assert.equal(ran.finished.steps[ran.finished.path.findIndex(({ round }) => round === 1)], other.step);
    const started = ran.events[0];
    assert.ok(started?.type === 'started' && started.resumed === 2 && started.branch?.candidate === other.index);
    const nowhere = await run(models, settings, { rounds: whole, branch: { round: 1, candidate: 99 } });
    assert.match(nowhere.finished.message ?? '', /has no candidate 100 in round 2/);
  });
});

describe('search that meets a fault', () => {
  const ends = async (models: SearchModels, settings: SearchSettings, reason: string, message: RegExp) => {
    const ran = await run(models, settings);
    assert.equal(ran.finished.reason, reason);
    assert.match(ran.finished.message ?? '', message);
    assert.equal((ran.finished.message ?? '').includes('\n'), false);
    return ran;
  };
  const writer = () => fakePolicy((_, stream) => `step ${stream}\n\n`);

  it('names a missing model, an empty question and a policy without a template', async () => {
    await ends({ policy: undefined, verifier: allGood() }, fakeSettings('pats'), 'failed', /No policy is chosen/);
    await ends({ policy: writer(), verifier: undefined }, fakeSettings('pats'), 'failed', /No verifier is chosen: pats needs/);
    await ends({ policy: writer(), verifier: allGood() }, { ...fakeSettings('pats'), policy: { ...fakeSettings('pats').policy, prompt: 'chat' } }, 'failed', /fake policy has no chat template/);
    await ends({ policy: writer(), verifier: allGood() }, { ...fakeSettings('pats'), policy: { ...fakeSettings('pats').policy, template: 'Solve it.' } }, 'failed', /no \{question\}: write it where/);
    const { finished } = await run({ policy: writer(), verifier: allGood() }, fakeSettings('pats'), {}, { question: ' ' });
    assert.match(finished.message ?? '', /question is empty/);
  });

  it('a policy that never ends a step, repeats itself or says nothing: rounds are spent, and the end says on what', async () => {
    const budget = { rounds: 4 };
    const endless = fakePolicy(() => ({ text: 'and so on', finish: 'length' }));
    const cut = await ends({ policy: endless, verifier: allGood() }, fakeSettings('pats', { budget }), 'budget', /4 rounds is spent.*8 cut off at the limit/);
    assert.deepEqual(stepRounds(cut).map(({ rule, mode }) => [rule, mode]), Array.from({ length: 4 }, () => ['none-left', 'complex']));
    assert.ok(cut.finished.policyTokens > 0 && cut.finished.verifierTokens === 0);
    const parrot = fakePolicy(() => 'again\n\n');
    const repeated = await ends({ policy: parrot, verifier: allGood() }, fakeSettings('pats', { budget }), 'budget', /4 a step that was there before/);
    assert.deepEqual(repeated.finished.steps, ['again']);
    await ends({ policy: fakePolicy(() => '\n\n'), verifier: allGood() }, fakeSettings('pats', { budget }), 'budget', /8 without text/);
    const cold = fakeSettings('pats');
    await ends({ policy: parrot, verifier: allGood() }, { ...cold, policy: { ...cold.policy, temperature: 0 } }, 'failed', /temperature 0 another round would be the same/);
    await ends({ policy: endless, verifier: allGood() }, fakeSettings('best-of-n'), 'failed', /no solution came to its end/);
  });

  it('a verifier whose analyses never parse: nothing is chosen by chance, and after three rounds the run ends', async () => {
    const ran = await ends({ policy: writer(), verifier: fakeVerifier(() => undefined) }, fakeSettings('pats'), 'failed', /fake verifier gave no score to any candidate in 3 rounds/);
    assert.deepEqual(stepRounds(ran).map(({ rule, accepted, chosen }) => [rule, accepted, chosen]), Array.from({ length: 3 }, () => ['unscored', false, undefined]));
    assert.equal(stepRounds(ran)[0]?.candidates[0]?.score?.unparsed, 1);
    await ends({ policy: fakePolicy(() => 'one \\boxed{5}'), verifier: fakeVerifier(() => undefined) }, fakeSettings('best-of-n'), 'failed', /gave no solution a score/);
  });

  it('a model that dies in the middle, or a cancel at any point: the rounds stay and the run can be taken up', async () => {
    const settings = fakeSettings('pats', { seed: 2 });
    const whole = await run(randomModels(2), settings);
    const { policy, verifier } = randomModels(2);
    assert.ok(policy && verifier);
    for (const role of ['policy', 'verifier'] as const) {
      for (let calls = 0; calls < whole.rounds.length; calls++) {
        for (const cancel of [false, true]) {
          const controller = new AbortController();
          let left = calls;
          const model = { policy, verifier }[role];
          const dying: LanguageModel = {
            ...model,
            async *generate(requests, signal) {
              if (left-- === 0) {
                if (!cancel) throw new StepscopeError('server-unreachable', 'http://127.0.0.1:8000 does not answer: is it running?');
                controller.abort();
              }
              yield* model.generate(requests, signal);
            },
          };
          const broken = await run({ policy, verifier, [role]: dying }, settings, { signal: controller.signal });
          assert.deepEqual([broken.finished.reason, broken.rounds.length, broken.finished.message?.includes('does not answer')], [cancel ? 'cancelled' : 'failed', calls, cancel ? undefined : true]);
          const resumed = await run({ policy, verifier }, settings, { rounds: broken.rounds });
          assert.deepEqual(timeless(resumed.finished), timeless(whole.finished));
        }
      }
    }
  });

  it('a prompt that is too long fails the run with the model\'s sentence', async () => {
    const policy = writer();
    policy.generate = async function* (requests) {
      await Promise.resolve();
      for (const [request] of requests.entries()) yield { type: 'failed', request, reason: 'context-exceeded', message: 'The prompt has 3000 tokens.' };
    };
    await ends({ policy, verifier: allGood() }, fakeSettings('pats'), 'failed', /could not write step 1: The prompt has 3000 tokens/);
    await ends({ policy, verifier: allGood() }, fakeSettings('majority'), 'failed', /could not write a solution: The prompt has 3000 tokens/);
  });

  it('budgets of rounds, tokens and seconds end the run with what it has', async () => {
    const models = { policy: writer(), verifier: allGood() };
    const rounds = await ends(models, fakeSettings('all-simple', { budget: { rounds: 2 } }), 'budget', /budget of 2 rounds is spent/);
    assert.equal(rounds.finished.steps.length, 2);
    const tokens = await ends(models, fakeSettings('all-simple', { budget: { rounds: 99, tokens: 40 } }), 'budget', /budget of 40 tokens.*by the policy.*by the verifier/);
    const { policyTokens, verifierTokens } = tokens.finished;
    assert.ok(policyTokens + verifierTokens >= 40 && tokens.rounds.length === 2);
    await ends(models, fakeSettings('all-simple', { budget: { rounds: 99, seconds: 0 } }), 'budget', /0 seconds is spent/);
  });
});
