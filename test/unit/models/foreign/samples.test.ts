import assert from 'node:assert/strict';
import path from 'node:path';
import type { GenerateRequest } from '../../../../src/core/model.ts';
import { StepscopeError } from '../../../../src/core/result.ts';
import type { Runtime } from '../../../../src/models/onnx/runtime.ts';
import { bundledModel } from '../shared-models.ts';
import { writeTinyCheckpoint } from '../tiny-checkpoint.ts';
import { layoutName } from './export.ts';
import { patchGraph } from './patch.ts';
import { COMMON, generate, publishedModel, type SampleEvent } from './published.ts';

const CONTEXT = 512;
const PROMPTS = ['Anna has 12 apples.', 'Anna has 12 apples. Anna buys 5 more apples.', 'Anna has 12 apples. Anna buys 5 more apples. Then Anna gives 4 apples to Ben. How many?'];

/** The next tokens of a random model are all but equally likely: at this temperature a few of them are drawn. */
function request(prompt: number, options: Partial<GenerateRequest> = {}): GenerateRequest {
  const base = { n: 1, maxNewTokens: 40, temperature: 0.1, topP: 0.95, seed: 5, stop: ['ight'], readout: { after: 'ight', candidates: ['Yes', 'No'] } };
  return { prompt: PROMPTS[prompt] ?? '', ...base, ...options };
}

const texts = (samples: readonly SampleEvent[]) => samples.map(({ text }) => text);

/** A random model of two layers: what its samples say depends on every token before, and how they are computed is what is tested. */
describe('foreign graphs: samples and limits', function () {
  this.timeout(60_000);
  const { publish, load } = publishedModel((work) => {
    writeTinyCheckpoint(path.join(work, 'tiny'), path.join(bundledModel('r-prm'), 'tokenizer.json'));
    return path.join(work, 'tiny');
  });
  /** The beginning of a prompt repeated until it has so many tokens. */
  const filled = (runtime: Runtime, tokens: number) => runtime.tokenizer.decode(runtime.tokenizer.encode('Anna has 12 apples. '.repeat(200)).slice(0, tokens));

  for (const layout of [COMMON, { ...COMMON, attention: 'plain' }, { ...COMMON, attention: 'plain', positions: false }] as const) {
    it(`batched samples are the single ones, whoever ends first: ${layoutName(layout)}`, async () => {
      const runtime = await load(await publish(layout));
      // More samples than rows, prompts of three lengths, samples that end early.
      const requests = [request(0, { n: 6, stop: ['e'], readout: { after: 'e', candidates: ['Yes', 'No'] } }), request(1, { n: 4, maxNewTokens: 15 }), request(2, { n: 4 })];
      const together = await generate(runtime, requests);
      assert.equal(together.samples.length, 14);
      assert.ok(new Set(together.samples.map(({ tokens }) => tokens)).size > 3, 'they end at different times');
      assert.ok(new Set(texts(together.samples)).size > 10, 'they say different things');
      const alone: SampleEvent[] = [];
      for (const [index, { n, ...rest }] of requests.entries()) {
        for (let sample = 0; sample < n; sample++) {
          const { samples } = await generate(runtime, [{ ...rest, n: 1, firstSample: sample }]);
          alone.push({ ...samples[0]!, request: index, sample });
        }
      }
      assert.deepEqual(texts(together.samples), texts(alone));
      together.samples.forEach((sample, i) => assert.ok(Math.abs((sample.readout?.[0] ?? 0) - (alone[i]?.readout?.[0] ?? 0)) < 1e-4));
      assert.ok(together.counts.decodeSteps * 1.5 < together.counts.decodedTokens, `${together.counts.decodeSteps} passes for ${together.counts.decodedTokens} tokens`);
    });
  }

  it('gives the same numbers for the same batch, and others for another seed', async () => {
    const runtime = await load(await publish(COMMON));
    const batch = (seed: number) => generate(runtime, [request(0, { n: 3, temperature: 1.2, seed }), request(1, { n: 3, temperature: 1.2, seed })]);
    const first = await batch(5);
    assert.deepEqual((await batch(5)).samples, first.samples);
    assert.notDeepEqual(texts((await batch(6)).samples), texts(first.samples));
  });

  it('reads a prompt once for its samples, and on top of what it shares with the one before', async () => {
    const runtime = await load(await publish(COMMON));
    const lengths = [0, 1, 2].map((prompt) => runtime.tokenizer.encode(request(prompt).prompt).length);
    const { counts } = await generate(runtime, [0, 1, 2].map((prompt) => request(prompt, { n: 3, maxNewTokens: 4 })));
    const separate = lengths.reduce((sum, length) => sum + length, 0);
    assert.ok(counts.prefillTokens < 0.75 * separate, `${counts.prefillTokens} of ${separate}`);
  });

  it('ends at the length asked for and at the end of the context, and refuses what is longer', async () => {
    const runtime = await load(await publish(COMMON));
    const { samples, failed } = await generate(runtime, [
      request(0, { maxNewTokens: 5, stop: [] }),
      request(0, { prompt: 'apples '.repeat(1000) }),
      request(0, { prompt: filled(runtime, 480), stop: [], maxNewTokens: 4096 }),
    ]);
    assert.deepEqual(samples.map(({ request: index, finish, tokens }) => [index, finish, tokens]), [[0, 'length', 5], [2, 'length', CONTEXT - runtime.tokenizer.encode(filled(runtime, 480)).length]]);
    assert.deepEqual(failed.map((event) => event.type === 'failed' && [event.request, event.reason]), [[1, 'context-exceeded']]);
  });

  it('lets others go on beside a sample that has filled the context', async () => {
    for (const layout of [COMMON, { ...COMMON, positions: false }, { ...COMMON, attention: 'plain' }] as const) {
      const runtime = await load(await publish(layout));
      const full = request(0, { prompt: filled(runtime, CONTEXT - 8), stop: [], maxNewTokens: 100 });
      const others = [0, 1, 2].map((prompt) => request(prompt, { stop: [], temperature: 0 }));
      const { samples } = await generate(runtime, [full, ...others]);
      assert.ok(runtime.tokenizer.encode(full.prompt).length + (samples[0]?.tokens ?? 0) <= CONTEXT);
      assert.deepEqual(samples.slice(1).map(({ tokens }) => tokens), [40, 40, 40]);
      for (const [index, other] of others.entries()) assert.equal(samples[index + 1]?.text, (await generate(runtime, [other])).samples[0]?.text);
    }
  });

  it('stops between two passes when aborted', async () => {
    const runtime = await load(await publish(COMMON));
    const controller = new AbortController();
    let events = 0;
    const running = runtime.generate([request(0, { n: 8, temperature: 1, stop: [], maxNewTokens: 400 })], () => ++events === 40 && controller.abort(), controller.signal);
    await assert.rejects(running, (error: unknown) => error instanceof StepscopeError && error.reason === 'aborted');
    assert.ok(events < 60, `${events} events`);
  });

  it('runs a graph for one text at a time, and says so', async () => {
    const folder = await publish(COMMON);
    patchGraph(path.join(folder, 'model.onnx'), (graph) => {
      for (const value of [...graph.input, ...graph.output]) {
        const [first] = value.type?.tensorType?.shape?.dim ?? [];
        if (first !== undefined) Object.assign(first, { dimParam: '', dimValue: 1 });
      }
    });
    const runtime = await load(folder);
    assert.deepEqual(runtime.capabilities.notes, ['The graph runs one sample at a time.']);
    const { samples, counts } = await generate(runtime, [request(0, { n: 2, temperature: 0 })]);
    assert.equal(samples[0]?.text, samples[1]?.text);
    assert.equal(counts.decodeSteps, counts.decodedTokens);
  });

  it('runs dynamically quantised graphs, whose numbers depend on their neighbours, only beside equally long ones', async () => {
    for (const attention of ['gqa', 'plain'] as const) {
      const runtime = await load(await publish({ ...COMMON, attention, dynamic: true }));
      assert.deepEqual(runtime.capabilities, { probabilities: true, masks: true, attention: true, gates: true, hidden: true, notes: ['Only samples of equally long prompts decode together.'] });
      const batch = () => generate(runtime, [request(0, { n: 3, seed: 1 }), request(1)]);
      const { samples, counts } = await batch();
      assert.ok(counts.decodeSteps < counts.decodedTokens);
      assert.deepEqual((await batch()).samples, samples);
    }
  });
});
