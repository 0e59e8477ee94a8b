import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onnx } from 'onnx-proto';
import { lackOf, type GenerateRequest, type InspectedToken, type InspectionRequest, type ModelCapabilities } from '../../../../src/core/model.ts';
import { INSPECTED_ROWS } from '../../../../src/models/onnx/inspect.ts';
import { loadRuntime, type Runtime } from '../../../../src/models/onnx/runtime.ts';
import { convertModel } from '../../../../src/models/convert/convert.ts';
import { failsWith } from '../fails-with.ts';
import { bundledModel } from '../shared-models.ts';
import { writeTinyCheckpoint } from '../tiny-checkpoint.ts';
import { layoutName, type ExportLayout } from './export.ts';
import { mergeBranches, patchGraph } from './patch.ts';
import { COMMON, generate, publishedModel } from './published.ts';

const ALL: ModelCapabilities = { probabilities: true, masks: true, attention: true, gates: true, hidden: true };
const PLAIN: ExportLayout = { ...COMMON, attention: 'plain' };
const TEXT = 'Anna has 12 apples. Anna buys 5 more apples. How many apples does Anna have now?';
const NAME = { start: 0, end: 4 };
const LOOK: InspectionRequest = { text: TEXT, rows: { start: 20, end: TEXT.length }, spans: [NAME, { start: 0, end: TEXT.length }], hidden: true, lens: [0, 1, 2] };
const HIDE = [{ span: NAME, from: 30 }];

function largest(actual: readonly InspectedToken[], expected: readonly InspectedToken[]): number {
  const numbers = (tokens: readonly InspectedToken[]) => tokens.flatMap(({ attention, gates, hidden, lens }) => [...attention.flat(2), ...gates, ...hidden.flatMap((state) => [...state]), ...lens.flatMap((words) => words.map(({ probability }) => probability))]);
  const [a, b] = [numbers(actual), numbers(expected)];
  return a.length === b.length ? a.reduce((worst, number, i) => Math.max(worst, Math.abs(number - (b[i] ?? NaN))), 0) : Infinity;
}

/** A random model of two layers, and the same checkpoint converted. */
describe('foreign graphs: what can be seen inside', function () {
  this.timeout(60_000);
  const published = publishedModel((work) => {
    writeTinyCheckpoint(path.join(work, 'tiny'), path.join(bundledModel('r-prm'), 'tokenizer.json'));
    return path.join(work, 'tiny');
  });
  const { publish, load } = published;
  let converted: Runtime;
  let seen: readonly InspectedToken[];
  let seenHiding: readonly InspectedToken[];
  before(async () => {
    await convertModel(path.join(published.work, 'tiny'), path.join(published.work, 'converted'), { bits: 32, block: 32 });
    converted = await loadRuntime(path.join(published.work, 'converted'));
    seen = await converted.inspect(LOOK);
    seenHiding = await converted.inspect({ ...LOOK, hide: HIDE });
    assert.ok(largest(seenHiding, seen) > 0.05, 'hiding makes a difference');
  });
  after(() => converted.release());

  const layouts: readonly (readonly [ExportLayout, number])[] = [
    [COMMON, 1e-4],
    [PLAIN, 1e-4],
    [{ ...COMMON, positions: false, logitCount: true }, 1e-4],
    [{ ...PLAIN, positions: false, logitCount: true }, 1e-4],
    [{ ...COMMON, cache: false }, 1e-4],
    [{ ...PLAIN, cache: false }, 1e-4],
    // One gate of 64 may be so near to zero that half a bit opens it.
    [{ ...COMMON, half: true }, 1],
    [{ ...PLAIN, half: true, softmax: 'cast' }, 1],
  ];
  for (const [layout, tolerance] of layouts) {
    it(`is what the converted model shows, hidden parts and all: ${layoutName(layout)}`, async () => {
      const folder = await publish(layout);
      const before = readdirSync(folder);
      const runtime = await load(folder);
      assert.deepEqual({ ...runtime.capabilities, notes: undefined }, { ...ALL, notes: undefined });
      assert.ok(largest(await runtime.inspect(LOOK), seen) <= tolerance);
      assert.ok(largest(await runtime.inspect({ ...LOOK, hide: HIDE }), seenHiding) <= tolerance);
      assert.deepEqual(readdirSync(folder), before, 'nothing is written to the folder');
    });
  }

  it('is shown of a text that is read in several passes', async () => {
    const text = TEXT.repeat(16);
    const long = { ...LOOK, text, rows: { start: text.length - 200, end: text.length }, spans: [{ start: 0, end: 700 }], hide: HIDE };
    const expected = await converted.inspect(long);
    assert.ok(converted.tokenizer.encode(text).length > 1.5 * INSPECTED_ROWS);
    for (const layout of [COMMON, PLAIN]) assert.ok(largest(await (await load(await publish(layout))).inspect(long), expected) <= 1e-4);
  });

  it('hides in chosen layers and heads what the converted model hides there', async () => {
    const hide = [{ ...HIDE[0]!, layers: [1], heads: [0] }];
    const expected = await converted.inspect({ ...LOOK, hide });
    for (const layout of [COMMON, PLAIN]) {
      const actual = await (await load(await publish(layout))).inspect({ ...LOOK, hide });
      assert.ok(largest(actual, expected) < 1e-4);
      const last = actual.at(-1)!;
      assert.deepEqual([last.attention[1]?.[0]?.[0], last.attention[1]?.[1]?.[0] !== 0, last.attention[0]?.[0]?.[0] !== 0], [0, true, true]);
    }
  });

  it('generates with parts hidden what the converted model generates, samples together or alone', async () => {
    const request = (options: Partial<GenerateRequest>): GenerateRequest => ({ prompt: TEXT, n: 1, maxNewTokens: 12, temperature: 0.1, topP: 1, seed: 3, stop: [], ...options });
    const requests = [request({ hide: HIDE }), request({}), request({ hide: [{ span: { start: 5, end: 19 }, layers: [0] }] }), request({ prompt: `${TEXT} And Ben?`, hide: HIDE }), request({ hide: HIDE, n: 3 })];
    const expected = await generate(converted, requests);
    const texts = expected.samples.map(({ text }) => text);
    assert.notEqual(texts[0], texts[1]);
    assert.notEqual(texts[2], texts[1]);
    for (const layout of [COMMON, PLAIN, { ...COMMON, positions: false }, { ...PLAIN, cache: false }]) {
      const runtime = await load(await publish(layout));
      const together = await generate(runtime, requests);
      assert.deepEqual(together.samples.map(({ text }) => text), texts, layoutName(layout));
      const [alone] = (await generate(runtime, [request({ hide: HIDE, firstSample: 2 })])).samples;
      assert.equal(alone?.text, texts.at(-1));
    }
  });

  it('is shown where the weights lie in the graph file, at odd places of it', async () => {
    for (const layout of [COMMON, PLAIN]) {
      const folder = path.join(published.work, `single-${layout.attention}`);
      const from = await publish(layout);
      mkdirSync(folder);
      for (const name of ['config.json', 'tokenizer.json']) writeFileSync(path.join(folder, name), readFileSync(path.join(from, name)));
      writeFileSync(path.join(folder, 'model.onnx'), withWeightsInside(path.join(from, 'model.onnx')));
      const runtime = await load(folder);
      assert.deepEqual(runtime.capabilities, ALL);
      assert.ok(largest(await runtime.inspect(LOOK), seen) <= 1e-4);
    }
  });

  it('is shown of a merged decoder, whose way with a past serves without one', async () => {
    const folder = await publish(PLAIN);
    patchGraph(path.join(folder, 'model.onnx'), mergeBranches);
    const runtime = await load(folder);
    assert.deepEqual(runtime.capabilities, ALL);
    assert.ok(largest(await runtime.inspect(LOOK), seen) <= 1e-4);
  });

  describe('what is not recognised is absent, and named', () => {
    const patched = async (change: (graph: onnx.GraphProto) => void) => {
      const folder = await publish(PLAIN);
      patchGraph(path.join(folder, 'model.onnx'), change);
      return load(folder);
    };
    const nodes = (graph: onnx.GraphProto, operator: string) => graph.node.filter(({ opType }) => opType === operator);
    const notes = (runtime: Runtime) => runtime.capabilities.notes?.join(' ') ?? '';

    it('an activation of another kind in one layer', async () => {
      const runtime = await patched((graph) => (nodes(graph, 'Sigmoid')[1]!.opType = 'Abs'));
      assert.deepEqual({ ...runtime.capabilities, notes: [] }, { ...ALL, gates: false, notes: [] });
      assert.match(notes(runtime), /^Not recognised in the graph, so that it cannot be shown: the feed-forward gates \(layer 1\)\.$/);
      assert.match(lackOf(runtime, 'gates') ?? '', /does not give the gates of its feed-forward neurons: use a model folder made by "stepscope convert"/);
      const [token] = await runtime.inspect({ text: TEXT, spans: [NAME] });
      assert.equal(token?.gates.length, 0);
      assert.equal(token.attention.length, 2);
    });

    it('a softmax over something else than the keys', async () => {
      const runtime = await patched((graph) => (nodes(graph, 'Softmax')[0]!.attribute![0]!.i = 1));
      assert.deepEqual({ ...runtime.capabilities, notes: [] }, { ...ALL, attention: false, notes: [] });
      assert.match(notes(runtime), /attention whose probabilities sum to 1/);
      await assert.rejects(runtime.inspect({ text: TEXT, spans: [NAME] }), failsWith('unsupported', /does not give its attention: use a model folder/));
      await assert.rejects(runtime.inspect({ text: TEXT, hide: [{ span: NAME, heads: [0] }] }), failsWith('unsupported', /does not give its attention/));
      assert.equal((await runtime.inspect({ text: TEXT, hide: HIDE, lens: [2] })).length, 1);
    });

    it('one layer without attention that is known', async () => {
      const runtime = await patched((graph) => {
        const [, softmax] = nodes(graph, 'Softmax');
        const result = softmax!.output![0]!;
        softmax!.output = ['raw'];
        graph.node.splice(graph.node.indexOf(softmax!) + 1, 0, onnx.NodeProto.create({ opType: 'Abs', input: ['raw'], output: [result] }));
      });
      assert.deepEqual({ ...runtime.capabilities, notes: [] }, { probabilities: true, masks: false, attention: false, gates: false, hidden: false, notes: [] });
      assert.match(notes(runtime), /the attention of its layers: 1 of 2 were found/);
      await assert.rejects(runtime.inspect({ text: TEXT }), failsWith('unsupported', /cannot be looked into/));
      await assert.rejects(runtime.inspect({ text: TEXT, lens: [1] }), failsWith('unsupported', /does not give its hidden states/));
      await assert.rejects(generate(runtime, [{ prompt: TEXT, n: 1, maxNewTokens: 1, temperature: 0, topP: 1, seed: 0, stop: [], hide: HIDE }]), failsWith('unsupported', /does not give generation with parts of the prompt hidden/));
      assert.equal((await generate(runtime, [{ prompt: TEXT, n: 1, maxNewTokens: 3, temperature: 0, topP: 1, seed: 0, stop: [] }])).samples[0]?.tokens, 3);
    });

    it('a stream that something flows past', async () => {
      // The logits see the embeddings, too: what a layer leaves is not all that they are made of.
      const runtime = await patched((graph) => {
        const lookup = nodes(graph, 'Gather').find(({ input }) => input?.[1] === 'input_ids')!.output![0]!;
        const norm = [...nodes(graph, 'Mul')].reverse().find(({ input }) => input?.[0] === 'model.norm.weight')!;
        norm.output = ['normed'];
        graph.node.splice(graph.node.indexOf(norm) + 1, 0, onnx.NodeProto.create({ opType: 'Add', input: ['normed', lookup], output: [norm.name!] }));
      });
      assert.deepEqual({ ...runtime.capabilities, notes: [] }, { probabilities: true, masks: false, attention: false, gates: false, hidden: false, notes: [] });
      assert.match(notes(runtime), /: its layers: one of them attends twice\.$/);
    });
  });
});

/** The model in one file, each weight at whatever byte it comes to lie at. */
function withWeightsInside(file: string): Uint8Array {
  const model = onnx.ModelProto.decode(readFileSync(file));
  model.producerName = 'odd';
  for (const tensor of model.graph?.initializer ?? []) {
    const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key, value]));
    const [location, offset, length] = ['location', 'offset', 'length'].map((key) => entries.get(key));
    if (location == null) continue;
    const from = Number(offset);
    tensor.rawData = readFileSync(path.join(path.dirname(file), location)).subarray(from, from + Number(length));
    Object.assign(tensor, { externalData: [], dataLocation: 0 });
  }
  const bytes = onnx.ModelProto.encode(model).finish();
  rmSync(file);
  return bytes;
}
