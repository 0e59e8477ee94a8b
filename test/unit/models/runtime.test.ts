import assert from 'node:assert/strict';
import { VERDICT_MARKER, VERDICT_READING, VERDICTS, verifierPrompt } from '../../../src/core/verifier/prompt.ts';
import type { GenerateEvent, GenerateRequest } from '../../../src/core/model.ts';
import { StepscopeError } from '../../../src/core/result.ts';
import { argmax } from '../../../src/models/onnx/sampler.ts';
import { loadRuntime, type Runtime } from '../../../src/models/onnx/runtime.ts';
import { promptLogits } from './prompt-logits.ts';
import { bundledModel } from './shared-models.ts';

type SampleEvent = Extract<GenerateEvent, { type: 'sample' }>;

const PROBLEM = 'Anna has 12 apples. Anna buys 5 more apples. Then Anna gives 4 apples to Ben. How many apples does Anna have now?';
const STEPS = ['Anna gets 5 more apples: 12 + 5 = 17.', 'After giving 4 away, Anna has 17 - 4 = 12 apples.', 'So the answer is 12.'];

function request(step: number, options: Partial<GenerateRequest> = {}): GenerateRequest {
  const base = { n: 1, maxNewTokens: 300, temperature: 0, topP: 1, seed: 0 };
  return { prompt: verifierPrompt(PROBLEM, STEPS, step, 'reasoned'), ...VERDICT_READING, ...base, ...options };
}

async function generate(runtime: Runtime, requests: readonly GenerateRequest[], signal?: AbortSignal) {
  const samples: SampleEvent[] = [];
  const failed: GenerateEvent[] = [];
  let streamed = '';
  const counts = await runtime.generate(
    requests,
    (event) => {
      if (event.type === 'sample') samples.push(event);
      else if (event.type === 'failed') failed.push(event);
      else if (event.request === 0 && event.sample === 0) streamed += event.text;
    },
    signal,
  );
  samples.sort((a, b) => a.request - b.request || a.sample - b.sample);
  return { samples, failed, streamed, counts };
}

describe('model runtime (bundled verifier)', function () {
  this.timeout(120_000);
  let runtime: Runtime;
  before(async () => (runtime = await loadRuntime(bundledModel('r-prm'))));
  after(() => runtime.release());

  it('decodes from the cache what a plain pass without any cache would say', async () => {
    const { samples } = await generate(runtime, [request(0), request(1), request(2)]);
    for (const [step, sample] of samples.entries()) {
      const prompt = runtime.tokenizer.encode(request(step).prompt);
      const ids = runtime.tokenizer.encode(sample.text);
      for (let i = 0; i < ids.length; i += 7) {
        const logits = await promptLogits(runtime, [...prompt, ...ids.slice(0, i)]);
        assert.equal(argmax(logits), ids[i], `step ${step}, token ${i} of ${JSON.stringify(sample.text)}`);
      }
    }
  });

  it('reads P(Yes) where the analysis asks for it', async () => {
    const { samples } = await generate(runtime, [request(0), request(1)]);
    assert.ok((samples[0]?.readout?.[0] ?? 0) > 0.9, 'a right step');
    assert.ok((samples[1]?.readout?.[0] ?? 1) < 0.1, 'a wrong step');
    for (const sample of samples) {
      assert.equal(sample.finish, 'stop');
      const asked = sample.text.slice(0, sample.text.indexOf(VERDICT_MARKER) + VERDICT_MARKER.length);
      const [reading] = await runtime.probabilities([request(sample.request).prompt + asked], VERDICTS);
      assert.ok(reading?.ok === true);
      assert.ok(Math.abs((reading.probabilities[0] ?? 0) - (sample.readout?.[0] ?? 1)) < 0.02);
      assert.ok(Math.abs(reading.probabilities.reduce((sum, p) => sum + p, 0) - 1) < 1e-9);
    }
  });

  it('reads the text again where the marker ends inside a token', async () => {
    const after = 'Is the st';
    const candidates = ['ep', ' No'];
    const { samples } = await generate(runtime, [request(0, { readout: { after, candidates } })]);
    const [sample] = samples;
    assert.ok(sample?.text.includes(after) === true);
    const [reading] = await runtime.probabilities([request(0).prompt + sample.text.slice(0, sample.text.indexOf(after) + after.length)], candidates);
    assert.ok(reading?.ok === true);
    assert.deepEqual(sample.readout, reading.probabilities);
  });

  it('shares the question between steps and the prompt between samples', async () => {
    const prompts = [0, 1, 2].map((step) => runtime.tokenizer.encode(request(step).prompt).length);
    const { counts, samples } = await generate(runtime, [0, 1, 2].map((step) => request(step, { n: 4, temperature: 1 })));
    assert.equal(samples.length, 12);
    const separate = 4 * prompts.reduce((sum, length) => sum + length, 0);
    assert.ok(counts.prefillTokens < 0.2 * separate, `${counts.prefillTokens} tokens computed, ${separate} without reuse`);
    assert.ok(counts.decodeSteps < counts.decodedTokens / 4, 'samples decode together');
  });

  it('gives the same texts and numbers for the same batch, others for another seed, and continues a stream of samples', async () => {
    const options = { n: 6, temperature: 1.2, topP: 0.95, seed: 5 };
    const first = await generate(runtime, [request(0, options), request(1, options)]);
    const second = await generate(runtime, [request(0, options), request(1, options)]);
    assert.deepEqual(first.samples, second.samples);
    const other = await generate(runtime, [request(0, { ...options, seed: 6 }), request(1, { ...options, seed: 6 })]);
    assert.notDeepEqual(first.samples.map(({ text }) => text), other.samples.map(({ text }) => text));
    const rest = await generate(runtime, [request(0, { ...options, n: 2, firstSample: 4 })]);
    const expected = first.samples.filter((sample) => sample.request === 0).slice(4);
    assert.deepEqual(rest.samples.map(({ text }) => text), expected.map(({ text }) => text));
  });

  it('runs more samples than fit at once', async () => {
    const { samples } = await generate(runtime, [0, 1, 2].map((step) => request(step, { n: 15, temperature: 1 })));
    assert.equal(samples.length, 45);
    assert.ok(samples.filter(({ readout }) => readout !== undefined).length > 40);
  });

  it('streams exactly the text of the sample', async () => {
    const { samples, streamed } = await generate(runtime, [request(2)]);
    assert.equal(streamed, samples[0]?.text);
  });

  it('ends at a stop string, at the length asked for, and at the end of the text', async () => {
    const { samples } = await generate(runtime, [
      request(0, { stop: ['Now Step'] }),
      request(0, { maxNewTokens: 5, stop: [] }),
      request(0, { stop: [] }),
    ]);
    assert.deepEqual(samples.map(({ finish }) => finish), ['stop', 'length', 'end']);
    assert.ok(samples[0]?.text.endsWith('Now Step'));
    assert.equal(samples[1]?.tokens, 5);
    assert.equal(samples[1].readout, undefined);
    assert.match(samples[2]?.text ?? '', /\(Yes\/No\)\? (Yes|No)$/);
  });

  it('fails only the request whose prompt is longer than the context, with both numbers', async () => {
    const long = request(0, { prompt: 'apples '.repeat(4000) });
    const huge = request(0, { prompt: 'a'.repeat(2_000_000) });
    const { samples, failed } = await generate(runtime, [long, request(0), huge]);
    assert.equal(samples.length, 1);
    assert.deepEqual(failed.map((event) => event.type === 'failed' && [event.request, event.reason]), [[0, 'context-exceeded'], [2, 'context-exceeded']]);
    for (const event of failed) assert.match(event.type === 'failed' ? event.message : '', /has (at least )?\d+ tokens, r-prm reads at most 2048/);
  });

  it('stops a generation at the end of the context', async () => {
    const filler = 'Anna has 12 apples. '.repeat(240);
    const { samples } = await generate(runtime, [request(0, { prompt: filler, stop: [], maxNewTokens: 4096, temperature: 1.5, seed: 2 })]);
    const [sample] = samples;
    const used = runtime.tokenizer.encode(filler).length;
    assert.ok(used < 2048 && sample !== undefined && used + sample.tokens <= 2048);
  });

  it('stops between two passes when aborted, and keeps nothing running', async () => {
    const controller = new AbortController();
    let tokens = 0;
    const running = runtime.generate(
      [request(0, { n: 8, temperature: 1, stop: [], maxNewTokens: 1500 })],
      () => {
        if (++tokens === 40) controller.abort();
      },
      controller.signal,
    );
    await assert.rejects(running, (error: unknown) => error instanceof StepscopeError && error.reason === 'aborted');
    const seen = tokens;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(tokens, seen);
  });

  it('keeps text whole that takes several tokens a character', async () => {
    const text = 'Ein Stück: 三个苹果 – ½ 👩‍🔬 ki\u0301';
    const ids = runtime.tokenizer.encode(text);
    const { createTextStream } = await import('../../../src/models/onnx/text-stream.ts');
    const stream = createTextStream(runtime.tokenizer);
    for (const id of ids) {
      const soFar = stream.push(id);
      assert.ok(text.normalize('NFC').startsWith(soFar), JSON.stringify(soFar));
    }
    assert.equal(stream.text, text.normalize('NFC'));
  });
});
