import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readCandidates } from '../../../src/models/openai/readout.ts';
import { readLogprobs } from '../../../src/models/openai/wire.ts';

const YES_NO = [' Yes', ' No'];
const near = (actual: number | undefined, expected: number) => assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-9, `${actual} instead of ${expected}`);

function read(list: Readonly<Record<string, number>>, candidates = YES_NO, asked = 20) {
  const { top } = readLogprobs({ tokens: ['x'], token_logprobs: [0], top_logprobs: [list] });
  return readCandidates(top[0] ?? [], candidates, asked);
}

describe('P(Yes) from a list of likely tokens', () => {
  it('softmax over the two where both are listed', () => {
    const result = read({ ' Yes': Math.log(0.6), ' No': Math.log(0.2), ' Maybe': Math.log(0.1) });
    assert.ok(result.ok);
    near(result.value.probabilities[0], 0.75);
    near(result.value.probabilities[1], 0.25);
    assert.equal(result.value.bound, undefined);
  });

  it('reads both shapes of the protocol alike', () => {
    const content = { content: [{ token: ' No', logprob: -0.5, top_logprobs: [{ token: ' Yes', logprob: -1.5 }, { token: ' No', logprob: -0.5 }] }] };
    assert.deepEqual(readLogprobs(content).top, readLogprobs({ tokens: [' No'], top_logprobs: [{ ' No': -0.5, ' Yes': -1.5 }] }).top);
    assert.deepEqual(readLogprobs(null), { tokens: undefined, top: [] });
  });

  it('spellings of the space: ĠYes, ▁Yes, and servers that drop it', () => {
    for (const [yes, no] of [['ĠYes', 'ĠNo'], ['▁Yes', '▁No'], ['Yes', 'No']] as const) {
      const result = read({ [yes]: -0.1, [no]: -2.5 });
      assert.ok(result.ok);
      near(result.value.probabilities[0], 1 / (1 + Math.exp(-2.4)));
    }
  });

  it('does not compare " No" with "Yes": the missing one is bounded', () => {
    const result = read({ ' No': -0.05, '\n': -4, Yes: -5 });
    assert.ok(result.ok);
    assert.ok((result.value.probabilities[0] ?? 1) < 0.005);
    assert.ok((result.value.bound ?? 0) > 0);
  });

  it('a missing one is at most as likely as the last listed, and as what is left over', () => {
    const result = read({ ' Yes': Math.log(0.9), '\n': Math.log(0.05), ' ': Math.log(0.01) });
    assert.ok(result.ok);
    const lowest = 0.9 / (0.9 + 0.01);
    near(result.value.probabilities[0], (1 + lowest) / 2);
    near(result.value.bound, (1 - lowest) / 2);
    const alone = read({ ' Yes': Math.log(0.999) });
    assert.ok(alone.ok);
    near(alone.value.bound, 0.001 / (0.999 + 0.001) / 2);
  });

  it('what a server lists beside the likeliest does not make the bound smaller', () => {
    const stray = read({ ' Yes': Math.log(0.9), '\n': Math.log(0.05), ' rare': -30 }, YES_NO, 2);
    assert.ok(stray.ok);
    near(stray.value.bound, 0.05 / 0.95 / 2);
  });

  it('is unavailable, not 0, where neither is listed or both are impossible', () => {
    const lists: readonly Readonly<Record<string, number>>[] = [{ Sure: -0.1, ' I': -3 }, { ' Yes': -9999, ' No': -9999 }, {}];
    for (const list of lists) {
      const result = read(list);
      assert.ok(!result.ok);
      assert.match(result.error.message, /^Neither "Yes" nor "No" is among the next tokens/);
    }
  });

  it('first tokens of longer candidates, where they tell the candidates apart', () => {
    const split = read({ ' Y': -0.2, ' N': -2, ' ': -3 });
    assert.ok(split.ok);
    near(split.value.probabilities[0], 1 / (1 + Math.exp(-1.8)));
    assert.ok(!read({ ' 1': -0.2, ' ': -2 }, [' 17', ' 18']).ok);
  });

  it('the true probability is always within the bound', () => {
    const weights = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 12 }), (list, asked) => {
        const total = list.reduce((sum, weight) => sum + weight, 0);
        const all = list.map((weight, i) => ({ token: YES_NO[i] ?? `t${i}`, logprob: Math.log(weight / total) })).sort((a, b) => b.logprob - a.logprob);
        const result = readCandidates(all.slice(0, asked), YES_NO, asked);
        if (!result.ok) return;
        const truth = (list[0] ?? 0) / ((list[0] ?? 0) + (list[1] ?? 0));
        const [yes = NaN, no = NaN] = result.value.probabilities;
        assert.ok(Math.abs(yes - truth) <= (result.value.bound ?? 0) + 1e-9);
        near(yes + no, 1);
      }),
    );
  });
});
