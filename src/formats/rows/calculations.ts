import type { Calculation } from '../../core/trace/given.ts';

/** `<<48/2=24>>`; a calculation is short, so that no pattern walks through a long text between two brackets. */
const ANNOTATION = /<<([^<>\n]{1,200})=([^<>=\n]{1,100})>>/g;

/** The calculator annotations of GSM8K in a text, in order (Cobbe et al. 2021). */
export function calculationsIn(text: string): Calculation[] {
  return [...text.matchAll(ANNOTATION)].map((match) => ({
    span: { start: match.index, end: match.index + match[0].length },
    expression: match[1] ?? '',
    result: match[2] ?? '',
  }));
}
