import assert from 'node:assert/strict';
import { estimateText } from '../../../../src/vscode/evals/eval-estimate.ts';
import { createEvalRates, rateKey, type EvalRate } from '../../../../src/vscode/evals/eval-rates.ts';
import { progressText } from '../../../../src/vscode/evals/progress-text.ts';
import { settingsOf } from '../../eval/eval-data.ts';
import { memoryStores } from '../memory.ts';

const rate = (rows: number, more: Partial<EvalRate> = {}): EvalRate => ({ rows, seconds: 40, file: 'sums.jsonl', when: '2026-01-02T03:04:05Z', ...more });

describe('what rows have cost', () => {
  it('is kept by what decides it, the newest last, and no more than fifty', () => {
    const { memento } = memoryStores();
    const rates = createEvalRates(memento);
    assert.equal(rates.get('a'), undefined);
    rates.put('a', rate(1));
    rates.put('a', rate(2));
    assert.equal(rates.get('a')?.rows, 2);
    for (let other = 0; other < 50; other++) rates.put(`b${other}`, rate(3));
    assert.equal(rates.get('a'), undefined);
    assert.equal(rates.get('b0')?.rows, 3);
    assert.equal(createEvalRates(memento).get('b49')?.rows, 3, 'it outlives the window');
  });

  it('is nothing where what was kept is no such rate', () => {
    for (const kept of [7, [['a', { rows: 0, seconds: 1, file: 'f', when: 'w' }]], [['a', { rows: 1, seconds: '1', file: 'f', when: 'w' }]], [['a']], [null]]) {
      const { memento } = memoryStores();
      void memento.update('stepscope.evalRates', kept);
      assert.equal(createEvalRates(memento).get('a'), undefined, JSON.stringify(kept));
    }
  });

  it('is another for another model, mode, number of analyses or second judge, and the same for another threshold', () => {
    const settings = settingsOf('agreement');
    const key = (change: Partial<typeof settings.verifier>, models = ['m']): string => rateKey({ ...settings, verifier: { ...settings.verifier, ...change } }, models);
    const keys = [key({}), key({ k: 4 }), key({ mode: 'direct' }), key({ prompt: 'chat' }), key({}, ['n']), key({}, ['m', 'n']), key({}, [])];
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(key({ threshold: 0.1, seed: 7 }), key({}));
    assert.equal(key({ mode: 'direct', k: 4 }), key({ mode: 'direct' }), 'a direct reading takes no analyses');
    assert.equal(key({ k: 4 }, []), key({}, []), 'files take no model');
  });
});

describe('what an evaluation will take', () => {
  it('is not known before it was measured, and says so', () => {
    assert.equal(estimateText(100, true, undefined), '100 rows; how long that takes was not measured yet with this model and these settings');
    assert.equal(estimateText(100, false, undefined), '100 rows, no model is asked');
  });

  it('is what the measured rows took, for as many rows, with what it rests on', () => {
    const text = estimateText(100, true, rate(20, { tokens: 5000 }));
    assert.match(text, /^100 rows, about 3 min and 25000 tokens: this machine took 40 s for 20 rows of sums\.jsonl \(.*2026.*\)$/);
    assert.match(estimateText(1, true, rate(20, { tokens: 5000 })), /^1 row, about 2 s and 250 tokens/);
    assert.doesNotMatch(estimateText(100, true, rate(20)), /tokens/, 'a cost that is not known is not 0');
  });
});

describe('how far an evaluation is', () => {
  const progress = { done: 12, of: 40, fresh: 12, seconds: 24, paused: false };

  it('is told with throughput, the time that is left, and what comes out so far', () => {
    assert.equal(progressText({ ...progress, estimate: 'F1 62.1 [40.2, 80.0], n = 12 rows' }), '12/40 rows, 2.0 s a row, about 56 s left; F1 62.1 [40.2, 80.0], n = 12 rows');
    assert.equal(progressText({ ...progress, seconds: 4 }), '12/40 rows, 3.0 rows/s, about 9 s left');
  });

  it('rests on the rows of this part of the run alone', () => {
    assert.equal(progressText({ ...progress, done: 22, fresh: 2, seconds: 20 }), '22/40 rows, 10.0 s a row, about 3 min left');
    assert.equal(progressText({ ...progress, fresh: 1 }), '12/40 rows', 'one row alone says little');
    assert.equal(progressText({ ...progress, fresh: 0, seconds: 0 }), '12/40 rows');
  });

  it('says that it is paused, and no time then; nor at the end', () => {
    assert.equal(progressText({ ...progress, paused: true }), 'paused, 12/40 rows, 2.0 s a row');
    assert.equal(progressText({ ...progress, done: 40 }), '40/40 rows, 2.0 s a row');
  });
});
