import type { Provenance, Sample, Score, Verdict } from '../../../src/core/verifier/score.ts';
import { combineSamples } from '../../../src/core/verifier/combine.ts';
import type { StepScores } from '../../../src/vscode/annotations.ts';

/** Builders for the tests of this folder. */
export const provenance: Provenance = {
  model: 'r-prm',
  modelHash: '0123456789abcdef',
  weights: '8-bit, block 32',
  mode: 'reasoned',
  prompt: 'plain',
  k: 1,
  temperature: 0,
  topP: 1,
  maxNewTokens: 4096,
  seed: 0,
  promptVersion: '1',
  threshold: 0.5,
  date: '2026-01-02T03:04:05.000Z',
};

/** A sample that says Yes where P(Yes) is at least one half; `undefined` is a sample without a verdict. */
export function sample(pYes: number | undefined): Sample {
  const verdict = pYes === undefined ? undefined : pYes < 0.5 ? 'no' : 'yes';
  return { pYes, verdict, analysis: `says ${verdict ?? 'nothing'}`, sections: [], tokens: 7 };
}

export function score(...samples: readonly (number | undefined)[]): Score {
  return combineSamples(samples.map(sample), { ...provenance, k: samples.length });
}

/** The score of samples whose verdicts were read and whose probabilities were not. */
export function verdictsOnly(...verdicts: readonly Verdict[]): Score {
  const samples = verdicts.map((verdict): Sample => ({ ...sample(undefined), verdict, unread: 'http://h/v1 returns no log-probabilities.' }));
  return combineSamples(samples, { ...provenance, k: samples.length });
}

export function step(streams: StepScores['streams'] = {}, rest: Partial<Omit<StepScores, 'streams'>> = {}): StepScores {
  return { streams, failure: undefined, running: false, ...rest };
}
