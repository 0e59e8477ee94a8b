import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onnx } from 'onnx-proto';
import { scoreTrace } from '../../../../src/core/verifier/score-trace.ts';
import type { ScoreEvent } from '../../../../src/core/verifier/events.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../../../src/core/verifier/settings.ts';
import { createEngine, type Engine } from '../../../../src/models/onnx/engine.ts';
import { loadRuntime } from '../../../../src/models/onnx/runtime.ts';
import { repoRoot } from '../../formats/shared-data.ts';
import { failsWith } from '../fails-with.ts';
import { describeWithSharedModels, sharedModels } from '../shared-models.ts';
import { createExporter, type Exporter } from './export.ts';
import { patchGraph, value } from './patch.ts';

describe('foreign graphs that cannot be run', () => {
  let work = '';
  beforeEach(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-refused-'))));
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  const ids = value('input_ids', 'INT64', ['b', 's']);
  const logits = value('logits', 'FLOAT', ['b', 's', 100]);
  const past = (shape: readonly (number | string)[], type: 'FLOAT' | 'BFLOAT16' = 'FLOAT') => value('past_key_values.0.key', type, shape);
  const present = value('present.0.key', 'FLOAT', ['b', 2, 't', 8]);
  /** Only what is asked of a graph before its weights are loaded. */
  const write = (inputs: readonly onnx.IValueInfoProto[], outputs: readonly onnx.IValueInfoProto[], name = 'model.onnx') => {
    const model = onnx.ModelProto.create({ irVersion: 10, opsetImport: [{ domain: '', version: 21 }], graph: { name: 'test', input: [...inputs], output: [...outputs] } });
    mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
    writeFileSync(path.join(work, name), onnx.ModelProto.encode(model).finish());
    writeFileSync(path.join(work, 'config.json'), '{"max_position_embeddings": 64}');
  };

  const cases: readonly (readonly [string, readonly onnx.IValueInfoProto[], readonly onnx.IValueInfoProto[], RegExp])[] = [
    ['an encoder', [ids, value('attention_mask', 'INT64', ['b', 's'])], [value('last_hidden_state', 'FLOAT', ['b', 's', 64])], /model\.onnx cannot be run: it gives no logits \(it gives last_hidden_state\); export it for text generation/],
    ['a classifier', [ids], [value('logits', 'FLOAT', ['b', 2])], /its logits have 2 dimensions instead of/],
    ['the decoder of an encoder-decoder model', [ids, value('encoder_hidden_states', 'FLOAT', ['b', 'e', 64])], [logits], /input encoder_hidden_states: it is the decoder of an encoder-decoder model/],
    ['a vision model', [value('pixel_values', 'FLOAT', ['b', 3, 'h', 'w'])], [value('image_embeds', 'FLOAT', ['b', 64])], /input pixel_values: it reads images/],
    ['a part of a larger model', [value('inputs_embeds', 'FLOAT', ['b', 's', 64])], [logits], /input inputs_embeds: it takes embeddings instead of tokens/],
    ['unknown inputs', [ids, value('token_type_ids', 'INT64', ['b', 's']), value('past_conv.0', 'FLOAT', ['b', 4, 3])], [logits], /it needs token_type_ids, past_conv\.0, which Stepscope does not know/],
    ['something without tokens', [value('x', 'FLOAT', ['b'])], [logits], /it has no input input_ids \(it has x\)/],
    ['a fixed length', [value('input_ids', 'INT64', ['b', 128])], [logits], /it reads exactly 128 tokens at a time/],
    ['a fixed batch', [value('input_ids', 'INT64', [4, 's'])], [logits], /it reads exactly 4 texts at a time/],
    ['a cache that does not come back', [ids, past(['b', 2, 'p', 8])], [logits], /takes past_key_values\.0\.key and does not give present\.0\.key/],
    ['a cache of another shape', [ids, past(['b', 'p', 16])], [logits, present], /past_key_values\.0\.key has 3 dimensions/],
    ['a cache of unknown size', [ids, past(['b', 'h', 'p', 'd'])], [logits, present], /neither the graph nor config\.json says how large past_key_values\.0\.key is/],
    ['bfloat16', [ids, past(['b', 2, 'p', 8], 'BFLOAT16')], [logits, present], /past_key_values\.0\.key is bfloat16; float32 and float16 can be run/],
  ];
  for (const [what, inputs, outputs, message] of cases) {
    it(what, async () => {
      write(inputs, outputs);
      await assert.rejects(loadRuntime(work), failsWith('model-invalid', message));
    });
  }

  it('a graph that is worse than another one of the folder is not even read', async () => {
    // The chosen one is told by the refusal.
    const order = ['onnx/decoder_model_merged.onnx', 'model.onnx', 'onnx/model.onnx', 'onnx/model_fp16.onnx', 'model_quantized.onnx', 'onnx/model_q4.onnx', 'decoder_model.onnx', 'other.onnx'];
    for (const name of [...order].reverse().slice(1)) {
      write([], [], name);
      await assert.rejects(loadRuntime(work), failsWith('model-invalid', new RegExp(`${name.replaceAll('/', '.')} cannot be run`)));
    }
  });

  it('several graphs whose names say nothing', async () => {
    for (const name of ['first.onnx', 'onnx/second.onnx']) write([ids], [logits], name);
    await assert.rejects(loadRuntime(work), failsWith('model-invalid', /holds several graphs \(first\.onnx, onnx\/second\.onnx\) and none is named as a decoder: point to the file itself/));
  });

  it('weights outside the folder', async () => {
    write([ids], [logits]);
    const weights = { name: 'w', dataType: 1, dims: [4, 4], dataLocation: onnx.TensorProto.DataLocation.EXTERNAL, externalData: [{ key: 'location', value: '../../etc/passwd' }] };
    patchGraph(path.join(work, 'model.onnx'), (graph) => graph.initializer.push(onnx.TensorProto.create(weights)));
    await assert.rejects(loadRuntime(work), failsWith('model-invalid', /wants its weights from \.\.\/\.\.\/etc\/passwd, outside its folder/));
  });

  it('no graph at all', async () => {
    await assert.rejects(loadRuntime(work), failsWith('model-missing', /holds no converted model.*stepscope convert.*or to an ONNX export/));
  });

  it('files that are missing beside the graph', async () => {
    write([ids], [logits]);
    await assert.rejects(loadRuntime(work), failsWith('model-missing', /tokenizer\.json is missing: copy the tokenizer\.json of the model there/));
    writeFileSync(path.join(work, 'config.json'), '{}');
    await assert.rejects(loadRuntime(work), failsWith('model-invalid', /config\.json does not say how long a text may be/));
    rmSync(path.join(work, 'config.json'));
    await assert.rejects(loadRuntime(work), failsWith('model-missing', /config\.json is missing: copy the config\.json of the model there/));
  });

  it('a file that is no graph', async () => {
    for (const content of ['', 'version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 123\n', '\u0000\u0001\u0002']) {
      writeFileSync(path.join(work, 'model.onnx'), content);
      await assert.rejects(loadRuntime(work), failsWith('model-invalid', /model\.onnx is no whole ONNX graph .*: download it again/));
    }
  });
});

describeWithSharedModels('foreign graphs in the engine process', function () {
  this.timeout(240_000);
  let work = '';
  let exporter: Exporter;
  let engine: Engine;
  let graph = '';
  before(async () => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-foreign-engine-'));
    exporter = await createExporter(sharedModels('r-prm'), path.join(work, 'export'), { bits: 8, block: 32 });
    graph = await exporter.graph({ attention: 'gqa', positions: true, cache: true });
    engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js') });
  });
  after(async () => {
    engine.dispose();
    await exporter.close();
    rmSync(work, { recursive: true, force: true });
  });
  const publish = (name: string) => exporter.publish(path.join(work, name), graph, 'onnx/model_quantized.onnx');

  it('scores a trace, says what it runs, and survives graphs that are broken', async () => {
    const model = await engine.load(publish('good'));
    assert.deepEqual(model.capabilities, { probabilities: true, masks: true, attention: true, gates: true, hidden: true });
    assert.equal(model.info.weights, '8-bit (onnx/model_quantized.onnx)');
    const pid = engine.pid;
    const score = async () => {
      const events: ScoreEvent[] = [];
      const steps = ['Anna gets 5 more apples: 12 + 5 = 17.', 'After giving 4 away, Anna has 17 - 4 = 12 apples.'];
      const problem = 'Anna has 12 apples. Anna buys 5 more apples. Then Anna gives 4 apples to Ben. How many apples does Anna have now?';
      for await (const event of scoreTrace(model, { problem, steps, settings: { ...DEFAULT_VERIFIER_SETTINGS, k: 3 } })) events.push(event);
      return events.flatMap((event) => (event.type === 'step' ? [event.score.pYes ?? NaN] : []));
    };
    const [right = NaN, wrong = NaN] = await score();
    assert.ok(right > 0.8 && wrong < 0.2, `${right}, ${wrong}`);

    const spoilt = publish('spoilt');
    const file = path.join(spoilt, 'onnx/model_quantized.onnx');
    const whole = readFileSync(file);
    for (const part of [0.999, 0.6, 0.01]) {
      writeFileSync(file, whole.subarray(0, Math.floor(whole.length * part)));
      await assert.rejects(engine.load(spoilt), failsWith('model-invalid', /model_quantized\.onnx is no whole ONNX graph .*: download it again/));
    }
    writeFileSync(file, whole);
    patchGraph(file, ({ node }) => (node[5]!.opType = 'NoSuchOperator'));
    await assert.rejects(engine.load(spoilt), failsWith('model-invalid', /model_quantized\.onnx cannot be loaded: onnxruntime says ".*NoSuchOperator/));
    writeFileSync(file, whole);
    rmSync(path.join(spoilt, 'onnx/weights.onnx_data'));
    await assert.rejects(engine.load(spoilt), failsWith('model-missing', /weights\.onnx_data is missing: download it too/));
    assert.equal(engine.pid, pid, 'the process is the same');
    assert.deepEqual(await score(), [right, wrong]);
  });

  it('names weights that were cut off', async () => {
    const folder = publish('cut');
    const data = path.join(folder, 'onnx/weights.onnx_data');
    // Not the file that the other folders share.
    const bytes = readFileSync(data);
    rmSync(data);
    writeFileSync(data, bytes);
    truncateSync(data, Math.floor(statSync(data).size / 2));
    await assert.rejects(engine.load(folder), failsWith('model-invalid', /model_quantized\.onnx is damaged \(weight \S+ ends at byte \d+ of weights\.onnx_data, which has \d+: it was cut off or replaced\): download it again/));
    await assert.doesNotReject(engine.load(path.join(work, 'good')));
  });
});
