/**
 * Entry of the worker that decides whether two formulas are equal. Formulas come from models: `9^{9^{9}}` can neither hold
 * up nor fill the host here. One question at a time, each with one answer.
 */
import { parentPort } from 'node:worker_threads';
import { ComputeEngine } from '@cortex-js/compute-engine';
import { createRandom } from '../../core/random.ts';

export interface SymbolicQuestion {
  readonly a: string;
  readonly b: string;
}

/** Values of each variable at which two formulas are compared, and how far apart they may lie (relative). */
const POINTS = 6;
const TOLERANCE = 1e-9;

const engine = new ComputeEngine();

/** Undefined where it cannot be decided. */
function equal({ a, b }: SymbolicQuestion): boolean | undefined {
  const [first, second] = [engine.parse(a), engine.parse(b)];
  if (!first.isValid || !second.isValid) return undefined;
  const names = [...new Set([...first.unknowns, ...second.unknowns])];
  const known = first.isEqual(second);
  // Relations are compared as they stand: two equations may mean the same in too many ways.
  if (known !== undefined || names.length === 0 || names.length > 8 || [a, b].some((text) => /[=<>≤≥≠]/.test(text))) return known;
  return equalAtPoints(first, second, names);
}

type Expression = ReturnType<ComputeEngine['parse']>;

/** Two formulas that agree at points drawn at random are equal but for a chance of nearly none; two that differ at one are not. */
function equalAtPoints(first: Expression, second: Expression, names: readonly string[]): boolean | undefined {
  let compared = 0;
  for (let point = 0; point < POINTS; point++) {
    const random = createRandom(point, 3);
    const values = Object.fromEntries(names.map((name) => [name, 0.5 + 2 * random()]));
    const [x, y] = [first, second].map((formula: Expression | null) => formula?.subs(values).N());
    const [re, im] = [(x?.re ?? NaN) - (y?.re ?? NaN), (x?.im ?? NaN) - (y?.im ?? NaN)];
    if (!Number.isFinite(re) || !Number.isFinite(im)) continue;
    compared++;
    if (Math.hypot(re, im) > TOLERANCE * Math.max(1, Math.hypot(x?.re ?? 0, x?.im ?? 0))) return false;
  }
  return compared >= 3 ? true : undefined;
}

parentPort?.on('message', (question: SymbolicQuestion) => {
  let answer: boolean | undefined;
  try {
    answer = equal(question);
  } catch {
    answer = undefined;
  }
  parentPort?.postMessage({ answer });
});
parentPort?.postMessage({ answer: undefined });
