import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GenerateRequest } from '../../../../src/core/model.ts';
import { VERDICT_MARKER, VERDICT_READING, VERDICTS, verifierPrompt } from '../../../../src/core/verifier/prompt.ts';
import type { Runtime } from '../../../../src/models/onnx/runtime.ts';
import { describeWithSharedModels, goldens, sharedModels } from '../shared-models.ts';
import { createExporter } from './export.ts';
import { mergeBranches, patchGraph } from './patch.ts';
import { COMMON, generate, publishedModel } from './published.ts';

const PROBLEM = 'Anna has 12 apples. Anna buys 5 more apples. Then Anna gives 4 apples to Ben. How many apples does Anna have now?';
const STEPS = ['Anna gets 5 more apples: 12 + 5 = 17.', 'After giving 4 away, Anna has 17 - 4 = 12 apples.', 'So the answer is 12.'];
const ALL = { probabilities: true, masks: true, attention: true, gates: true, hidden: true };

function request(step: number, options: Partial<GenerateRequest> = {}): GenerateRequest {
  const base = { n: 1, maxNewTokens: 300, temperature: 0, topP: 1, seed: 0 };
  return { prompt: verifierPrompt(PROBLEM, STEPS, step, 'reasoned'), ...VERDICT_READING, ...base, ...options };
}

/** What needs a model whose numbers are known: samples.test.ts has the rest, on a model a thousandth of its size. */
describeWithSharedModels('foreign graphs: the verifier in unusual layouts', function () {
  this.timeout(120_000);
  const published = publishedModel(() => sharedModels('r-prm'));
  const { publish, load } = published;
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

  it('ends at a stop string, and at the end of the text', async () => {
    const runtime = await load(await publish(COMMON));
    const { samples } = await generate(runtime, [request(0, { stop: ['Now Step'] }), request(0, { stop: [] })]);
    assert.deepEqual(samples.map(({ finish }) => finish), ['stop', 'end']);
  });

  it('runs a merged decoder, choosing its branch by whether there is a past', async () => {
    const folder = await publish({ ...COMMON, attention: 'plain' }, 'onnx/decoder_model_merged.onnx');
    patchGraph(path.join(folder, 'onnx/decoder_model_merged.onnx'), mergeBranches);
    const runtime = await load(folder);
    assert.equal(runtime.info.weights, 'fp32 (onnx/decoder_model_merged.onnx)');
    assert.deepEqual(runtime.capabilities, ALL);
    await checkReadings(runtime, 1e-3);
    // The first token comes from one branch, the others from the other one: a few of them tell.
    const [row] = goldens('prm-goldens.json');
    const { samples } = await generate(runtime, [request(0, { prompt: row!.prompt, stop: [], n: 2, maxNewTokens: 40 })]);
    for (const { text } of samples) assert.ok(text.length > 40 && row!.greedy_text.startsWith(text), text);
  });

  it('runs float16 caches and logits, and graphs that give only the last logits', async () => {
    for (const attention of ['gqa', 'plain'] as const) {
      const runtime = await load(await publish({ ...COMMON, attention, half: true, logitCount: true }));
      assert.deepEqual(runtime.capabilities, ALL);
      await checkReadings(runtime, 0.01);
      // What holds a cache is the same code for both.
      if (attention === 'plain') continue;
      const { samples } = await generate(runtime, [request(0, { n: 3 }), request(1)]);
      assert.ok(samples.every(({ finish }) => finish === 'stop'));
      assert.ok((samples[0]?.readout?.[0] ?? 0) > 0.9 && (samples[3]?.readout?.[0] ?? 1) < 0.1);
    }
  });

  it('runs a dynamically quantised graph as well as its numbers allow', async () => {
    await checkReadings(await load(await publish({ ...COMMON, dynamic: true })), 0.05);
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

  it('says what was loaded: the file, its weights, its size and its digest', async () => {
    const { work } = published;
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
