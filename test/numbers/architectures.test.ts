import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { argmax } from '../../src/models/onnx/sampler.ts';
import { runBatch } from '../../src/models/onnx/scheduler.ts';
import type { SequenceResult } from '../../src/models/onnx/sequence.ts';
import { HIDDEN } from '../../src/models/onnx/masks.ts';
import type { DecoderSession } from '../../src/models/onnx/session.ts';
import { describeWithSharedModels } from '../unit/models/shared-models.ts';
import { architectureGolden, asTrunk, largestDifference, noTokenizer, openArchitecture, plainPass, type ArchitectureGolden } from './reference-models.ts';

const ARCHITECTURES = ['llama3', 'qwen2', 'qwen3', 'mistral', 'phi3', 'gemma3'] as const;
const TOLERANCE = 1e-3;

/** Greedy tokens through the scheduler: one prompt alone, or several that decode together. */
async function schedule(session: DecoderSession, prompts: readonly (readonly number[])[], maxNewTokens: number, prefill = 192): Promise<(readonly number[])[]> {
  const results: (readonly number[])[] = [];
  const items = prompts.map((ids, index) => ({
    request: { ids, n: 1, firstSample: 0, maxNewTokens, temperature: 0, topP: 1, seed: 0, stop: [], readout: undefined },
    listener: { text: () => undefined, done: (result: SequenceResult) => (results[index] = result.ids) },
  }));
  await runBatch(session, noTokenizer, items, { rows: 32, prefill, trunk: 1024 });
  return results;
}

for (const name of ARCHITECTURES) {
  describeWithSharedModels(`${name}: fp32 conversion of a random checkpoint against the reference library`, function () {
    this.timeout(120_000);
    let work = '';
    let session: DecoderSession;
    let golden: ArchitectureGolden;
    const vocabulary = () => session.manifest.vocabulary;
    before(async () => {
      work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-architectures-'));
      session = await openArchitecture(name, work);
      golden = architectureGolden(name);
    });
    after(async () => {
      await session.release();
      rmSync(work, { recursive: true, force: true });
    });

    it('gives the logits of every position', async () => {
      const { logits } = await plainPass(session, { ids: golden.input_ids });
      golden.logits.forEach((expected, row) => {
        const worst = largestDifference(logits.subarray(row * vocabulary(), (row + 1) * vocabulary()), expected);
        assert.ok(worst <= TOLERANCE, `position ${row}: ${worst}`);
      });
    });

    it('gives the same with half of the positions in the cache', async () => {
      const half = golden.input_ids.length / 2;
      const first = await plainPass(session, { ids: golden.input_ids.slice(0, half) });
      const ids = golden.input_ids.slice(half);
      const { logits } = await plainPass(session, { ids, positions: ids.map((_, i) => half + i), trunk: asTrunk(session, first.newKv, half) });
      ids.forEach((_, row) => {
        const worst = largestDifference(logits.subarray(row * vocabulary(), (row + 1) * vocabulary()), golden.logits[half + row] ?? []);
        assert.ok(worst <= TOLERANCE, `position ${half + row}: ${worst}`);
      });
    });

    it('gives the last logits with a span masked and positions kept', async () => {
      const { logits } = await plainPass(session, { ids: golden.input_ids, hidden: golden.masked_span });
      const worst = largestDifference(logits.subarray(-vocabulary()), golden.masked_last_logits);
      assert.ok(worst <= TOLERANCE, `largest difference ${worst}`);
    });

    // The random weights are numbers of binary16, so that 16 bits lose nothing; 8 bits move these logits, of up to 14, by at most 0.82.
    for (const [bits, tolerance] of [[16, TOLERANCE], [8, 1]] as const) {
      it(`stays close with ${bits} bits`, async () => {
        const stored = await openArchitecture(name, work, { bits, block: 32 });
        const { logits } = await plainPass(stored, { ids: golden.input_ids });
        const worst = largestDifference(logits, golden.logits.flat());
        assert.ok(worst <= tolerance, `largest difference ${worst} of logits up to ${Math.max(...golden.logits.flat())}`);
        await stored.release();
      });
    }

    it('continues greedily by plain passes', async () => {
      const ids = [...golden.input_ids];
      for (const expected of golden.greedy_ids) {
        const { logits } = await plainPass(session, { ids });
        assert.equal(argmax(logits.subarray(-vocabulary())), expected, `token ${ids.length}`);
        ids.push(expected);
      }
    });

    it('continues greedily through the scheduler: alone, in small passes, and beside prompts that share a beginning or nothing', async () => {
      const count = golden.greedy_ids.length;
      const prompt = golden.input_ids;
      assert.deepEqual(await schedule(session, [prompt], count), [golden.greedy_ids]);
      assert.deepEqual(await schedule(session, [prompt], count, 7), [golden.greedy_ids]);
      const shorter = prompt.slice(0, 25);
      const other = prompt.map((id) => (id * 7 + 3) % vocabulary());
      const together = await schedule(session, [other, prompt, shorter, [...prompt, ...golden.greedy_ids.slice(0, 5)]], count);
      assert.deepEqual(together[1], golden.greedy_ids);
      assert.deepEqual(together[3]?.slice(0, count - 5), golden.greedy_ids.slice(5));
      assert.deepEqual([together[0], together[2]], [(await schedule(session, [other], count))[0], (await schedule(session, [shorter], count))[0]]);
    });
  });
}

describeWithSharedModels('sliding windows', function () {
  this.timeout(120_000);
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-windows-'))));
  after(() => rmSync(work, { recursive: true, force: true }));

  it('hide what lies a window or more before the row, in Mistral in every layer', async () => {
    const { input_ids: ids } = architectureGolden('mistral');
    const whole = await openArchitecture('mistral', path.join(work, 'whole'));
    const sliding = await openArchitecture('mistral', path.join(work, 'sliding'), undefined, { sliding_window: 8 });
    assert.equal(whole.manifest.window, undefined);
    assert.equal(sliding.manifest.window, 8);
    const count = ids.length;
    const band = new Float32Array(count * count).fill(HIDDEN);
    for (let row = 0; row < count; row++) band.fill(0, row * count + Math.max(0, row - 7), row * count + row + 1);
    const expected = await plainPass(whole, { ids, maskSelf: band });
    const actual = await plainPass(sliding, { ids });
    assert.ok(largestDifference(actual.logits, [...expected.logits]) < 1e-5);
    assert.ok(largestDifference(actual.logits, [...(await plainPass(whole, { ids })).logits]) > 0.1, 'the window makes a difference');
    await whole.release();
    await sliding.release();
  });
});

describeWithSharedModels('partial rotary embedding', function () {
  this.timeout(120_000);
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-rotary-'))));
  after(() => rmSync(work, { recursive: true, force: true }));

  // There is no reference output for it; that attention depends on distances alone is what a rotary embedding is for.
  it('depends on distances only, and on fewer dimensions than the whole one', async () => {
    const { input_ids: ids } = architectureGolden('phi3');
    const rope_parameters = { rope_type: 'default', rope_theta: 10_000, partial_rotary_factor: 0.5 };
    const session = await openArchitecture('phi3', work, undefined, { rope_parameters });
    const { logits } = await plainPass(session, { ids });
    const moved = await plainPass(session, { ids, positions: ids.map((_, i) => i + 100) });
    const stretched = await plainPass(session, { ids, positions: ids.map((_, i) => i * 2) });
    assert.ok(largestDifference(moved.logits, [...logits]) < TOLERANCE);
    assert.ok(largestDifference(stretched.logits, [...logits]) > 0.1);
    assert.ok(largestDifference(logits, architectureGolden('phi3').logits.flat()) > 0.1);
    await session.release();
  });
});
