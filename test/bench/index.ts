/**
 * npm run bench [-- NAME]: measurements, printed as ratios of one run. They assert nothing.
 * npm run bench -- gguf DIR FILE [f16]: writes a Hugging Face folder as GGUF, for comparison with llama.cpp (else q8_0).
 */
import process from 'node:process';
import { convertToGguf } from './gguf.ts';
import { benchQuantization } from './quantization.ts';
import { benchVerifyStep } from './verify-step.ts';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { 'verify-step': benchVerifyStep, quantization: benchQuantization, gguf: writeGguf };

async function writeGguf([folder, file, type]: readonly string[]): Promise<void> {
  if (folder === undefined || file === undefined) throw new Error('gguf takes a model folder and a file to write.');
  await convertToGguf(folder, file, type === 'f16' ? 'f16' : 'q8_0');
}

async function main(name: string, args: readonly string[]): Promise<void> {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`There is no bench "${name}": use one of ${Object.keys(BENCHES).join(', ')}.`);
  await bench(args);
}

main(process.argv[2] ?? 'verify-step', process.argv.slice(3)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
