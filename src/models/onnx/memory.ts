import os from 'node:os';
import process from 'node:process';
import { StepscopeError } from '../../core/result.ts';
import { FOREIGN_GRAPH, type ModelManifest } from '../manifest.ts';
import type { SchedulerLimits } from './scheduler.ts';

/** Weights are packed again for the processor while the file is still mapped. */
const WEIGHT_FACTOR = 2;
/** onnxruntime, Node and the tokenizer. */
const FIXED_BYTES = 150e6;
/** Analyses seldom get longer than this; a longer one only makes its cache grow. */
const TYPICAL_TOKENS = 300;

/** Bytes that a loaded model takes while it works on full batches: an estimate on the high side. */
export function estimateMemory(manifest: ModelManifest, limits: SchedulerLimits): number {
  const weights = Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0);
  const position = 2 * manifest.layers * manifest.kvHeads * manifest.headDim * Float32Array.BYTES_PER_ELEMENT;
  const cache = (limits.trunk + limits.rows * TYPICAL_TOKENS) * position;
  return WEIGHT_FACTOR * weights + cache + FIXED_BYTES;
}

/** Memory that a process could still take, in bytes. */
export function availableMemory(): number {
  return 'availableMemory' in process ? process.availableMemory() : os.freemem();
}

/** Refuses a model that does not fit, with both numbers and a smaller way, before anything is loaded. Throws `model-too-large`. */
export function checkMemory(folder: string, manifest: ModelManifest, limits: SchedulerLimits, available: number): void {
  const needed = estimateMemory(manifest, limits);
  if (needed <= available) return;
  const fourBits = manifest.graph === FOREIGN_GRAPH ? 'use a 4-bit graph of it (model_q4.onnx)' : 'convert it with --bits 4';
  const smaller = `${manifest.weights.startsWith('4-bit') ? '' : `${fourBits}, or `}use a smaller model or a server`;
  throw new StepscopeError('model-too-large', `${folder} needs about ${gigabytes(needed)} of memory and ${gigabytes(available)} are free: ${smaller}.`);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
