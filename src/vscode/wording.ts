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
  const notes = annotation.score === undefined ? [] : [...details(annotation.score, annotation.stream), ...(annotation.recorded ? ['recorded'] : [])];
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
      return `${glyph} scoring`;
    case 'failed':
      return `${glyph} not scored`;
    case 'noVerdict':
      return `${glyph} no verdict`;
    case 'correct':
    case 'error':
    case 'uncertain':
      return score === undefined ? glyph : isVerdictOnly(score) ? `${glyph} ${hardText(score, probability)}` : `${glyph} ${probability(score.pYes ?? NaN)}${spread}`;
  }
}

/** For example `± 0.03`: how far a P(Yes) may be off. */
export function boundText(bound: number): string {
  return bound < 0.005 ? '± under 0.01' : `± ${probability(bound)}`;
}

function details(score: Score, stream: Stream | undefined): string[] {
  const { verdictOnly, silent } = withoutProbability(score);
  return [
    ...(score.samples.length > 1 ? [`K=${score.samples.length}`] : []),
    ...(stream === 'direct' ? ['direct'] : []),
    ...(isVerdictOnly(score) ? ['verdict only'] : verdictOnly > 0 ? [`${verdictOnly} with a verdict only`] : []),
    ...(silent > 0 && silent < score.samples.length ? [`${silent} without a verdict`] : []),
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
      return 'not scored';
    case 'running':
      return 'being scored';
    case 'failed':
      return 'could not be scored';
    case 'noVerdict':
      return 'no verdict';
    case 'correct':
      return 'judged correct';
    case 'error':
      return annotation.firstError ? 'judged wrong, the first error' : 'judged wrong';
    case 'uncertain': {
      const why = annotation.score !== undefined && disagree(annotation.score) ? 'samples disagree' : 'close to the threshold';
      return annotation.firstError ? `uncertain (${why}), the first step under the threshold` : `uncertain (${why})`;
    }
  }
}

/** The lens over a step: `Step 3 · ✗ 0.02 · 1 sample`. */
export function lensTitle(annotation: StepAnnotation): string {
  const { score, stream, brokenPrefix, labelled, recorded } = annotation;
  const samples = score === undefined ? '' : stream === 'direct' ? 'direct' : count(score.samples.length, 'sample');
  const parts = [`Step ${annotation.index + 1}`, bareScore(annotation), samples, recorded ? 'recorded' : '', brokenPrefix && score !== undefined ? 'after error' : '', labelled ? 'label: first error' : ''];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Where one is: `Step 3 of 6, judged wrong`. */
export function placeText(annotation: StepAnnotation, steps: number): string {
  return `Step ${annotation.index + 1} of ${steps}, ${verdictWords(annotation)}`;
}

/** What *Read Current Step* says. */
export function spokenStep(annotation: StepAnnotation, steps: number, text: string): string {
  const { score } = annotation;
  const parts = [placeText(annotation, steps)];
  if (score !== undefined && isVerdictOnly(score)) parts.push(`verdict only, without a probability, from ${count(score.samples.length, 'sample')}`);
  if (score?.pYes !== undefined) parts.push(`score ${probability(score.pYes)} from ${count(score.samples.length, 'sample')}`);
  if (annotation.recorded) parts.push('recorded in the file, not made here');
  if (annotation.brokenPrefix) parts.push('after the first error, so judged on a broken prefix');
  if (annotation.labelled) parts.push('the label says first error');
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
    ? `no step under ${probability(annotations.threshold)}`
    : `first error: step ${firstError + 1}`;
  return `${scored} of ${count(steps.length, 'step')} scored; ${error}.`;
}
