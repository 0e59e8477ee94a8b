import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readDecoderSpec, type DecoderSpec } from '../../../../src/models/convert/architecture.ts';
import { openCheckpoint } from '../../../../src/models/convert/checkpoint.ts';
import { readVector, wholeTensor } from '../../../../src/models/convert/matrix.ts';
import { createOnnxData } from '../../../../src/models/convert/onnx-data.ts';
import { createOnnxWriter, type OnnxWriter, type Value } from '../../../../src/models/convert/onnx-writer.ts';
import { embeddingAndHead, linear, type WeightContext, type WeightPlan } from '../../../../src/models/convert/weights.ts';
import { groupQueryAttention, plainAttention, type AttentionContext } from './export-attention.ts';

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
  /** Weights and activations in 8 bits, the latter rounded over a whole pass: optimum's dynamic quantisation. */
  readonly dynamic?: boolean;
}

export function layoutName({ attention, positions, cache, logitCount, half, dynamic }: ExportLayout): string {
  return [attention, positions ? 'position_ids' : 'no position_ids', cache ? 'cache' : 'no cache', logitCount === true ? 'num_logits_to_keep' : [], half === true ? 'fp16' : [], dynamic === true ? 'int8' : []].flat().join(', ');
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

/** Exports a Llama checkpoint of the Hugging Face layout into `work`. */
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

async function buildGraph(context: WeightContext, spec: DecoderSpec, layout: ExportLayout): Promise<void> {
  const { writer, checkpoint } = context;
  const { hidden, heads, kvHeads, headDim, vocabulary } = spec;
  const layer = (index: number, name: string) => `model.layers.${index}.${name}.weight`;
  const product = (x: Value, tensor: string, rows: number, columns: number) => (layout.dynamic === true ? dynamicProduct(context, x, tensor, rows, columns) : linear(context, x, tensor, wholeTensor(tensor, rows, columns)));
  const norm = async (x: Value, tensor: string) => {
    await writer.slot(tensor, 'float', [hidden])?.append(await readVector(checkpoint, [{ tensor, from: 0, rows: hidden }]));
    return normalize(writer, spec, layout, x, tensor);
  };
  declareInputs(writer, spec, layout);
  const attention = await attentionContext(writer, spec, layout);
  const embedding = await embeddingAndHead(context, wholeTensor('model.embed_tokens.weight', vocabulary, hidden), spec.tiedHead ? undefined : wholeTensor('lm_head.weight', vocabulary, hidden));
  let residual = embedding.embed('input_ids');
  for (let index = 0; index < spec.layers; index++) {
    const x = await norm(residual, layer(index, 'input_layernorm'));
    const query = await product(x, layer(index, 'self_attn.q_proj'), heads * headDim, hidden);
    const key = await product(x, layer(index, 'self_attn.k_proj'), kvHeads * headDim, hidden);
    const value = await product(x, layer(index, 'self_attn.v_proj'), kvHeads * headDim, hidden);
    const attended = (layout.attention === 'gqa' ? groupQueryAttention : plainAttention)(attention, query, key, value, index);
    residual = writer.node('Add', [residual, await product(attended, layer(index, 'self_attn.o_proj'), hidden, heads * headDim)]);
    const y = await norm(residual, layer(index, 'post_attention_layernorm'));
    const gate = await product(y, layer(index, 'mlp.gate_proj'), spec.feedForward, hidden);
    const up = await product(y, layer(index, 'mlp.up_proj'), spec.feedForward, hidden);
    const activated = writer.node('Mul', [writer.node('Mul', [gate, writer.node('Sigmoid', [gate])]), up]);
    residual = writer.node('Add', [residual, await product(activated, layer(index, 'mlp.down_proj'), hidden, spec.feedForward)]);
  }
  const last = await norm(residual, 'model.norm.weight');
  const logits = embedding.head(layout.logitCount === true ? lastPositions(writer, last) : last);
  writer.name(layout.half === true ? writer.node('Cast', [logits], { to: 10 }) : logits, 'logits');
  writer.output('logits', layout.half === true ? 'float16' : 'float', ['batch_size', 'sequence_length', vocabulary]);
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

/** RMS norm: fused as the builder writes it, or step by step as a traced model has it. */
function normalize(writer: OnnxWriter, spec: DecoderSpec, layout: ExportLayout, x: Value, weight: Value): Value {
  if (layout.attention === 'gqa') return writer.node('SimplifiedLayerNormalization', [x, weight], { axis: -1, epsilon: { float: spec.normEpsilon }, stash_type: 1 });
  const mean = writer.node('ReduceMean', [writer.node('Pow', [x, writer.scalar(2)]), writer.ints(-1)], { keepdims: 1 });
  const root = writer.node('Sqrt', [writer.node('Add', [mean, writer.scalar(spec.normEpsilon)])]);
  return writer.node('Mul', [weight, writer.node('Mul', [x, writer.node('Div', [writer.scalar(1), root])])]);
}

async function attentionContext(writer: OnnxWriter, spec: DecoderSpec, layout: ExportLayout): Promise<AttentionContext> {
  const { frequencies } = spec.rotary.full;
  const table = (of: (angle: number) => number) => Float32Array.from({ length: spec.context * frequencies.length }, (_, i) => of(Math.fround(Math.floor(i / frequencies.length) * (frequencies[i % frequencies.length] ?? 0))));
  const shape = [spec.context, frequencies.length];
  const cos = await writer.initializer('cos', 'float', shape, table(Math.cos));
  const sin = await writer.initializer('sin', 'float', shape, table(Math.sin));
  return { writer, spec, layout, cos, sin, shared: new Map() };
}
