/** Writes GGUF version 3, the file format of llama.cpp: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
import { floatToHalf } from '../../src/models/convert/half.ts';
import { open } from 'node:fs/promises';

export type GgufValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'u32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] };

export type GgufType = 'f32' | 'f16' | 'q8_0';

/** A row-major matrix (or a vector) whose values are made when they are written. */
export interface GgufTensor {
  readonly name: string;
  /** Rows first. */
  readonly shape: readonly number[];
  readonly type: GgufType;
  readonly values: () => Promise<Float32Array>;
}

const VALUE_TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const TENSOR_TYPES: Readonly<Record<GgufType, number>> = { f32: 0, f16: 1, q8_0: 8 };
const ALIGNMENT = 32;
/** Weights of a Q8_0 block share one half-precision scale. */
const BLOCK = 32;

export async function writeGguf(file: string, metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensor[]): Promise<void> {
  const entries = Object.entries(metadata);
  const parts = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(entries.length)];
  for (const [key, value] of entries) parts.push(text(key), ...valueBytes(value));
  let offset = 0;
  for (const { name, shape, type } of tensors) {
    // ggml counts dimensions from the innermost.
    parts.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(TENSOR_TYPES[type]), u64(offset));
    offset += aligned(byteLength(shape, type));
  }
  const header = Buffer.concat(parts);
  const handle = await open(file, 'w');
  try {
    await handle.write(Buffer.concat([header, Buffer.alloc(aligned(header.length) - header.length)]));
    for (const tensor of tensors) {
      const bytes = encode(await tensor.values(), tensor.type);
      await handle.write(Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]));
    }
  } finally {
    await handle.close();
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function byteLength(shape: readonly number[], type: GgufType): number {
  const count = shape.reduce((product, size) => product * size, 1);
  return type === 'f32' ? 4 * count : type === 'f16' ? 2 * count : (count / BLOCK) * (2 + BLOCK);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}

function valueBytes(entry: GgufValue): Buffer[] {
  switch (entry.type) {
    case 'string':
      return [u32(VALUE_TYPES.string), text(entry.value)];
    case 'u32':
      return [u32(VALUE_TYPES.u32), u32(entry.value)];
    case 'f32':
      return [u32(VALUE_TYPES.f32), f32(entry.value)];
    case 'bool':
      return [u32(VALUE_TYPES.bool), Buffer.from([entry.value ? 1 : 0])];
    case 'strings':
      return [u32(VALUE_TYPES.array), u32(VALUE_TYPES.string), u64(entry.value.length), ...entry.value.map(text)];
    case 'i32s':
      return [u32(VALUE_TYPES.array), u32(VALUE_TYPES.i32), u64(entry.value.length), Buffer.from(Int32Array.from(entry.value).buffer)];
  }
}

function encode(values: Float32Array, type: GgufType): Buffer {
  if (type === 'f32') return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (type === 'f16') return Buffer.from(Uint16Array.from(values, floatToHalf).buffer);
  const bytes = Buffer.alloc((values.length / BLOCK) * (2 + BLOCK));
  for (let block = 0; block < values.length / BLOCK; block++) {
    const weights = values.subarray(block * BLOCK, (block + 1) * BLOCK);
    const scale = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 127;
    const at = block * (2 + BLOCK);
    bytes.writeUInt16LE(floatToHalf(scale), at);
    weights.forEach((weight, i) => bytes.writeInt8(scale === 0 ? 0 : Math.round(weight / scale), at + 2 + i));
  }
  return bytes;
}

