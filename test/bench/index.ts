/** npm run bench [-- NAME [FOLDERS]]: measurements, printed as ratios of one run. They assert nothing. */
import process from 'node:process';
import { benchForwardPasses } from './forward-passes.ts';
import { benchPeers } from './peers.ts';
import { benchQuantization } from './quantization.ts';
import { benchVerifyStep } from './verify-step.ts';

const BENCHES: Readonly<Record<string, () => Promise<void>>> = { 'verify-step': benchVerifyStep, peers: benchPeers, quantization: benchQuantization, 'forward-passes': benchForwardPasses };

async function main(name: string): Promise<void> {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`There is no bench "${name}": use one of ${Object.keys(BENCHES).join(', ')}.`);
  await bench();
}

main(process.argv[2] ?? 'verify-step').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
