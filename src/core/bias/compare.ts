import { sameAnswer } from '../answers/same-answer.ts';
import type { PairComparison, TraceMeasure } from './events.ts';

/** Tokens of a trace as text, in order; undefined where the model does not tell them. */
export type TokenTexts = readonly string[] | undefined;

/** A trace against what became of it under a plan. */
export function comparePair(original: TraceMeasure, masked: TraceMeasure, tokens: { readonly original: TokenTexts; readonly masked: TokenTexts }): PairComparison {
  const same = original.text === masked.text && original.finish === masked.finish;
  return {
    tokens: original.tokens === undefined || masked.tokens === undefined ? undefined : masked.tokens - original.tokens,
    r: shortening(original, masked),
    reflections: masked.reflections.length - original.reflections.length,
    answerChanged: original.answer === undefined ? undefined : masked.answer === undefined || !sameAnswer(masked.answer, original.answer),
    divergentToken: same ? undefined : firstDifference(tokens.original, tokens.masked),
    same,
  };
}

/** r = (L_original - L_masked) / (L_original - P_first); undefined where one of them is, or nothing comes after P_first. */
export function shortening({ tokens: length, pFirst }: Pick<TraceMeasure, 'tokens' | 'pFirst'>, masked: Pick<TraceMeasure, 'tokens'>): number | undefined {
  if (length === undefined || pFirst === undefined || masked.tokens === undefined || length <= pFirst) return undefined;
  return (length - masked.tokens) / (length - pFirst);
}

function firstDifference(original: TokenTexts, masked: TokenTexts): number | undefined {
  if (original === undefined || masked === undefined) return undefined;
  const shorter = Math.min(original.length, masked.length);
  for (let index = 0; index < shorter; index++) if (original[index] !== masked[index]) return index;
  return shorter;
}
