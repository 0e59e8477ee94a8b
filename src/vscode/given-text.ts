import { t } from '@vscode/l10n';
import type { DataSource, FirstErrorLabel, GivenScores, Maker, StepRating } from '../core/trace/given.ts';
import type { Trace } from '../core/trace/trace.ts';

/** Something that came with the data about one step. */
export interface GivenEntry {
  readonly kind: 'label' | 'prediction' | 'rating' | 'score';
  readonly source: DataSource;
  /** A few words without the source, for the end of a line: `label: first error`, `rating -1`. */
  readonly short: string;
  /** The same with its source, for example `P(Yes) 0.31 (model X, field "scores")`. */
  readonly text: string;
  /** Whether it says that the step is the first error. */
  readonly firstError: boolean;
  /** Whether it says that the step is wrong; undefined where it says neither. */
  readonly wrong: boolean | undefined;
}

/** Stands before what came with the data, whatever its colour. */
const GIVEN_GLYPH = '⚑';
/** More than this on one line hides the text beside it; the hover has all. */
const MOST_INLINE = 3;

/** Quantities that are known to say how right a step is. Of others (redundancy, a rate of successful rollouts) a low value is no error. */
const CORRECTNESS = /^(p\(yes\)|p_?yes|validity|correctness|rewards?|((step|prm)_)?scores?)$/i;

/** Who made something and where it was read, for example `human, field "label"`. */
export function sourceWords({ madeBy, maker, field, file }: DataSource): string {
  const who = madeBy === 'unknown' ? (maker ?? t('maker unknown')) : maker === undefined ? makerWord(madeBy) : `${makerWord(madeBy)} ${maker}`;
  return file === undefined ? t('{0}, field "{1}"', who, field) : t('{0}, field "{1}" of {2}', who, field, file);
}

/** Who makes labels and scores, in a word. */
export function makerWord(madeBy: Maker): string {
  switch (madeBy) {
    case 'unknown':
      return t('unknown');
    case 'human':
      return t('human');
    case 'model':
      return t('model');
    case 'rollouts':
      return t('rollouts');
    case 'program':
      return t('program');
  }
}

/** The label of the whole trace: `label: first error at step 4 (human, field "label")`; undefined where there is none. */
export function labelText({ label }: Trace): string | undefined {
  if (label === undefined) return undefined;
  return label.firstError === undefined ? t('label: no error ({0})', sourceWords(label)) : t('label: first error at step {0} ({1})', label.firstError + 1, sourceWords(label));
}

/** The few words for the end of a line: what says that a step is wrong or the first error, ratings and scores. */
export function givenInline(entries: readonly GivenEntry[]): string {
  const told = entries.filter(({ kind, firstError }) => firstError || kind === 'rating' || kind === 'score').slice(0, MOST_INLINE);
  return told.length === 0 ? '' : `${GIVEN_GLYPH} ${told.map(({ short }) => short).join(' · ')}`;
}

/** What came with the data says is wrong at a step: for Problems, one sentence a source. */
export function givenErrors(trace: Trace, threshold: number): { readonly step: number; readonly texts: readonly string[] }[] {
  const seen = new Set<string>();
  return trace.steps.flatMap(({ index }) => {
    // Of each source only the first wrong step: what comes after it builds on a broken prefix.
    const entries = givenAt(trace, index, threshold).filter(({ wrong }) => wrong === true);
    const first = entries.filter(({ source }) => !seen.has(sourceWords(source)));
    for (const { source } of first) seen.add(sourceWords(source));
    return first.length === 0 ? [] : [{ step: index, texts: first.map(({ text }) => text) }];
  });
}

/**
 * What came with the data about a step, in the order label, predictions, ratings, scores. A score is held against
 * the threshold of its file, else against `threshold` where it says how right a step is in [0, 1]; the text says which.
 */
export function givenAt({ label, given }: Trace, step: number, threshold: number): GivenEntry[] {
  return [
    ...(label === undefined ? [] : firstErrorAt('label', label, step)),
    ...(given?.predictions ?? []).flatMap((prediction) => firstErrorAt('prediction', prediction, step)),
    ...(given?.ratings ?? []).flatMap((ratings) => ratingAt(ratings.values[step], ratings)),
    ...(given?.scores ?? []).flatMap((scores) => scoreAt(scores, step, threshold)),
  ];
}

/** Nothing is said of the steps after a first error. */
function firstErrorAt(kind: 'label' | 'prediction', label: FirstErrorLabel, step: number): GivenEntry[] {
  const { firstError } = label;
  if (firstError !== undefined && step > firstError) return [];
  const wrong = step === firstError;
  const short = kind === 'label' ? (wrong ? t('label: first error') : t('label: right')) : wrong ? t('prediction: first error') : t('prediction: right');
  return [{ kind, source: label, short, text: `${short} (${sourceWords(label)})`, firstError: wrong, wrong }];
}

function ratingAt(value: StepRating | undefined, source: DataSource): GivenEntry[] {
  if (value === undefined) return [];
  const short = t('rating {0}', value);
  return [{ kind: 'rating', source, short, text: `${short} (${sourceWords(source)})`, firstError: false, wrong: value === -1 }];
}

function scoreAt(scores: GivenScores, step: number, threshold: number): GivenEntry[] {
  const value = scores.values[step];
  if (value === undefined) return [];
  const short = `${scores.quantity} ${numberText(value)}`;
  const limit = limitOf(scores, threshold);
  const against = limit === undefined ? '' : `, ${scores.threshold === undefined ? t('threshold {0} is ours', numberText(limit)) : t('threshold {0}', numberText(limit))}`;
  const text = `${short} (${sourceWords(scores)}${against})`;
  return [{ kind: 'score', source: scores, short, text, firstError: false, wrong: limit === undefined ? undefined : value < limit }];
}

function limitOf({ quantity, values, threshold }: GivenScores, ours: number): number | undefined {
  if (threshold !== undefined) return threshold;
  if (!CORRECTNESS.test(quantity)) return undefined;
  return values.every((value) => value === undefined || (value >= 0 && value <= 1)) ? ours : undefined;
}

/** Two decimals where there are more; whole numbers as they are. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
