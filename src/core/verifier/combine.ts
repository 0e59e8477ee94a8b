import type { ModelInfo } from '../model.ts';
import type { Summary } from './events.ts';
import { promptVersion } from './chat-prompt.ts';
import { firstErrorOf, judged } from './judge.ts';
import type { Provenance, Sample, Score } from './score.ts';
import { effectiveTemperature, type VerifierSettings } from './settings.ts';

/**
 * Soft score: mean P(Yes) over the samples that have one. Hard score: share of Yes among those with a verdict.
 * Unparsed samples are counted and left out of both; with none parsed there is no score.
 */
export function combineSamples(samples: readonly Sample[], provenance: Provenance): Score {
  const probabilities = samples.flatMap(({ pYes }) => (pYes === undefined ? [] : [pYes]));
  const bound = mean(samples.flatMap(({ pYes, pYesBound }) => (pYes === undefined ? [] : [pYesBound ?? 0])));
  const verdicts = samples.flatMap(({ verdict }) => (verdict === undefined ? [] : [verdict]));
  return {
    pYes: mean(probabilities),
    ...(bound === undefined || bound === 0 ? {} : { pYesBound: bound }),
    hard: mean(verdicts.map((verdict) => (verdict === 'yes' ? 1 : 0))),
    spread: standardDeviation(probabilities),
    samples,
    unparsed: samples.length - probabilities.length,
    provenance,
  };
}

/** `date` is ISO 8601. */
export function provenanceOf(model: ModelInfo, settings: VerifierSettings, date: string): Provenance {
  return {
    model: model.name,
    modelHash: model.hash,
    weights: model.weights,
    mode: settings.mode,
    k: settings.mode === 'direct' ? 1 : settings.k,
    temperature: effectiveTemperature(settings),
    topP: effectiveTemperature(settings) === 0 ? 1 : settings.topP,
    maxNewTokens: settings.maxNewTokens,
    seed: settings.seed,
    prompt: settings.prompt,
    promptVersion: promptVersion(settings.prompt),
    ...(settings.prompt === 'chat' && model.template !== undefined ? { template: model.template } : {}),
    threshold: settings.threshold,
    date,
  };
}

/**
 * Solution-level numbers (for ranking; R-PRM does not state which it used, so all are given). An aggregate over all steps is
 * undefined while a step has no P(Yes). The first error is the first step that is judged wrong.
 */
export function summarize(scores: readonly (Score | undefined)[], threshold: number, seconds: number, tokens: number): Summary {
  const values = scores.map((score) => score?.pYes);
  const known = values.flatMap((value) => (value === undefined ? [] : [value]));
  const all = known.length === values.length && values.length > 0;
  return {
    firstError: firstErrorOf(scores, threshold),
    min: all ? Math.min(...known) : undefined,
    mean: all ? mean(known) : undefined,
    product: all ? known.reduce((product, value) => product * value, 1) : undefined,
    last: values.at(-1),
    scored: scores.filter((score) => judged(score) !== undefined).length,
    steps: values.length,
    seconds,
    tokens,
  };
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardDeviation(values: readonly number[]): number | undefined {
  const centre = mean(values);
  if (centre === undefined || values.length < 2) return undefined;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
