import { onnx } from 'onnx-proto';
import type { ByteRange, ProtobufFile } from './protobuf-file.ts';

/** Where numbers lie that are not in the graph file. Offsets of 2^53 and more are not told apart: no file is that long. */
export interface ExternalData {
  /** Path from the graph's folder. */
  readonly location: string;
  readonly offset: number;
  /** undefined: as many bytes as the tensor has. */
  readonly length: number | undefined;
}

/** A tensor of an ONNX file, read without its numbers. */
export interface StoredTensor {
  readonly name: string;
  /** onnx.TensorProto.DataType */
  readonly type: number;
  readonly dims: readonly number[];
  /** The whole message in the graph file. */
  readonly message: ByteRange;
  /** Bytes that a field of raw numbers holds. */
  readonly raw: ByteRange | undefined;
  /** Numbers in the fields that have a type of their own; NaN where they are of several kinds. */
  readonly typed: number;
  readonly external: ExternalData | undefined;
}

/** Field numbers of onnx.TensorProto. */
const FIELD = { dims: 1, type: 2, floats: 4, int32: 5, strings: 6, int64: 7, name: 8, raw: 9, doubles: 10, uint64: 11, external: 13, location: 14 } as const;
const EXTERNAL = 1;
/** Names and shapes are short; what is longer is damage, and is not read into memory. */
const LONGEST_TEXT = 1 << 12;
const PIECE = 1 << 20;

/** Bits a number of each type takes; types that no weights come in are missing. */
const BITS: Readonly<Record<number, number>> = { 1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8 };

export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Bytes that a tensor's numbers take; undefined for types that no weights come in. */
export function bytesOf({ type, dims }: Pick<StoredTensor, 'type' | 'dims'>): number | undefined {
  const bits = BITS[type];
  return bits === undefined ? undefined : Math.ceil((elementCount(dims) * bits) / 8);
}

/** Throws a RangeError where the message is broken. */
export async function readStoredTensor(source: ProtobufFile, start: number, end: number): Promise<StoredTensor> {
  let [name, type, typed, isExternal] = ['', 0, 0, false];
  let raw: ByteRange | undefined;
  const dims: number[] = [];
  const entries = new Map<string, string>();
  for await (const field of source.fields(start, end)) {
    const short = () => {
      if (field.end - field.start > LONGEST_TEXT) throw new RangeError(`a name or a shape of ${field.end - field.start} bytes`);
      return source.bytes(field.start, field.end);
    };
    switch (field.number) {
      case FIELD.dims:
        dims.push(...(field.packed ? packed(await short()) : [field.value]));
        break;
      case FIELD.type:
        type = field.value;
        break;
      case FIELD.name:
        name = new TextDecoder().decode(await short());
        break;
      case FIELD.raw:
        raw = [field.start, field.end];
        break;
      case FIELD.floats:
        typed += (field.end - field.start) / 4;
        break;
      case FIELD.doubles:
        typed += (field.end - field.start) / 8;
        break;
      case FIELD.int32:
      case FIELD.int64:
      case FIELD.uint64:
        typed += field.packed ? await countPacked(source, field.start, field.end) : 1;
        break;
      case FIELD.strings:
        typed = NaN;
        break;
      case FIELD.external: {
        const { key, value } = onnx.StringStringEntryProto.decode(await short());
        entries.set(key, value);
        break;
      }
      case FIELD.location:
        isExternal = field.value === EXTERNAL;
    }
  }
  const external = isExternal || entries.size > 0 ? externalData(entries) : undefined;
  return { name, type, dims, message: [start, end], raw, typed, external };
}

function externalData(entries: ReadonlyMap<string, string>): ExternalData {
  const number = (key: string) => {
    const text = entries.get(key);
    return text === undefined ? undefined : /^\d+$/.test(text) ? Number(text) : NaN;
  };
  return { location: entries.get('location') ?? '', offset: number('offset') ?? 0, length: number('length') };
}

/** The numbers of a packed field. */
function* packed(bytes: Uint8Array): Generator<number> {
  let [value, shift] = [0, 0];
  for (const byte of bytes) {
    value += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte >= 128) continue;
    yield value;
    [value, shift] = [0, 0];
  }
}

/** How many numbers a packed field holds: bytes that end one. */
async function countPacked(source: ProtobufFile, start: number, end: number): Promise<number> {
  let count = 0;
  for (let at = start; at < end; at += PIECE) {
    for (const byte of await source.bytes(at, Math.min(end, at + PIECE))) if (byte < 128) count++;
  }
  return count;
}
