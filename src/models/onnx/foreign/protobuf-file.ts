import type { FileHandle } from 'node:fs/promises';

/** Bytes [start, end) of a file. */
export type ByteRange = readonly [start: number, end: number];

/** A field of a protobuf message in a file. */
export interface ProtobufField {
  readonly number: number;
  /** Whether it is length-delimited. */
  readonly packed: boolean;
  /** Of a number field. */
  readonly value: number;
  /** Byte range of a length-delimited field; empty for a number. */
  readonly start: number;
  readonly end: number;
}

const WINDOW = 1 << 16;

/**
 * Reads a protobuf file field by field, so that a graph with gigabytes of weights inside is understood without reading them.
 * Every method throws a RangeError where the file ends inside a field: it was cut off, or is something else.
 */
export interface ProtobufFile {
  readonly size: number;
  fields(start: number, end: number): AsyncGenerator<ProtobufField>;
  bytes(start: number, end: number): Promise<Uint8Array>;
}

export async function protobufFile(handle: FileHandle): Promise<ProtobufFile> {
  const { size } = await handle.stat();
  let window: Uint8Array = new Uint8Array(0);
  let windowStart = 0;

  async function bytes(start: number, end: number): Promise<Uint8Array> {
    if (end > size || end < start) throw new RangeError(`byte ${end} of ${size}`);
    const out = new Uint8Array(end - start);
    const { bytesRead } = await handle.read(out, 0, out.length, start);
    if (bytesRead < out.length) throw new RangeError(`byte ${start + bytesRead} of ${size}`);
    return out;
  }

  async function byteAt(position: number): Promise<number> {
    if (position < windowStart || position >= windowStart + window.length) {
      window = await bytes(position, Math.min(size, position + WINDOW));
      windowStart = position;
    }
    const byte = window[position - windowStart];
    if (byte === undefined) throw new RangeError(`byte ${position} of ${size}`);
    return byte;
  }

  /** Value, and the position after it. Numbers beyond 2^53 lose their last bits, which nothing here needs. */
  async function varint(position: number): Promise<readonly [number, number]> {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = await byteAt(position + i);
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return [value, position + i + 1];
    }
    throw new RangeError(`no number at byte ${position}`);
  }

  async function* fields(start: number, end: number): AsyncGenerator<ProtobufField> {
    for (let at = start; at < end; ) {
      const [tag, afterTag] = await varint(at);
      const number = Math.floor(tag / 8);
      if (number === 0) throw new RangeError(`no field at byte ${at}`);
      switch (tag % 8) {
        case 0: {
          const [value, after] = await varint(afterTag);
          yield { number, packed: false, value, start: after, end: after };
          at = after;
          break;
        }
        case 1:
        case 5:
          at = afterTag + (tag % 8 === 1 ? 8 : 4);
          break;
        case 2: {
          const [length, from] = await varint(afterTag);
          if (from + length > end) throw new RangeError(`byte ${from + length} of ${end}`);
          yield { number, packed: true, value: 0, start: from, end: from + length };
          at = from + length;
          break;
        }
        default:
          throw new RangeError(`no field at byte ${at}`);
      }
      if (at > end) throw new RangeError(`byte ${at} of ${end}`);
    }
  }

  return { size, fields, bytes };
}
