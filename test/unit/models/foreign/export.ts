import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readDecoderSpec, type DecoderSpec } from '../../../../src/models/convert/architecture.ts';
import { openCheckpoint } from '../../../../src/models/convert/checkpoint.ts';
import { wholeTensor } from '../../../../src/models/convert/matrix.ts';
import { createOnnxData } from '../../../../src/models/convert/onnx-data.ts';
import { createOnnxWriter, type OnnxWriter, type Value } from '../../../../src/models/convert/onnx-writer.ts';
import { embeddingAndHead, linear, type WeightContext, type WeightPlan } from '../../../../src/models/convert/weights.ts';
import { groupQueryAttention, plainAttention, type AttentionContext } from './export-attention.ts';
import { createNorms, vector } from './export-norms.ts';

/** A layout that exporters use. */
export interface ExportLayout {
  /** `plain`: standard operators, as optimum exports; `gqa`: one fused operator a layer, as onnx-community's builder does. */
  readonly attention: 'plain' | 'gqa';
  readonly positions: boolean;
  readonly cache: boolean;
  /** An input that says how many last positions get logits. */
  readonly logitCount?: boolean;
  /** float16 cache and logits. */
  readonly half?: boolean;
  /**
   * Residual stream and attention in float16: with the softmax between two casts, as a traced model has it, or as it is.
   * `plain` only.
   */
  readonly softmax?: 'cast' | 'half';
  /** Weights and activations in 8 bits, the latter rounded over a whole pass: optimum's dynamic quantisation. */
  readonly dynamic?: boolean;
}

export function layoutName({ attention, positions, cache, logitCount, half, softmax, dynamic }: ExportLayout): string {
  return [attention, positions ? 'position_ids' : 'no position_ids', cache ? 'cache' : 'no cache', logitCount === true ? 'num_logits_to_keep' : [], half === true ? 'fp16' : [], softmax === undefined ? [] : `softmax ${softmax}`, dynamic === true ? 'int8' : []].flat().join(', ');
}

/** A folder with one set of weights and any number of graphs over them. */
export interface Exporter {
  /** Writes a graph; returns its file name. */
  graph(layout: ExportLayout): Promise<string>;
  /** A folder as it would be published: one graph under `name`, its weights, and the files of the checkpoint. */
  publish(folder: string, graph: string, name: string): string;
  close(): Promise<void>;
}

const DATA = 'weights.onnx_data';
const COMPANIONS = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** Exports a checkpoint of the Hugging Face layout into `work`. */
export async function createExporter(source: string, work: string, plan: WeightPlan = { bits: 32, block: 32 }): Promise<Exporter> {
  mkdirSync(work, { recursive: true });
  const config = JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8')) as Record<string, unknown>;
  const spec = readDecoderSpec(config, source);
  const checkpoint = await openCheckpoint(source);
  const data = await createOnnxData(path.join(work, DATA));
  return {
    async graph(layout) {
      const name = `${layoutName(layout).replace(/\W+/g, '-')}.onnx`;
      const file = path.join(work, name);
      if (existsSync(file)) return name;
      const writer = createOnnxWriter(data);
      await buildGraph({ writer, plan, checkpoint }, spec, layout);
      await writer.finish(file, {});
      return name;
    },
    publish(folder, graph, name) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      copyFileSync(path.join(work, graph), file);
      linkSync(path.join(work, DATA), path.join(path.dirname(file), DATA));
      for (const companion of COMPANIONS) if (existsSync(path.join(source, companion))) copyFileSync(path.join(source, companion), path.join(folder, companion));
      return folder;
    },
    async close() {
      await data.close();
      await checkpoint.close();
    },
  };
}

const FLOAT = 1;
const FLOAT16 = 10;

async function buildGraph(context: WeightContext, spec: DecoderSpec, layout: ExportLayout): Promise<void> {
  const { writer } = context;
  const { hidden, heads, kvHeads, headDim, vocabulary, feedForward } = spec;
  const layer = (index: number, name: string) => `model.layers.${index}.${name}`;
  const product = async (x: Value, name: string, rows: number, columns: number, bias = false) => {
    const tensor = `${name}.weight`;
    const result = await (layout.dynamic === true ? dynamicProduct(context, x, tensor, rows, columns) : linear(context, x, tensor, wholeTensor(tensor, rows, columns)));
    return bias ? writer.node('Add', [result, await vector(context, `${name}.bias`, rows)]) : result;
  };
  const split = (x: Value, ...sizes: readonly number[]) => writer.nodes('Split', [x, writer.ints(...sizes)], sizes.length, { axis: -1 });
  const narrow = (x: Value) => (layout.softmax === undefined ? x : writer.node('Cast', [x], { to: FLOAT16 }));
  const wide = (x: Value) => (layout.softmax === undefined ? x : writer.node('Cast', [x], { to: FLOAT }));
  const norms = createNorms(context, spec, layout, { narrow, wide });
  declareInputs(writer, spec, layout);
  const attention = await attentionContexts(writer, spec, layout);
  const embedding = await embeddingAndHead(context, wholeTensor('model.embed_tokens.weight', vocabulary, hidden), spec.tiedHead ? undefined : wholeTensor('lm_head.weight', vocabulary, hidden));
  const embedded = embedding.embed('input_ids');
  const start = narrow(spec.embeddingScale === 1 ? embedded : writer.node('Mul', [embedded, writer.scalar(spec.embeddingScale)]));
  let { x, residual } = await norms.first(start, layer(0, 'input_layernorm.weight'));
  for (let index = 0; index < spec.layers; index++) {
    const [q = '', k = '', v = ''] = spec.fusedProjections
      ? split(await product(x, layer(index, 'self_attn.qkv_proj'), (heads + 2 * kvHeads) * headDim, hidden), heads * headDim, kvHeads * headDim, kvHeads * headDim)
      : await Promise.all((['q', 'k', 'v'] as const).map((part) => product(x, layer(index, `self_attn.${part}_proj`), (part === 'q' ? heads : kvHeads) * headDim, hidden, spec.qkvBias)));
    const [query, key] = spec.queryKeyNorm ? [await norms.perHead(q, heads, layer(index, 'self_attn.q_norm.weight')), await norms.perHead(k, kvHeads, layer(index, 'self_attn.k_norm.weight'))] : [q, k];
    const attended = (layout.attention === 'gqa' ? groupQueryAttention : plainAttention)(attention(index), query, key, v, index);
    let change = await product(attended, layer(index, 'self_attn.o_proj'), hidden, heads * headDim);
    if (spec.sandwichNorms) change = await norms.alone(change, layer(index, 'post_attention_layernorm.weight'));
    ({ x, residual } = await norms.afterAdding(change, residual, layer(index, spec.sandwichNorms ? 'pre_feedforward_layernorm.weight' : 'post_attention_layernorm.weight')));
    const [gate = '', up = ''] = spec.fusedProjections
      ? split(await product(x, layer(index, 'mlp.gate_up_proj'), 2 * feedForward, hidden), feedForward, feedForward)
      : [await product(x, layer(index, 'mlp.gate_proj'), feedForward, hidden), await product(x, layer(index, 'mlp.up_proj'), feedForward, hidden)];
    change = await product(writer.node('Mul', [activate(writer, spec, gate), up]), layer(index, 'mlp.down_proj'), hidden, feedForward);
    if (spec.sandwichNorms) change = await norms.alone(change, layer(index, 'post_feedforward_layernorm.weight'));
    ({ x, residual } = await norms.afterAdding(change, residual, index + 1 === spec.layers ? 'model.norm.weight' : layer(index + 1, 'input_layernorm.weight')));
  }
  const logits = embedding.head(layout.logitCount === true ? lastPositions(writer, x) : x);
  writer.name(layout.half === true ? writer.node('Cast', [logits], { to: FLOAT16 }) : logits, 'logits');
  writer.output('logits', layout.half === true ? 'float16' : 'float', ['batch_size', 'sequence_length', vocabulary]);
}

/** SiLU of a product with the sigmoid, or GELU by its polynomial: standard operators, as a traced model has them. */
function activate(writer: OnnxWriter, { activation }: DecoderSpec, gate: Value): Value {
  if (activation === 'silu') return writer.node('Mul', [gate, writer.node('Sigmoid', [gate])]);
  const cube = writer.node('Mul', [writer.node('Pow', [gate, writer.scalar(3)]), writer.scalar(0.044715)]);
  const bent = writer.node('Tanh', [writer.node('Mul', [writer.node('Add', [gate, cube]), writer.scalar(Math.sqrt(2 / Math.PI))])]);
  return writer.node('Mul', [writer.node('Mul', [gate, writer.scalar(0.5)]), writer.node('Add', [bent, writer.scalar(1)])]);
}

/** x -> [.., rows] by integers: the scale of x is that of its largest number in the whole pass. */
async function dynamicProduct({ writer, checkpoint }: WeightContext, x: Value, tensor: string, rows: number, columns: number): Promise<Value> {
  const weight = await checkpoint.read(tensor);
  const scale = weight.reduce((largest, number) => Math.max(largest, Math.abs(number)), 0) / 127;
  const integers = new Uint8Array(weight.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) integers[column * rows + row] = Math.round((weight[row * columns + column] ?? 0) / scale) & 255;
  const name = await writer.initializer(`${tensor}_int8`, 'int8', [columns, rows], integers);
  const [quantized = '', xScale = '', xZero = ''] = writer.nodes('DynamicQuantizeLinear', [x], 3);
  const sum = writer.node('Cast', [writer.node('MatMulInteger', [quantized, name, xZero])], { to: 1 });
  return writer.node('Mul', [sum, writer.node('Mul', [xScale, writer.scalar(scale)])]);
}

function declareInputs(writer: OnnxWriter, spec: DecoderSpec, layout: ExportLayout): void {
  writer.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  writer.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  if (layout.positions) writer.input('position_ids', 'int64', ['batch_size', 'sequence_length']);
  if (layout.logitCount === true) writer.input('num_logits_to_keep', 'int64', []);
  if (!layout.cache) return;
  const type = layout.half === true ? 'float16' : 'float';
  for (let index = 0; index < spec.layers; index++) {
    for (const part of ['key', 'value']) {
      writer.input(`past_key_values.${index}.${part}`, type, ['batch_size', spec.kvHeads, 'past_sequence_length', spec.headDim]);
      writer.output(`present.${index}.${part}`, type, ['batch_size', spec.kvHeads, 'total_sequence_length', spec.headDim]);
    }
  }
}

/** x [batch, sequence, hidden] -> its last num_logits_to_keep positions. */
function lastPositions(writer: OnnxWriter, x: Value): Value {
  const from = writer.node('Neg', [writer.node('Unsqueeze', ['num_logits_to_keep', writer.ints(0)])]);
  return writer.node('Slice', [x, from, writer.ints(Number.MAX_SAFE_INTEGER), writer.ints(1)]);
}

async function attentionContexts(writer: OnnxWriter, spec: DecoderSpec, layout: ExportLayout): Promise<(layer: number) => AttentionContext> {
  const kind = async (sliding: boolean): Promise<AttentionContext> => {
    const { frequencies } = sliding ? spec.rotary.sliding : spec.rotary.full;
    const suffix = sliding ? '_sliding' : '';
    const table = (of: (angle: number) => number) => Float32Array.from({ length: spec.context * frequencies.length }, (_, i) => of(Math.fround(Math.floor(i / frequencies.length) * (frequencies[i % frequencies.length] ?? 0))));
    const shape = [spec.context, frequencies.length];
    const cos = await writer.initializer(`cos${suffix}`, 'float', shape, table(Math.cos));
    const sin = await writer.initializer(`sin${suffix}`, 'float', shape, table(Math.sin));
    return { writer, spec, layout, cos, sin, shared: new Map(), window: sliding ? spec.window?.size : undefined };
  };
  const full = await kind(false);
  const sliding = spec.window === undefined ? full : await kind(true);
  return (layer) => (spec.window?.layers.includes(layer) === true ? sliding : full);
}
