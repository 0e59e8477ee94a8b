import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { StepscopeError } from '../../core/result.ts';
import type { DecoderSpec } from './architecture.ts';
import type { Checkpoint } from './safetensors.ts';
import type { WeightPlan } from './weights.ts';

/** Graph, tokenizer, configs, page alignment. */
const OTHER_FILES = 64 * 2 ** 20;

/** Bytes that a conversion writes, rounded up. */
export function outputBytes(checkpoint: Checkpoint, spec: DecoderSpec, plan: WeightPlan): number {
  let bytes = OTHER_FILES;
  for (const { name, shape } of checkpoint.tensors.values()) {
    const elements = shape.reduce((product, size) => product * size, 1);
    const bits = shape.length < 2 ? 32 : plan.bits === 4 && /embed_tokens|lm_head/.test(name) ? 8 : plan.bits;
    // Blocks may be smaller than planned, down to 16, where a matrix is narrow.
    const scales = bits < 16 ? 32 / Math.min(plan.block, 32) : 0;
    bytes += (elements * (bits + scales)) / 8;
  }
  const rotary = spec.rotary.full === spec.rotary.sliding ? [spec.rotary.full] : [spec.rotary.full, spec.rotary.sliding];
  for (const { dimensions } of rotary) bytes += spec.context * dimensions * Float32Array.BYTES_PER_ELEMENT;
  return Math.ceil(bytes);
}

/** Throws `disk-full` with both numbers where `folder`'s disk has less room than `bytes`. `folder` exists. */
export async function checkFreeSpace(folder: string, bytes: number, freeBytes: (folder: string) => Promise<number> = freeOnDisk): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= bytes) return;
  throw new StepscopeError('disk-full', `The converted model needs ${megabytes(bytes)}, ${path.resolve(folder)} has ${megabytes(free)} free: free some space or convert into a folder on another disk.`);
}

async function freeOnDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function megabytes(bytes: number): string {
  return bytes < 10e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
