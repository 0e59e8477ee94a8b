import type { Eval } from './eval.ts';
import { answersEval } from './answers.ts';
import { agreementEval } from './agreement.ts';
import { prmBenchEval } from './prm-bench.ts';
import { processBenchEval } from './process-bench.ts';
import { searchEval } from './search.ts';

/** All evals, in the order in which lists show them. */
export const EVALS: readonly Eval[] = [processBenchEval, prmBenchEval, agreementEval, answersEval, searchEval];

export function evalNamed(name: string): Eval | undefined {
  return EVALS.find((one) => one.name === name);
}
