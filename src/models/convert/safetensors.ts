import { open, type FileHandle } from 'node:fs/promises';
import { isRecord } from '../../core/is-record.ts';
import { StepscopeError } from '../../core/result.ts';

export type SafetensorsType = 'F32' | 'F16' | 'BF16';

export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte offsets into the file. */
  readonly start: number;
  readonly end: number;
}

/** An open checkpoint. Tensors are read in pieces, as float32. */
export interface Checkpoint {
  /** Names the folder or file in messages. */
  readonly source: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Row-major float32 values. Throws `model-invalid` for a missing tensor or an unsupported type. */
  read(name: string): Promise<Float32Array>;
  /** `rows` rows of `columns` elements each, from row `from` on. Throws as `read` does. */
  readRows(name: string, from: number, rows: number, columns: number): Promise<Float32Array>;
  close(): Promise<void>;
}

const BYTES: Readonly<Record<SafetensorsType, number>> = { F32: 4, F16: 2, BF16: 2 };
/** The format's own limit on the JSON header. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Opens a `.safetensors` file: 8 bytes little-endian header length, JSON header, raw data.
 * Format: https://huggingface.co/docs/safetensors. Throws StepscopeError `model-missing` or `model-invalid`.
 */
export async function openSafetensors(file: string): Promise<Checkpoint> {
  const handle = await openFile(file);
  try {
    const tensors = await readHeader(handle, file);
    const entryOf = (name: string) => {
      const entry = tensors.get(name);
      if (entry === undefined) throw missingTensor(file, name);
      return entry;
    };
    return {
      source: file,
      tensors,
      read: async (name) => {
        const entry = entryOf(name);
        return readElements(handle, file, entry, 0, entry.shape.reduce((product, size) => product * size, 1));
      },
      readRows: async (name, from, rows, columns) => readElements(handle, file, entryOf(name), from * columns, rows * columns),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export function missingTensor(source: string, name: string): StepscopeError {
  return new StepscopeError('model-invalid', `${source} has no tensor ${name}: it does not fit its config.json.`);
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch {
    throw new StepscopeError('model-missing', `${file} cannot be opened: point to a folder that holds model.safetensors.`);
  }
}

async function readHeader(handle: FileHandle, file: string): Promise<Map<string, TensorEntry>> {
  const { size } = await handle.stat();
  const invalid = (what: string) => new StepscopeError('model-invalid', `${file} is no valid safetensors file (${what}): download it again.`);
  const prefix = Buffer.alloc(8);
  if (size < 8 || (await handle.read(prefix, 0, 8, 0)).bytesRead < 8) throw invalid('shorter than its header');
  const length = Number(prefix.readBigUInt64LE(0));
  if (length > MAX_HEADER_BYTES || 8 + length > size) throw invalid('the header is cut off');
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, 8);
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalid('the header is not JSON');
  }
  if (!isRecord(header)) throw invalid('the header is not an object');
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = tensorEntry(name, value, 8 + length);
    if (entry === undefined) throw invalid(`the entry of ${name} is malformed`);
    if (entry.end > size) throw invalid(`${name} ends at byte ${entry.end} of ${size}`);
    tensors.set(name, entry);
  }
  return tensors;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
}

function tensorEntry(name: string, value: unknown, base: number): TensorEntry | undefined {
  if (!isRecord(value)) return undefined;
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) return undefined;
  const [from, to] = offsets as [number, number];
  const count = shape.reduce((product, size) => product * size, 1);
  const width = dtype in BYTES ? BYTES[dtype as SafetensorsType] : undefined;
  if (to < from || (width !== undefined && to - from !== count * width)) return undefined;
  return { name, dtype, shape, start: base + from, end: base + to };
}

async function readElements(handle: FileHandle, file: string, entry: TensorEntry, from: number, count: number): Promise<Float32Array> {
  if (!(entry.dtype in BYTES)) throw new StepscopeError('model-invalid', `${file}: ${entry.name} has type ${entry.dtype}; F32, F16 and BF16 can be converted.`);
  const width = BYTES[entry.dtype as SafetensorsType];
  const bytes = new Uint8Array(count * width);
  const start = entry.start + from * width;
  if (start + bytes.length > entry.end) throw new StepscopeError('model-invalid', `${file}: tensor ${entry.name} is smaller than its config.json says.`);
  // One read call may return less than asked for.
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) throw new StepscopeError('model-invalid', `${file} ends inside tensor ${entry.name}: download it again.`);
    at += bytesRead;
  }
  return toFloat32(bytes, entry.dtype as SafetensorsType);
}

function toFloat32(bytes: Uint8Array, type: SafetensorsType): Float32Array {
  if (type === 'F32') return new Float32Array(bytes.buffer);
  const halves = new Uint16Array(bytes.buffer);
  const out = new Float32Array(halves.length);
  if (type === 'F16') {
    const table = halfTable();
    for (let i = 0; i < halves.length; i++) out[i] = table[halves[i] ?? 0] ?? 0;
  } else {
    const bits = new Uint32Array(out.buffer);
    for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] ?? 0) << 16;
  }
  return out;
}

let halves: Float32Array | undefined;

/** All 65,536 values of binary16: looking one up is an order of magnitude faster than computing it. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 0x10000 }, (_, half) => halfToFloat(half));
  return halves;
}

/** IEEE 754 binary16 to number. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const mantissa = half & 1023;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
