import { fail, ok, type Result } from '../result.ts';
import type { Trace } from '../trace/trace.ts';
import { answersEval } from './answers.ts';
import type { Eval } from './eval.ts';
import { prmBenchEval } from './prm-bench.ts';
import { processBenchEval } from './process-bench.ts';

/** Evals that tell of a single row whether it is right, the one that looks at most first. */
export const ROW_EVALS: readonly Eval[] = [prmBenchEval, processBenchEval, answersEval];

/** The eval that a row is a test of, by what it is labelled with. The error says what its label lacks, for a sentence that names the row. */
export function rowEval(trace: Trace): Result<Eval, 'no-label'> {
  // A label that contradicts the steps says that something is wrong, and not what: nothing else is looked for in its place.
  const contradiction = trace.given?.unusedLabel === undefined ? undefined : (processBenchEval.unfit(trace) ?? prmBenchEval.unfit(trace));
  if (contradiction !== undefined) return fail('no-label', contradiction);
  const rated = trace.given?.ratings?.[0] !== undefined;
  // A first error alone may leave nothing open either, and is still no judgement of every step.
  const found = ROW_EVALS.find((one) => (rated || one.needs.label !== 'step-ratings') && one.unfit(trace) === undefined);
  return found ? ok(found) : fail('no-label', 'it has no label: neither a first wrong step, nor a judgement of every step, nor a right final answer.');
}
