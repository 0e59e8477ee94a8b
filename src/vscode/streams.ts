import { createHash } from 'node:crypto';
import { scoreKey } from '../core/verifier/key.ts';
import type { VerifierSettings } from '../core/verifier/settings.ts';
import { identityOf, type ModelHashes } from './known-verifiers.ts';

/**
 * A step can be scored in three ways that never mix: one greedy analysis, several sampled ones,
 * and the one-pass reading without an analysis. In the order in which they are preferred when
 * they hold equally many samples.
 */
export const STREAMS = ['greedy', 'sampled', 'direct'] as const;
export type Stream = (typeof STREAMS)[number];

/** One key a stream, for one step: the SHA-256 (hex) of everything that decides its samples. */
export type StepKeys = Readonly<Record<Stream, string>>;

/** The stream that a run with these settings fills. */
export function streamOf(settings: Pick<VerifierSettings, 'mode' | 'k'>): Stream {
  if (settings.mode === 'direct') return 'direct';
  return settings.k > 1 ? 'sampled' : 'greedy';
}

/** The settings under which a stream's samples are made, whatever K the user asks for at the moment. */
export function streamSettings(settings: VerifierSettings, stream: Stream): VerifierSettings {
  switch (stream) {
    case 'greedy':
      return { ...settings, mode: 'reasoned', k: 1 };
    case 'sampled':
      return { ...settings, mode: 'reasoned', k: Math.max(2, settings.k) };
    case 'direct':
      return { ...settings, mode: 'direct', k: 1 };
  }
}

/** What the keys of one step are made from. */
export interface KeyedStep {
  readonly problem: string;
  readonly steps: readonly string[];
  readonly step: number;
}

/** Returns the key of one step in one stream. */
export function streamKey(at: KeyedStep, hashes: ModelHashes, settings: VerifierSettings, stream: Stream): string {
  const used = streamSettings(settings, stream);
  return sha256(scoreKey(at.problem, at.steps, at.step, identityOf(hashes, used.mode), used));
}

/** Returns the keys of one step in each of the streams. */
export function stepKeys(at: KeyedStep, hashes: ModelHashes, settings: VerifierSettings): StepKeys {
  const key = (stream: Stream): string => streamKey(at, hashes, settings, stream);
  return { greedy: key('greedy'), sampled: key('sampled'), direct: key('direct') };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
