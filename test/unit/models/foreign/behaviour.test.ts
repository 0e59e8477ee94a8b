import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { VERDICT_MARKER, VERDICT_READING, VERDICTS, verifierPrompt } from '../../../../src/core/verifier/prompt.ts';
import type { GenerateEvent, GenerateRequest } from '../../../../src/core/model.ts';
import { StepscopeError } from '../../../../src/core/result.ts';
import { loadRuntime, type Runtime } from '../../../../src/models/onnx/runtime.ts';
import { describeWithSharedModels, goldens, sharedModels } from '../shared-models.ts';
import { createExporter, layoutName, type ExportLayout, type Exporter } from './export.ts';
import { mergeBranches, patchGraph } from './patch.ts';

type SampleEvent = Extract<GenerateEvent, { type: 'sample' }>;

const PROBLEM = 'Anna has 12 apples. Anna buys 5 more apples. Then Anna gives 4 apples to Ben. How many apples does Anna have now?';
const STEPS = ['Anna gets 5 more apples: 12 + 5 = 17.', 'After giving 4 away, Anna has 17 - 4 = 12 apples.', 'So the answer is 12.'];
const COMMON: ExportLayout = { attention: 'gqa', positions: true, cache: true };

function request(step: number, options: Partial<GenerateRequest> = {}): GenerateRequest {
  const base = { n: 1, maxNewTokens: 300, temperature: 0, topP: 1, seed: 0 };
  return { prompt: verifierPrompt(PROBLEM, STEPS, step, 'reasoned'), ...VERDICT_READING, ...base, ...options };
}

async function generate(runtime: Runtime, requests: readonly GenerateRequest[], signal?: AbortSignal) {
  const samples: SampleEvent[] = [];
  const failed: GenerateEvent[] = [];
  const counts = await runtime.generate(
    requests,
    (event) => {
      if (event.type === 'sample') samples.push(event);
      else if (event.type === 'failed') failed.push(event);
    },
    signal,
  );
  samples.sort((a, b) => a.request - b.request || a.sample - b.sample);
  return { samples, failed, counts };
}

const texts = (samples: readonly SampleEvent[]) => samples.map(({ text }) => text);

describeWithSharedModels('foreign graphs: samples, limits and unusual layouts', function () {
  this.timeout(240_000);
  let work = '';
  let exporter: Exporter;
  const open: Runtime[] = [];
  before(async () => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-foreign-'));
    exporter = await createExporter(sharedModels('r-prm'), path.join(work, 'export'));
  });
  afterEach(async () => {
    for (const runtime of open.splice(0)) await runtime.release();
  });
  after(async () => {
    await exporter.close();
    rmSync(work, { recursive: true, force: true });
  });
  let folders = 0;
  const publish = async (layout: ExportLayout, name = 'model.onnx') => exporter.publish(path.join(work, `published-${++folders}`), await exporter.graph(layout), name);
  const load = async (given: string) => {
    const runtime = await loadRuntime(given);
    open.push(runtime);
    return runtime;
  };
  /** P(Yes) of the reference library after its own analysis. */
  const checkReadings = async (runtime: Runtime, tolerance: number) => {
    const rows = [...goldens('prm-goldens.json')].sort((a, b) => a.input_ids.length - b.input_ids.length).slice(0, 4);
    const asked = rows.map((row) => row.prompt + row.greedy_text.slice(0, row.greedy_text.indexOf(VERDICT_MARKER) + VERDICT_MARKER.length));
    const readings = await runtime.probabilities(asked, VERDICTS);
    rows.forEach((row, index) => {
      const reading = readings[index];
      assert.ok(reading?.ok === true && Math.abs((reading.probabilities[0] ?? NaN) - row.p_yes) < tolerance, JSON.stringify(reading));
    });
  };

  for (const layout of [COMMON, { ...COMMON, attention: 'plain' }, { ...COMMON, attention: 'plain', positions: false }] as const) {
    it(`batched samples are the single ones, whoever ends first: ${layoutName(layout)}`, async () => {
      const runtime = await load(await publish(layout));
      const options = { temperature: 0.9, topP: 0.95, seed: 5 };
      // More samples than rows, prompts of three lengths, samples that end early.
      const requests = [request(0, { ...options, n: 5 }), request(1, { ...options, n: 4, maxNewTokens: 30 }), request(2, { ...options, n: 3 })];
      const together = await generate(runtime, requests);
      assert.equal(together.samples.length, 12);
      const alone: SampleEvent[] = [];
      for (const [index, { n, ...rest }] of requests.entries()) {
        for (let sample = 0; sample < n; sample++) {
          const { samples } = await generate(runtime, [{ ...rest, n: 1, firstSample: sample }]);
          alone.push({ ...samples[0]!, request: index, sample });
        }
      }
      assert.deepEqual(texts(together.samples), texts(alone));
      together.samples.forEach((sample, i) => assert.ok(Math.abs((sample.readout?.[0] ?? 0) - (alone[i]?.readout?.[0] ?? 0)) < 1e-3));
      assert.ok(together.counts.decodeSteps * 2 < together.counts.decodedTokens, `${together.counts.decodeSteps} passes for ${together.counts.decodedTokens} tokens`);
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
    const lengths = [0, 1, 2].map((step) => runtime.tokenizer.encode(request(step).prompt).length);
    const { counts } = await generate(runtime, [0, 1, 2].map((step) => request(step, { n: 3, maxNewTokens: 4 })));
    const separate = lengths.reduce((sum, length) => sum + length, 0);
    assert.ok(counts.prefillTokens < 0.75 * separate, `${counts.prefillTokens} of ${separate}`);
  });

  it('ends at a stop string, at the length asked for, at the end of the text and of the context', async () => {
    const runtime = await load(await publish(COMMON));
    const filler = 'Anna has 12 apples. '.repeat(240);
    const { samples, failed } = await generate(runtime, [
      request(0, { stop: ['Now Step'] }),
      request(0, { maxNewTokens: 5, stop: [] }),
      request(0, { stop: [] }),
      request(0, { prompt: 'apples '.repeat(4000) }),
      request(0, { prompt: filler, stop: [], maxNewTokens: 4096, temperature: 1.5, seed: 2 }),
    ]);
    assert.deepEqual(samples.slice(0, 3).map(({ finish }) => finish), ['stop', 'length', 'end']);
    assert.ok(runtime.tokenizer.encode(filler).length + (samples[3]?.tokens ?? 0) <= 2048);
    assert.deepEqual(failed.map((event) => event.type === 'failed' && [event.request, event.reason]), [[3, 'context-exceeded']]);
  });

  it('lets others go on beside a sample that has filled the context', async () => {
    for (const layout of [COMMON, { ...COMMON, positions: false }, { ...COMMON, attention: 'plain' }] as const) {
      const runtime = await load(await publish(layout));
      const ids = runtime.tokenizer.encode('Anna has 12 apples. '.repeat(400)).slice(0, 2040);
      const full = request(0, { prompt: runtime.tokenizer.decode(ids), stop: [], maxNewTokens: 100 });
      const { samples } = await generate(runtime, [full, request(0), request(1), request(2)]);
      assert.ok(runtime.tokenizer.encode(full.prompt).length + (samples[0]?.tokens ?? 0) <= 2048);
      assert.deepEqual(samples.slice(1).map(({ finish }) => finish), ['stop', 'stop', 'stop']);
      const { samples: alone } = await generate(runtime, [request(0)]);
      assert.equal(samples[1]?.text, alone[0]?.text);
    }
  });

  it('stops between two passes when aborted', async () => {
    const runtime = await load(await publish(COMMON));
    const controller = new AbortController();
    let events = 0;
    const running = runtime.generate([request(0, { n: 8, temperature: 1, stop: [], maxNewTokens: 1500 })], () => ++events === 40 && controller.abort(), controller.signal);
    await assert.rejects(running, (error: unknown) => error instanceof StepscopeError && error.reason === 'aborted');
    assert.ok(events < 60, `${events} events`);
  });

  it('runs a merged decoder, choosing its branch by whether there is a past', async () => {
    const folder = await publish({ ...COMMON, attention: 'plain' }, 'onnx/decoder_model_merged.onnx');
    patchGraph(path.join(folder, 'onnx/decoder_model_merged.onnx'), mergeBranches);
    const runtime = await load(folder);
    assert.equal(runtime.info.weights, 'fp32 (onnx/decoder_model_merged.onnx)');
    await checkReadings(runtime, 1e-3);
    const { samples } = await generate(runtime, [request(0, { n: 2 })]);
    assert.equal(samples[0]?.finish, 'stop');
    assert.equal(samples[0].text, samples[1]?.text);
  });

  it('runs float16 caches and logits, and graphs that give only the last logits', async () => {
    for (const attention of ['gqa', 'plain'] as const) {
      const runtime = await load(await publish({ ...COMMON, attention, half: true, logitCount: true }));
      assert.equal(runtime.capabilities.notes, undefined);
      await checkReadings(runtime, 0.01);
      const { samples } = await generate(runtime, [request(0, { n: 3 }), request(1)]);
      assert.ok(samples.every(({ finish }) => finish === 'stop'));
      assert.ok((samples[0]?.readout?.[0] ?? 0) > 0.9 && (samples[3]?.readout?.[0] ?? 1) < 0.1);
    }
  });

  it('runs dynamically quantised graphs, whose numbers depend on their neighbours', async () => {
    for (const attention of ['gqa', 'plain'] as const) {
      const runtime = await load(await publish({ ...COMMON, attention, dynamic: true }));
      assert.deepEqual(runtime.capabilities.notes, ['Only samples of equally long prompts decode together.']);
      await checkReadings(runtime, 0.05);
      const batch = () => generate(runtime, [request(0, { n: 3, temperature: 0.8, seed: 1 }), request(1)]);
      const { samples, counts } = await batch();
      assert.ok(counts.decodeSteps < counts.decodedTokens);
      assert.deepEqual((await batch()).samples, samples);
    }
  });

  it('reads candidates without the tokens that begin a text', async () => {
    const folder = await publish(COMMON);
    const file = path.join(folder, 'tokenizer.json');
    const definition = JSON.parse(readFileSync(file, 'utf8')) as { added_tokens: { id: number; content: string }[]; post_processor: unknown };
    const { id, content } = definition.added_tokens[1]!;
    const piece = { SpecialToken: { id: content, type_id: 0 } };
    definition.post_processor = { type: 'TemplateProcessing', single: [piece, { Sequence: { id: 'A', type_id: 0 } }], pair: [], special_tokens: { [content]: { id: content, ids: [id], tokens: [content] } } };
    writeFileSync(file, JSON.stringify(definition));
    const runtime = await load(folder);
    assert.equal(runtime.tokenizer.encode('Yes')[0], id);
    const [golden] = goldens('prm-goldens.json');
    const [reading] = await runtime.probabilities([golden!.prompt], VERDICTS);
    assert.ok(reading?.ok === true && reading.tokens === golden!.input_ids.length + 1);
    // Two equal tokens would give one half each.
    assert.notEqual(reading.probabilities[0], 0.5);
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
    const { samples, counts } = await generate(runtime, [request(0, { n: 2 })]);
    assert.equal(samples[0]?.text, samples[1]?.text);
    assert.equal(counts.decodeSteps, counts.decodedTokens);
  });

  it('says what was loaded: the file, its weights, its size and its digest', async () => {
    const four = await createExporter(sharedModels('r-prm'), path.join(work, 'four'), { bits: 4, block: 32 });
    const folder = four.publish(path.join(work, 'several'), await four.graph(COMMON), 'onnx/model_q4.onnx');
    await four.close();
    const alone = await load(folder);
    assert.equal(alone.info.weights, '4-bit (onnx/model_q4.onnx)');
    assert.ok(Math.abs(alone.info.parameters / 29.4e6 - 1) < 0.05, `${alone.info.parameters}`);
    assert.equal(alone.info.context, 2048);
    assert.equal(alone.info.name, 'several');
    const full = await publish(COMMON);
    copyFileSync(path.join(full, 'model.onnx'), path.join(folder, 'model.onnx'));
    copyFileSync(path.join(full, 'weights.onnx_data'), path.join(folder, 'weights.onnx_data'));
    const best = await load(folder);
    assert.equal(best.info.weights, 'fp32 (model.onnx)');
    const chosen = await load(path.join(folder, 'onnx', 'model_q4.onnx'));
    assert.deepEqual(chosen.info, alone.info);
    assert.notEqual(best.info.hash, chosen.info.hash);
    writeFileSync(path.join(folder, 'generation_config.json'), '{"eos_token_id": [2, 5]}');
    assert.equal((await load(folder)).info.hash, best.info.hash);
  });
});
