import { isRecord } from '../../core/is-record.ts';
import type { FieldMap } from './field-map.ts';
import { leavesOf, type Leaf } from './leaves.ts';
import { ranked, STEP_TEXTS, type FieldRole, type Found } from './roles.ts';

/** A map that may fit, and what it would need to know. */
export interface MapProposal {
  /** Complete without the labels that `open` asks about. */
  readonly map: FieldMap;
  /** Questions that only a person can answer; the answer goes into the map under `key`. */
  readonly open: readonly { readonly key: 'firstError' | 'wrongSteps'; readonly path: string; readonly question: string }[];
  /** In (0, 1]: how well the names and the values fit. */
  readonly confidence: number;
  readonly reason: string;
}

/**
 * Proposes maps for rows of an unknown shape, best first; at most three, none where no field looks like a question with a
 * solution. What a number counts from is never part of a proposal: it is asked.
 */
export function proposeMaps(rows: readonly unknown[]): MapProposal[] {
  const leaves = leavesOf(rows);
  const problems = ranked(leaves, 'problem').slice(0, 2);
  const solutions = [
    ...ranked(leaves, 'steps').map((found) => ({ ...found, key: 'steps' as const })),
    ...ranked(leaves, 'response').map((found) => ({ ...found, key: 'response' as const, fit: found.fit * 0.8 })),
  ];
  const proposals = problems.flatMap((problem) => solutions.filter(({ leaf }) => leaf !== problem.leaf).map((solution) => proposal(leaves, problem, solution)));
  return proposals.sort((a, b) => b.confidence - a.confidence).slice(0, 3);
}

function proposal(leaves: readonly Leaf[], problem: Found, solution: Found & { readonly key: 'steps' | 'response' }): MapProposal {
  const taken = new Set([problem.leaf, solution.leaf]);
  const take = (role: FieldRole): string | undefined => {
    const [best] = ranked(leaves.filter((leaf) => !taken.has(leaf)), role);
    if (best) taken.add(best.leaf);
    return best?.leaf.path;
  };
  const [object] = solution.leaf.values.flatMap((value) => (Array.isArray(value) && isRecord(value[0]) ? [value[0]] : []));
  const inner = object && STEP_TEXTS.find((name) => typeof object[name] === 'string');
  const optional = {
    thinking: solution.key === 'response' ? take('thinking') : undefined,
    id: take('id'),
    answerCorrect: take('answerCorrect'),
    goldAnswer: take('goldAnswer'),
    generator: take('generator'),
    subset: take('subset'),
    ratings: take('ratings'),
    scores: take('scores'),
  };
  const firstError = take('firstError');
  const wrongSteps = take('wrongSteps');
  const ask = (key: 'firstError' | 'wrongSteps', path: string | undefined) => (path === undefined ? [] : [{ key, path, question: `Does "${path}" count the steps from 0 or from 1, and what stands there where no step is wrong?` }]);
  const steps = inner === undefined ? solution.leaf.path : `${solution.leaf.path}[].${inner}`;
  return {
    map: { version: 1, problem: problem.leaf.path, ...(solution.key === 'steps' ? { steps } : { response: solution.leaf.path }), ...present(optional) },
    open: [...ask('firstError', firstError), ...ask('wrongSteps', wrongSteps)],
    confidence: Math.round(Math.sqrt(problem.fit * solution.fit) * 100) / 100,
    reason: `"${problem.leaf.path}" reads like the question and "${solution.leaf.path}" like the ${solution.key === 'steps' ? 'steps' : 'solution'}.`,
  };
}

function present<Key extends string>(values: Readonly<Record<Key, string | undefined>>): Partial<Record<Key, string>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Record<Key, string>>;
}
