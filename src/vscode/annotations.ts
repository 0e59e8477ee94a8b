import { firstErrorOf, isUnder, judged } from '../core/verifier/judge.ts';
import type { Score } from '../core/verifier/score.ts';
import { SETTING_LIMITS } from './manifest.ts';
import { STREAMS, type Stream } from './streams.ts';

export interface ShownScore {
  readonly stream: Stream;
  readonly score: Score;
}

/** What is known of one step before anything is decided about how to show it. */
export interface StepScores {
  readonly streams: Readonly<Partial<Record<Stream, Score>>>;
  /** A score that came with the file; shown where there is none of the verifier that is set. */
  readonly recorded?: ShownScore | undefined;
  /** Why the step could not be scored, in a sentence. */
  readonly failure: string | undefined;
  readonly running: boolean;
}

/**
 * `uncertain` wins over `correct` and `error`: the samples disagree, or the score is too close to
 * the threshold to be believed. A step whose samples have verdicts and no P(Yes) is judged by its hard score.
 */
export type StepState = 'unscored' | 'running' | 'failed' | 'noVerdict' | 'correct' | 'error' | 'uncertain';

export interface StepAnnotation {
  /** 0-based. */
  readonly index: number;
  readonly state: StepState;
  /** The score that is shown: the one with the most samples. */
  readonly score: Score | undefined;
  readonly stream: Stream | undefined;
  /** Scores of the same step made in another way. */
  readonly others: readonly ShownScore[];
  /** The score came with the file and was not made here. */
  readonly recorded: boolean;
  readonly failure: string | undefined;
  /** Judged under the threshold (strict), and no step before it is. */
  readonly firstError: boolean;
  /** Comes after the first error, so the verifier read a broken prefix. */
  readonly brokenPrefix: boolean;
  /** Worth a look: judged under the threshold, or the samples disagree. */
  readonly suspicious: boolean;
  /** The data set's own label says that this is the first error. */
  readonly labelled: boolean;
}

export interface TraceAnnotations {
  readonly steps: readonly StepAnnotation[];
  /** 0-based; undefined where no scored step is under the threshold. */
  readonly firstError: number | undefined;
  readonly threshold: number;
  /** Steps with a score, of all steps. */
  readonly scored: number;
}

/** Half the width of the band around the threshold in which a score counts as uncertain. */
export const UNCERTAIN_BAND = 0.15;

/**
 * Decides what to show at each step.
 * `labelFirstError` is the 0-based step that the data set names, where it names one.
 */
export function annotate(
  scores: readonly StepScores[],
  threshold: number,
  labelFirstError: number | undefined,
): TraceAnnotations {
  const shown = scores.map((step) => mostSamples(step));
  const firstError = firstErrorOf(shown.map((best) => best?.score), threshold);
  const steps = scores.map((step, index): StepAnnotation => {
    const best = shown[index];
    return {
      index,
      state: stateOf(step, best?.score, threshold),
      score: best?.score,
      stream: best?.stream,
      others: STREAMS.flatMap((stream) => {
        const score = step.streams[stream];
        return score === undefined || stream === best?.stream ? [] : [{ stream, score }];
      }),
      recorded: best !== undefined && best === step.recorded,
      failure: step.failure,
      firstError: index === firstError,
      brokenPrefix: firstError !== undefined && index > firstError,
      suspicious: isUnder(best?.score, threshold) || (best !== undefined && disagree(best.score)),
      labelled: index === labelFirstError,
    };
  });
  return { steps, firstError, threshold, scored: shown.filter((best) => best !== undefined).length };
}

/** The stream with the most samples, between equals the first in the order of STREAMS; else what came with the file. */
function mostSamples(step: StepScores): ShownScore | undefined {
  let best: ShownScore | undefined;
  for (const stream of STREAMS) {
    const score = step.streams[stream];
    if (score !== undefined && score.samples.length > (best?.score.samples.length ?? 0)) best = { stream, score };
  }
  return best ?? step.recorded;
}

function stateOf(step: StepScores, score: Score | undefined, threshold: number): StepState {
  if (score === undefined) {
    if (step.running) return 'running';
    return step.failure === undefined ? 'unscored' : 'failed';
  }
  if (judged(score) === undefined) return 'noVerdict';
  const band = Math.max(UNCERTAIN_BAND, score.pYesBound ?? 0);
  if (disagree(score) || (score.pYes !== undefined && Math.abs(score.pYes - threshold) <= band + 1e-9)) return 'uncertain';
  return isUnder(score, threshold) ? 'error' : 'correct';
}

/** The sentences that say why P(Yes) could not be read, each once. */
export function unreadReasons(score: Score): string[] {
  return [...new Set(score.samples.flatMap(({ unread }) => unread ?? []))];
}

/** Whether some samples end with Yes and others with No. */
export function disagree(score: Score): boolean {
  return score.hard !== undefined && score.hard > 0 && score.hard < 1;
}

/** The most samples that one step can be given. */
export const MAX_SAMPLES = SETTING_LIMITS.samples[1];

/** How many samples the next request for more asks for: 4, then twice as many each time. */
export function nextSampleCount(annotation: StepAnnotation): number {
  const sampled = annotation.stream === 'sampled' ? annotation.score : annotation.others.find(({ stream }) => stream === 'sampled')?.score;
  let count = 4;
  while (count <= (sampled?.samples.length ?? 0)) count *= 2;
  return count;
}
