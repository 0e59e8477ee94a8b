import { StepscopeError } from '../../core/result.ts';
import { missingTensor, type Checkpoint } from './safetensors.ts';

/** A run of rows of a stored matrix. */
export interface RowRange {
  readonly tensor: string;
  readonly from: number;
  readonly rows: number;
}

/**
 * A weight [rows, columns], row-major, put together from rows of stored tensors: fused projections are joined, split and
 * reordered without ever being in memory as a whole.
 */
export interface Matrix {
  readonly columns: number;
  readonly parts: readonly RowRange[];
}

export function wholeTensor(tensor: string, rows: number, columns: number): Matrix {
  return { columns, parts: [{ tensor, from: 0, rows }] };
}

/** One matrix under the other. */
export function stack(...matrices: readonly Matrix[]): Matrix {
  return { columns: matrices[0]?.columns ?? 0, parts: matrices.flatMap((matrix) => matrix.parts) };
}

export function rowsOf(matrix: Matrix): number {
  return matrix.parts.reduce((sum, part) => sum + part.rows, 0);
}

/** Every row of every tensor is used, and has the length that the config says; throws `model-invalid` with both shapes. */
function checkShapes({ tensors, source }: Checkpoint, { columns, parts }: Matrix): void {
  const used = new Map<string, number>();
  for (const { tensor, rows } of parts) used.set(tensor, (used.get(tensor) ?? 0) + rows);
  for (const [tensor, rows] of used) {
    const shape = tensors.get(tensor)?.shape;
    if (shape === undefined) throw missingTensor(source, tensor);
    const expected = columns === 1 ? [rows] : [rows, columns];
    if (shape.join() !== expected.join()) {
      throw new StepscopeError('model-invalid', `${source}: ${tensor} has shape [${shape.join(', ')}], by config.json it has [${expected.join(', ')}]: the two are of different models.`);
    }
  }
}

/** Elements in memory at once: 16 MB of float32. */
const CHUNK = 4 * 2 ** 20;

/** The matrix in whole rows, a few at a time, as float32 [n, columns]. The array is only valid until the next one. */
export async function* chunksOf(checkpoint: Checkpoint, matrix: Matrix): AsyncGenerator<Float32Array> {
  checkShapes(checkpoint, matrix);
  const { columns, parts } = matrix;
  const step = Math.max(1, Math.floor(CHUNK / columns));
  for (const { tensor, from, rows } of parts) {
    for (let row = 0; row < rows; row += step) yield await checkpoint.readRows(tensor, from + row, Math.min(step, rows - row), columns);
  }
}

/** A vector put together like a matrix of one column: biases and norms. */
export async function readVector(checkpoint: Checkpoint, parts: readonly RowRange[]): Promise<Float32Array> {
  checkShapes(checkpoint, { columns: 1, parts });
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.rows, 0));
  let at = 0;
  for (const { tensor, from, rows } of parts) {
    out.set(await checkpoint.readRows(tensor, from, rows, 1), at);
    at += rows;
  }
  return out;
}
