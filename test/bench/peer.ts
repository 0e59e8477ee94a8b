import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { verifierPrompt } from '../../src/core/verifier/prompt.ts';

/** An engine under measurement, in a process of its own. All rates are tokens a second. */
export interface Peer {
  /** What runs, and on how many threads. */
  readonly name: string;
  prefill(prompt: string): Promise<number>;
  /** `rows` samples of one prompt, `tokens` each, after the prompt was read. */
  decode(prompt: string, rows: number, tokens: number): Promise<number>;
  /** Writes SAMPLES analyses of every step, each up to its verdict. Returns the tokens written. */
  job(traces: readonly (readonly string[])[]): Promise<number>;
  close(): Promise<void>;
}

/** How everybody samples: R-PRM's published setting. */
export const SAMPLING = { temperature: 0.95, topP: 0.95 } as const;
export const SAMPLES = 4;
/** Longest analysis in tokens; the bundled verifier ends on its own before. */
export const LIMIT = 400;

export const CHECKPOINT = path.resolve('../shared/models/r-prm');
const DATA = path.resolve('../shared/data/synthetic/step-errors.jsonl');

/** The verifier's prompts for all steps of the first traces. */
export function readJob(traces: number): string[][] {
  if (!existsSync(CHECKPOINT) || !existsSync(DATA)) throw new Error(`This bench needs ${CHECKPOINT} and ${DATA}.`);
  const rows = readFileSync(DATA, 'utf8').trim().split('\n').slice(0, traces);
  return rows.map((line) => {
    const { problem, steps } = JSON.parse(line) as { problem: string; steps: string[] };
    return steps.map((_, step) => verifierPrompt(problem, steps, step, 'reasoned'));
  });
}

export function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
