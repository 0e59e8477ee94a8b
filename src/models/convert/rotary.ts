import type { GraphContext } from './graph-context.ts';
import { CONTRIB, type OnnxWriter, type Value } from './onnx-writer.ts';
import type { RotarySpec } from './rotary-settings.ts';

/** The cos and sin tables of one rotary setting. */
export interface RotaryTables {
  readonly cos: Value;
  readonly sin: Value;
  readonly dimensions: number;
}

/** Positions whose angles are in memory at once. */
const CHUNK = 4096;

/**
 * Writes cos and sin [context, dimensions / 2], angles rounded to float32 as the reference library does. The tables are
 * mapped from the file, so that a long context costs memory only for the positions that are used.
 */
export async function rotaryTables({ writer, spec }: GraphContext, rotary: RotarySpec, suffix: string): Promise<RotaryTables> {
  const cos = await table(writer, `cos${suffix}`, rotary, spec.context, Math.cos);
  const sin = await table(writer, `sin${suffix}`, rotary, spec.context, Math.sin);
  return { cos, sin, dimensions: rotary.dimensions };
}

async function table(writer: OnnxWriter, name: string, { frequencies }: RotarySpec, context: number, of: (angle: number) => number): Promise<Value> {
  const half = frequencies.length;
  const slot = writer.slot(name, 'float', [context, half]);
  if (slot === undefined) return name;
  for (let start = 0; start < context; start += CHUNK) {
    const values = new Float32Array(Math.min(CHUNK, context - start) * half);
    for (let i = 0; i < values.length; i++) values[i] = of(Math.fround((start + Math.floor(i / half)) * (frequencies[i % half] ?? 0)));
    await slot.append(values);
  }
  return name;
}

/** Rotates each head of x [1, R, heads * headDim] by its row's position. */
export function rotate({ writer, spec }: GraphContext, x: Value, heads: number, { cos, sin, dimensions }: RotaryTables): Value {
  // Where the whole head is rotated, the operator takes the head's size from the tables.
  const partial = dimensions === spec.headDim ? {} : { rotary_embedding_dim: dimensions, num_heads: heads };
  return writer.node('RotaryEmbedding', [x, 'position_ids', cos, sin], partial, CONTRIB);
}
