import process from 'node:process';
import { convertModel } from '../models/convert/convert.ts';
import type { WeightPlan } from '../models/convert/weights.ts';
import { readArguments, readChoice, readNumber, UsageError } from './usage.ts';

/** `stepscope convert DIR OUT`: returns the exit code. */
export async function convertCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = readArguments(args, { bits: { type: 'string' }, block: { type: 'string' } });
  const [source, target, ...more] = positionals;
  if (source === undefined || target === undefined || more.length > 0) throw new UsageError('convert takes two folders: stepscope convert DIR OUT.');
  const plan: WeightPlan = {
    bits: Number(readChoice('bits', values.bits, ['8', '4', '16', '32'])) as WeightPlan['bits'],
    block: readNumber('block', values.block, 64, { min: 16, max: 256, integer: true }),
  };
  if (!Number.isInteger(Math.log2(plan.block))) throw new UsageError(`--block ${plan.block} is no power of two.`);
  const manifest = await convertModel(source, target, plan, ({ done, total, tensor }) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done}/${total} ${tensor}`);
  }, signal);
  const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${target}: ${(manifest.parameters / 1e6).toFixed(1)}M parameters, ${manifest.weights}, ${(bytes / 1e6).toFixed(1)} MB\n`);
  return 0;
}
