import { auto } from '../core/segment/auto.ts';
import { stepsFromSpans } from '../core/trace/steps.ts';
import { splitThinking } from '../core/trace/thinking.ts';
import type { Trace } from '../core/trace/trace.ts';

/** The parts of a trace that come out of a solution text alone. */
export type SolutionParts = Pick<Trace, 'response' | 'steps' | 'answer'>;

/** Splits a solution text into steps with the `auto` segmenter; with think tags, its thinking only. Blank text has no steps. */
export function solutionParts(response: string): SolutionParts {
  const { thinking, answer } = splitThinking(response);
  const steps = stepsFromSpans(auto(response, thinking));
  return answer === undefined ? { response, steps } : { response, steps, answer };
}
