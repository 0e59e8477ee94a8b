/**
 * npm run bench -- forward-passes DIR DIR:inspect ...: decode and prefill of converted models in interleaved rounds, as
 * ratios to the first; with :inspect the inspection graph of the folder.
 */
import process from 'node:process';
import { readManifest } from '../../src/models/manifest.ts';
import { HIDDEN, masks, type ForwardInput } from '../../src/models/onnx/masks.ts';
import { openInspectSession } from '../../src/models/onnx/inspect-session.ts';
import { interveningSession } from '../../src/models/onnx/intervening-session.ts';
import { openSession, type DecoderSession } from '../../src/models/onnx/session.ts';
import { median } from './median.ts';

const ROUNDS = 9;
const CONTEXT = 300;
const STEPS = 40;
const PROMPT = 256;

interface Candidate {
  readonly folder: string;
  readonly session: DecoderSession;
  readonly load: number;
  /** Milliseconds by round. */
  readonly times: Record<Measure, number[]>;
}
type Measure = 'decode 1' | 'decode 8' | 'prefill 256';

/** One decode step of `rows` samples over a trunk of CONTEXT positions. */
function decodeInput({ width, manifest }: DecoderSession, rows: number): ForwardInput {
  const arrays = () => Array.from({ length: manifest.layers }, () => new Float32Array(CONTEXT * width).fill(0.1));
  const self = new Float32Array(rows * rows).fill(HIDDEN);
  for (let row = 0; row < rows; row++) self[row * rows + row] = 0;
  const ids = Array.from({ length: rows }, (_, row) => 5 + row);
  return {
    ids,
    positions: ids.map(() => CONTEXT),
    trunk: { keys: arrays(), values: arrays(), length: CONTEXT },
    own: undefined,
    maskTrunk: masks.open,
    maskOwn: masks.closed,
    maskSelf: self,
    logitRows: ids.map((_, row) => row),
  };
}

function prefillInput(): ForwardInput {
  const ids = Array.from({ length: PROMPT }, (_, i) => 5 + i);
  const self = new Float32Array(PROMPT * PROMPT).fill(HIDDEN);
  for (let row = 0; row < PROMPT; row++) self.fill(0, row * PROMPT, row * PROMPT + row + 1);
  return { ids, positions: ids.map((_, i) => i), trunk: { keys: [], values: [], length: 0 }, own: undefined, maskTrunk: masks.closed, maskOwn: masks.closed, maskSelf: self, logitRows: [PROMPT - 1] };
}

async function open(name: string): Promise<DecoderSession> {
  const [folder = '', kind] = name.split(':');
  const manifest = await readManifest(folder);
  return kind === 'inspect' ? interveningSession(await openInspectSession(folder, manifest, { threads: 2 }), {}) : openSession(folder, manifest, { threads: 2 });
}

async function time(session: DecoderSession, input: ForwardInput, steps: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const started = performance.now();
    await session.forward(input);
    times.push(performance.now() - started);
  }
  return median(times);
}


export async function benchForwardPasses(): Promise<void> {
  const candidates: Candidate[] = [];
  for (const folder of process.argv.slice(3)) {
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const session = await open(folder);
    const load = performance.now() - started;
    await session.forward(prefillInput());
    console.log(`${folder}: loaded in ${load.toFixed(0)} ms, ${((process.memoryUsage().rss - before) / 2 ** 20).toFixed(0)} MB more after a prefill`);
    candidates.push({ folder, session, load, times: { 'decode 1': [], 'decode 8': [], 'prefill 256': [] } });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { session, times } of candidates) {
      times['decode 1'].push(await time(session, decodeInput(session, 1), STEPS));
      times['decode 8'].push(await time(session, decodeInput(session, 8), STEPS / 4));
      times['prefill 256'].push(await time(session, prefillInput(), 1));
    }
  }
  const [first] = candidates;
  for (const { folder, session, times } of candidates) {
    const cells = (Object.keys(times) as Measure[]).map((measure) => {
      const ratio = median(times[measure].map((value, round) => value / (first?.times[measure][round] ?? NaN)));
      return `${measure} ${median(times[measure]).toFixed(2)} ms (${ratio.toFixed(3)}x)`;
    });
    console.log(`${folder}: ${cells.join(', ')}`);
    await session.release();
  }
}
