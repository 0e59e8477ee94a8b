import assert from 'node:assert/strict';
import type { LanguageModel } from '../../../src/core/model.ts';
import { StepscopeError } from '../../../src/core/result.ts';
import { fakePolicy, fakeSettings, fakeVerifier, randomModels, run, timeless } from './fake-models.ts';

const served = <Model extends LanguageModel>(model: Model): Model => ({ ...model, concurrent: true });

/** Says what it does: `written` as each sample leaves the policy, `asked` as the verifier is asked. */
function watched(policy: LanguageModel, verifier: LanguageModel): { readonly policy: LanguageModel; readonly verifier: LanguageModel; readonly log: string[] } {
  const log: string[] = [];
  return {
    log,
    policy: {
      ...policy,
      async *generate(...call) {
        for await (const event of policy.generate(...call)) {
          log.push('written');
          yield event;
          // A turn, in which a verifier that can will begin.
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    },
    verifier: {
      ...verifier,
      generate(requests, signal) {
        log.push(`asked ${requests.length}`);
        return verifier.generate(requests, signal);
      },
    },
  };
}

/** Four samples, of which the last two repeat the first; then the end. */
const policy = () => fakePolicy((prompt, stream) => (prompt.includes('step') ? 'end \\boxed{5}' : `step ${Math.max(0, 1 - (stream % 4))}\n\n`));

describe('judging while candidates are written', () => {
  it('a server begins with each candidate that is complete; a local verifier gets them as one batch', async () => {
    const models = watched(policy(), served(fakeVerifier(() => 0.9)));
    await run(models, fakeSettings('all-medium', { budget: { rounds: 1 } }));
    assert.deepEqual(models.log, ['written', 'asked 1', 'written', 'asked 1', 'written', 'written']);
    const local = watched(policy(), fakeVerifier(() => 0.9));
    await run(local, fakeSettings('all-medium', { budget: { rounds: 1 } }));
    assert.deepEqual(local.log, ['written', 'written', 'written', 'written', 'asked 2']);
  });

  it('gives the same rounds, and asks no more', async () => {
    for (const strategy of ['pats', 'beam', 'guided'] as const) {
      for (let seed = 0; seed < 10; seed++) {
        const [one, other] = [randomModels(seed), randomModels(seed)];
        assert.ok(one.policy && one.verifier && other.policy && other.verifier);
        const early = watched(one.policy, served(one.verifier));
        const late = watched(other.policy, other.verifier);
        const settings = fakeSettings(strategy, { seed });
        assert.deepEqual(timeless((await run(early, settings)).rounds), timeless((await run(late, settings)).rounds), `${strategy} ${seed}`);
        const asked = (log: readonly string[]) => log.reduce((sum, line) => sum + Number(/asked (\d+)/.exec(line)?.[1] ?? 0), 0);
        assert.equal(asked(early.log), asked(late.log));
      }
    }
  });

  it('what a server fails early is asked for again, and fails for all to see', async () => {
    const verifier = served(fakeVerifier(() => 0.9));
    const failing = (times: number): LanguageModel => ({
      ...verifier,
      async *generate(...call) {
        if (times-- > 0) throw new StepscopeError('server-unreachable', 'The server is away.');
        yield* verifier.generate(...call);
      },
    });
    const settings = fakeSettings('all-medium', { budget: { rounds: 1 } });
    const once = await run({ policy: policy(), verifier: failing(1) }, settings);
    assert.equal(once.rounds.length, 1);
    const always = await run({ policy: policy(), verifier: failing(99) }, settings);
    assert.deepEqual([always.finished.reason, always.finished.message], ['failed', 'The server is away.']);
  });

  it('ends when the policy fails', async () => {
    let ended: boolean | undefined;
    const hanging: LanguageModel = {
      ...served(fakeVerifier(() => 0.9)),
      async *generate(_requests, signal) {
        yield* [];
        await new Promise((_, reject) => signal?.addEventListener('abort', () => {
          ended = true;
          reject(new StepscopeError('aborted', 'ended'));
        }));
      },
    };
    const writer = policy();
    const dying: LanguageModel = {
      ...writer,
      async *generate(...call) {
        for await (const event of writer.generate(...call)) {
          yield event;
          await new Promise((resolve) => setImmediate(resolve));
          throw new StepscopeError('engine-exited', 'The engine has ended.');
        }
      },
    };
    const { finished } = await run({ policy: dying, verifier: hanging }, fakeSettings('all-medium'));
    assert.deepEqual([finished.message, ended], ['The engine has ended.', true]);
  });
});
