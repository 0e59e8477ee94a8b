import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../formats/shared-data.ts';

export interface PolicyGolden {
  /** Its system turn; null without one. */
  readonly system: string | null;
  readonly question: string;
  readonly prompt: string;
  readonly input_ids: readonly number[];
  readonly greedy_ids: readonly number[];
  readonly next_token: { readonly ids: readonly number[]; readonly logits: readonly number[] };
  /** Tokens [start, end) of the question. */
  readonly question_span: readonly [number, number];
  /** Greedy continuation after `prefix_tokens` of greedy_ids, the question hidden from the last of them on. */
  readonly masked: { readonly prefix_tokens: number; readonly greedy_ids: readonly number[]; readonly greedy_text: string; readonly next_token: { readonly ids: readonly number[]; readonly logits: readonly number[] } };
  /** The greedy answer where the thinking is closed at once. */
  readonly direct: { readonly greedy_text: string };
  /** [layer][head], from the last token of prompt and prefix. */
  readonly attention_last_to_question: readonly (readonly number[])[];
  /** [layer], summed over prompt and prefix. */
  readonly gate_positive: readonly number[];
}

export interface VerifierGolden {
  readonly question: string;
  readonly previous: readonly string[];
  readonly now: string;
  readonly prompt: string;
  readonly input_ids: readonly number[];
  readonly greedy_text: string;
  readonly p_yes: number;
  readonly p_yes_direct: number;
  readonly next_token: { readonly ids: readonly number[]; readonly logits: readonly number[] };
}

/** A model that ships, converted. */
export function bundledModel(name: 'r-prm' | 'reasoner'): string {
  return path.join(repoRoot(), 'models', name);
}

/** Checkpoints and reference outputs of another library, beside the checkout. */
export function sharedModels(...parts: readonly string[]): string {
  return path.resolve(repoRoot(), '../shared/models', ...parts);
}

interface Goldens {
  readonly 'policy-goldens.json': PolicyGolden;
  readonly 'prm-goldens.json': VerifierGolden;
}

export function goldens<Name extends keyof Goldens>(name: Name): readonly Goldens[Name][] {
  return JSON.parse(readFileSync(sharedModels('goldens', name), 'utf8')) as Goldens[Name][];
}

/** A suite over the shared checkpoints; skipped by name where they are absent. */
export function describeWithSharedModels(title: string, suite: (this: Mocha.Suite) => void): void {
  if (existsSync(sharedModels('goldens'))) describe(title, suite);
  else {
    console.warn(`SKIPPED, models missing: ${sharedModels()}`);
    describe.skip(`${title} [missing: ${sharedModels()}]`, suite);
  }
}
