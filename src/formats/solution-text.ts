import { fail, ok } from '../core/result.ts';
import { auto } from '../core/segment/auto.ts';
import { stepsFromSpans } from '../core/trace/steps.ts';
import { splitThinking } from '../core/trace/thinking.ts';
import type { Trace } from '../core/trace/trace.ts';
import { withoutEmpty } from './rows/given-steps.ts';
import type { RowContext, RowResult } from './rows/row-format.ts';

/** The parts of a trace that come out of a solution text alone. */
export type SolutionParts = Pick<Trace, 'response' | 'steps' | 'answer'>;

/** Splits a solution text into steps with the `auto` segmenter; with think tags, its thinking only. Blank text has no steps. */
export function solutionParts(response: string): SolutionParts {
  const { thinking, answer } = splitThinking(response);
  const steps = stepsFromSpans(auto(response, thinking));
  return answer === undefined ? { response, steps } : { response, steps, answer };
}

/** A trace of a question and a text. `parts` says how the text is cut: `solutionParts` unless the format knows better. */
export function textTrace(context: RowContext, problem: string, response: string, rest: Pick<Trace, 'label' | 'given'> = {}, parts = solutionParts): RowResult {
  const cut = parts(response);
  if (cut.steps.length === 0) return fail('no-steps', `${context.where} has a question but an empty solution: there are no steps to look at.`);
  return ok({ source: context.source, problem, ...cut, ...withoutEmpty(rest) });
}
