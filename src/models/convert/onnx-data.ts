import { open } from 'node:fs/promises';
import path from 'node:path';
import { onnx } from 'onnx-proto';
import { StepscopeError } from '../../core/result.ts';

/** onnx.TensorProto.DataType */
export const TYPES = { float: 1, uint8: 2, int8: 3, int64: 7, float16: 10 } as const;
export type ElementType = keyof typeof TYPES;
const BYTES: Readonly<Record<ElementType, number>> = { float: 4, uint8: 1, int8: 1, int64: 8, float16: 2 };

/** Large initialisers start at page boundaries, so that onnxruntime can map them instead of copying. */
const ALIGNMENT = 4096;

export type TensorData = Float32Array | Uint8Array | Uint16Array;

/** Room for one tensor; its pieces are appended in order until it is full. */
export interface TensorSlot {
  append(data: TensorData): Promise<void>;
}

/**
 * The initialisers of one or more graphs over the same weights. Large ones go to one external data file, piece by piece:
 * the weights are never all in memory, and there is no 2 GB limit. Small ones are kept for the protobuf.
 */
export interface OnnxData {
  /** undefined until the tensor has been reserved. */
  tensor(name: string): onnx.ITensorProto | undefined;
  reserve(name: string, type: ElementType, shape: readonly number[]): TensorSlot;
  /** Closes the file. Returns its bytes. Can be called again. */
  close(): Promise<number>;
}

export async function createOnnxData(file: string): Promise<OnnxData> {
  const handle = await open(file, 'w');
  const tensors = new Map<string, onnx.ITensorProto>();
  let end = 0;
  let closed = false;

  const write = async (bytes: Uint8Array, position: number) => {
    // One write call may take less than it is given.
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at).catch((error: unknown) => {
        throw writeError(file, error);
      });
      at += bytesWritten;
    }
  };

  return {
    tensor: (name) => tensors.get(name),
    reserve(name, type, shape) {
      const size = shape.reduce((product, count) => product * count, 1) * BYTES[type];
      const base = { name, dims: [...shape], dataType: TYPES[type] };
      let at = 0;
      if (size < ALIGNMENT) {
        const rawData = new Uint8Array(size);
        tensors.set(name, { ...base, rawData });
        return {
          append(data) {
            rawData.set(bytesOf(data), at);
            at += data.byteLength;
            return Promise.resolve();
          },
        };
      }
      const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
      end = offset + size;
      tensors.set(name, { ...base, ...external(path.basename(file), offset, size) });
      return {
        async append(data) {
          if (at + data.byteLength > size) throw new Error(`${name} is larger than its shape`);
          await write(bytesOf(data), offset + at);
          at += data.byteLength;
        },
      };
    },
    async close() {
      if (!closed) await handle.close();
      closed = true;
      return end;
    },
  };
}

function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function writeError(file: string, error: unknown): unknown {
  const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  return full ? new StepscopeError('disk-full', `${file} cannot be written, the disk is full: free some space or convert into a folder on another disk.`) : error;
}

/** Offsets are text in the format, so that they may pass 2^31. */
function external(location: string, offset: number, length: number): Pick<onnx.ITensorProto, 'dataLocation' | 'externalData'> {
  const entries = { location, offset: String(offset), length: String(length) };
  return {
    dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
}
