import { t } from '@vscode/l10n';
import { hardText, isVerdictOnly } from '../core/verifier/judge.ts';
import type { Score } from '../core/verifier/score.ts';
import { disagree, type StepAnnotation, type StepState, type TraceAnnotations } from './annotations.ts';
import type { Stream } from './streams.ts';

/** One glyph a state. Never the only sign: a number or a word stands beside it. */
export const GLYPHS: Readonly<Record<StepState, string>> = {
  unscored: '',
  running: '…',
  failed: '!',
  noVerdict: '–',
  correct: '✓',
  error: '✗',
  uncertain: '?',
};

/** Two decimals, with the sign kept out: probabilities only. */
export function probability(value: number): string {
  return value.toFixed(2);
}

/** Gives a text with `{0}`, `{1}`, … in place of values: `t` in the editor's language, `english` in English. */
export type Translate = (text: string, ...values: (string | number)[]) => string;

/** For what stays English in every language: the log, and the report of *Doctor*. Both are read by whoever gets a bug report. */
export const english: Translate = (text, ...values) => text.replace(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place));

/** A number of things. `noun` is a text as it is: scripts/l10n.mjs makes the keys of both forms of it. */
export function count(number: number, noun: string, translate: Translate = t): string {
  return translate(number === 1 ? `{0} ${noun}` : `{0} ${noun}s`, number);
}

/** For example `✗ 0.12 ±0.08 (K=4)`, `– no verdict`; empty for a step without a score. */
export function scoreText(annotation: StepAnnotation): string {
  const text = bareScore(annotation);
  const notes = annotation.score === undefined ? [] : [...details(annotation.score, annotation.stream), ...(annotation.recorded ? [t('recorded')] : [])];
  return notes.length === 0 ? text : `${text} (${notes.join(', ')})`;
}

/** Glyph, number and spread. */
function bareScore({ state, score }: StepAnnotation): string {
  const glyph = GLYPHS[state];
  const spread = score?.spread === undefined ? '' : ` ±${probability(score.spread)}`;
  switch (state) {
    case 'unscored':
      return '';
    case 'running':
      return `${glyph} ${t('scoring')}`;
    case 'failed':
      return `${glyph} ${t('not scored')}`;
    case 'noVerdict':
      return `${glyph} ${t('no verdict')}`;
    case 'correct':
    case 'error':
    case 'uncertain':
      return score === undefined ? glyph : isVerdictOnly(score) ? `${glyph} ${hardScore(score)}` : `${glyph} ${probability(score.pYes ?? NaN)}${spread}`;
  }
}

/** The hard score of a step that has no probability: `Yes`, `No`, or the share of samples that end with Yes. */
export function hardScore(score: Score): string {
  return score.hard === 1 || score.hard === 0 ? hardText(score, probability) : t('hard {0}', probability(score.hard ?? NaN));
}

/** For example `± 0.03`: how far a P(Yes) may be off. */
export function boundText(bound: number): string {
  return bound < 0.005 ? t('± under {0}', '0.01') : `± ${probability(bound)}`;
}

function details(score: Score, stream: Stream | undefined): string[] {
  const { verdictOnly, silent } = withoutProbability(score);
  return [
    ...(score.samples.length > 1 ? [`K=${score.samples.length}`] : []),
    ...(stream === 'direct' ? [t('direct')] : []),
    ...(isVerdictOnly(score) ? [t('verdict only')] : verdictOnly > 0 ? [t('{0} with a verdict only', verdictOnly)] : []),
    ...(silent > 0 && silent < score.samples.length ? [t('{0} without a verdict', silent)] : []),
  ];
}

/** Samples without P(Yes): those that have a verdict all the same, and those that have none. */
export function withoutProbability({ samples }: Score): { readonly verdictOnly: number; readonly silent: number } {
  const without = samples.filter(({ pYes }) => pYes === undefined);
  const silent = without.filter(({ verdict }) => verdict === undefined).length;
  return { verdictOnly: without.length - silent, silent };
}

/** The text after a step: the score, marked with a dot where the prefix is already broken. */
export function inlineText(annotation: StepAnnotation): string {
  const text = scoreText(annotation);
  return annotation.brokenPrefix && text !== '' ? `· ${text}` : text;
}

/** The verdict in a few words, for people who hear it rather than see it. */
export function verdictWords(annotation: StepAnnotation): string {
  switch (annotation.state) {
    case 'unscored':
      return t('not scored');
    case 'running':
      return t('being scored');
    case 'failed':
      return t('could not be scored');
    case 'noVerdict':
      return t('no verdict');
    case 'correct':
      return t('judged correct');
    case 'error':
      return annotation.firstError ? t('judged wrong, the first error') : t('judged wrong');
    case 'uncertain': {
      const why = annotation.score !== undefined && disagree(annotation.score) ? t('samples disagree') : t('close to the threshold');
      return annotation.firstError ? t('uncertain ({0}), the first step under the threshold', why) : t('uncertain ({0})', why);
    }
  }
}

/** The lens over a step: `Step 3 · ✗ 0.02 · 1 sample`. */
export function lensTitle(annotation: StepAnnotation): string {
  const { score, stream, brokenPrefix, labelled, recorded } = annotation;
  const samples = score === undefined ? '' : stream === 'direct' ? t('direct') : count(score.samples.length, 'sample');
  const parts = [t('Step {0}', annotation.index + 1), bareScore(annotation), samples, recorded ? t('recorded') : '', brokenPrefix && score !== undefined ? t('after error') : '', labelled ? t('label: first error') : ''];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Where one is: `Step 3 of 6, judged wrong`. */
export function placeText(annotation: StepAnnotation, steps: number): string {
  return t('Step {0} of {1}, {2}', annotation.index + 1, steps, verdictWords(annotation));
}

/** What *Read Current Step* says. */
export function spokenStep(annotation: StepAnnotation, steps: number, text: string): string {
  const { score } = annotation;
  const parts = [placeText(annotation, steps)];
  if (score !== undefined && isVerdictOnly(score)) parts.push(t('verdict only, without a probability, from {0}', count(score.samples.length, 'sample')));
  if (score?.pYes !== undefined) parts.push(t('score {0} from {1}', probability(score.pYes), count(score.samples.length, 'sample')));
  if (annotation.recorded) parts.push(t('recorded in the file, not made here'));
  if (annotation.brokenPrefix) parts.push(t('after the first error, so judged on a broken prefix'));
  if (annotation.labelled) parts.push(t('the label says first error'));
  return `${parts.join(', ')}. ${firstWords(text, 12)}`;
}

/** The beginning of a step on one line. */
export function firstWords(text: string, words: number): string {
  const all = text.trim().split(/\s+/u);
  const start = all.slice(0, words).join(' ');
  const short = start.length > 120 ? `${start.slice(0, 119).trimEnd()}…` : start;
  return all.length > words && !short.endsWith('…') ? `${short} …` : short;
}

/** What a finished run found, for the status bar: counts first, then the first error. */
export function outcomeText(annotations: TraceAnnotations): string {
  const { scored, steps, firstError } = annotations;
  const error = firstError === undefined
    ? t('no step under {0}', probability(annotations.threshold))
    : t('first error: step {0}', firstError + 1);
  return t('{0} of {1} scored; {2}.', scored, count(steps.length, 'step'), error);
}

/** In the form of the person's own language; the text itself where it is no date. */
export function dayAndTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
