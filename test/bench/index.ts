/**
 * npm run bench [-- NAME [FOLDERS]]: measurements, printed as ratios of one run. They assert nothing.
 * npm run bench -- gguf DIR FILE [f16]: writes a checkpoint as GGUF (else q8_0), for comparison with llama.cpp.
 */
import process from 'node:process';
import { convertToGguf } from './gguf.ts';
import { benchBias } from './bias.ts';
import { benchDataset } from './dataset.ts';
import { benchEval } from './eval.ts';
import { benchForwardPasses } from './forward-passes.ts';
import { benchPeers, measurePeer } from './peers.ts';
import { benchQuantization } from './quantization.ts';
import { benchSearch, benchSearchSpeed } from './search.ts';
import { benchStart } from './start.ts';
import { benchVerifyStep } from './verify-step.ts';

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  all: benchAll,
  'verify-step': benchVerifyStep,
  start: benchStart,
  quantization: benchQuantization,
  'forward-passes': benchForwardPasses,
  gguf: writeGguf,
  dataset: benchDataset,
  eval: benchEval,
  bias: benchBias,
  peers: benchPeers,
  peer: measurePeer,
  search: benchSearch,
  'search-speed': benchSearchSpeed,
};

/** The engine by itself, then against its peers. */
async function benchAll(): Promise<void> {
  await benchVerifyStep();
  await benchPeers();
}

async function writeGguf(): Promise<void> {
  const [folder, file, type] = process.argv.slice(3);
  if (folder === undefined || file === undefined) throw new Error('gguf takes a model folder and a file to write.');
  await convertToGguf(folder, file, type === 'f16' ? 'f16' : 'q8_0');
}

async function main(name: string): Promise<void> {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`There is no bench "${name}": use one of ${Object.keys(BENCHES).join(', ')}.`);
  await bench();
}

main(process.argv[2] ?? 'all').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
