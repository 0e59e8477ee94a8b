import { isRecord } from '../../core/is-record.ts';
import { isTexts, isWholeNumber } from '../rows/read-fields.ts';
import type { FieldMap } from './field-map.ts';
import { pathName } from './field-path.ts';

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

/** Values of one path over the sample rows. */
interface Leaf {
  readonly path: string;
  readonly name: string;
  readonly values: readonly unknown[];
}

const MOST_ROWS = 50;
const MOST_PATHS = 300;
const DEEPEST = 3;

/** Names in the order of how well they fit, compared without case and separators. */
const NAMES = {
  problem: ['problem', 'question', 'query', 'prompt', 'instruction', 'input', 'task', 'text'],
  steps: ['steps', 'solutionsteps', 'reasoningsteps', 'modeloutputsteps', 'process', 'modifiedprocess', 'thoughts', 'chain', 'trace'],
  response: ['response', 'solution', 'output', 'completion', 'generation', 'generated', 'modeloutput', 'modelanswer', 'prediction', 'cot', 'rationale', 'explanation', 'content', 'answer'],
  thinking: ['reasoningcontent', 'thinking', 'messagethinking', 'reasoning', 'thought'],
  id: ['id', 'uuid', 'uniqueid', 'idx', 'questionid', 'problemid', 'docid', 'index'],
  goldAnswer: ['groundtruth', 'gold', 'goldanswer', 'gtruthanswer', 'groundtruthanswer', 'target', 'expected', 'referenceanswer', 'correctanswer', 'finalanswer', 'answer'],
  generator: ['generator', 'model', 'modelname', 'policy'],
  subset: ['subset', 'subject', 'category', 'split', 'classification', 'source', 'type'],
  answerCorrect: ['finalanswercorrect', 'iscorrect', 'correct', 'answercorrect'],
  firstError: ['label', 'firsterror', 'firsterrorstep', 'errorstep', 'mistakeindex', 'errorindex', 'firstwrongstep', 'firstmistake'],
  wrongSteps: ['errorsteps', 'wrongsteps', 'mistakes', 'errorindices'],
  ratings: ['ratings', 'labels', 'steplabels', 'stepratings', 'correctness'],
  scores: ['scores', 'stepscores', 'rewards', 'steprewards', 'probabilities', 'values'],
} as const satisfies Record<string, readonly string[]>;

type Role = keyof typeof NAMES;

/**
 * Proposes maps for rows of an unknown shape, best first; at most three, none where no field looks like a question with a
 * solution. What a number counts from is never part of a proposal: it is asked.
 */
export function proposeMaps(rows: readonly unknown[]): MapProposal[] {
  const leaves = leavesOf(rows.slice(0, MOST_ROWS));
  const problems = ranked(leaves, 'problem', (leaf) => texts(leaf) > 0.8).slice(0, 2);
  const solutions = [
    ...ranked(leaves, 'steps', (leaf) => share(leaf, isStepList) > 0.6).map((found) => ({ ...found, key: 'steps' as const })),
    ...ranked(leaves, 'response', (leaf) => texts(leaf) > 0.6).map((found) => ({ ...found, key: 'response' as const, fit: found.fit * 0.8 })),
  ];
  const proposals = problems.flatMap((problem) => solutions.filter(({ leaf }) => leaf !== problem.leaf).map((solution) => proposal(leaves, problem, solution)));
  return proposals.sort((a, b) => b.confidence - a.confidence).slice(0, 3);
}

interface Found {
  readonly leaf: Leaf;
  readonly fit: number;
}

function proposal(leaves: readonly Leaf[], problem: Found, solution: Found & { readonly key: 'steps' | 'response' }): MapProposal {
  const taken = new Set([problem.leaf, solution.leaf]);
  const take = (role: Role, fits: (leaf: Leaf) => boolean): string | undefined => {
    const [best] = ranked(leaves.filter((leaf) => !taken.has(leaf)), role, fits);
    if (best) taken.add(best.leaf);
    return best?.leaf.path;
  };
  const [object] = solution.leaf.values.flatMap((value) => (Array.isArray(value) && isRecord(value[0]) ? [value[0]] : []));
  const inner = object && ['text', 'content', 'step', 'value'].find((name) => typeof object[name] === 'string');
  const optional = {
    thinking: solution.key === 'response' ? take('thinking', (leaf) => texts(leaf) > 0.5) : undefined,
    id: take('id', (leaf) => share(leaf, isName) > 0.9),
    answerCorrect: take('answerCorrect', (leaf) => share(leaf, (value) => typeof value === 'boolean' || value === 'true' || value === 'false') > 0.9),
    goldAnswer: take('goldAnswer', (leaf) => share(leaf, isName) > 0.7),
    generator: take('generator', (leaf) => texts(leaf) > 0.7),
    subset: take('subset', (leaf) => texts(leaf) > 0.7),
    ratings: take('ratings', (leaf) => share(leaf, isRatings) > 0.7),
    scores: take('scores', (leaf) => share(leaf, (value) => Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')) > 0.7),
  };
  const firstError = take('firstError', (leaf) => share(leaf, (value) => value === null || isWholeNumber(value) || (typeof value === 'string' && /^(-?\d{1,6})?$/.test(value.trim()))) > 0.9);
  const wrongSteps = take('wrongSteps', (leaf) => share(leaf, (value) => Array.isArray(value) && value.every(isWholeNumber)) > 0.9);
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

/** The leaves whose name is one of the role's and whose values fit, best name first; deeper ones come after. */
function ranked(leaves: readonly Leaf[], role: Role, fits: (leaf: Leaf) => boolean): Found[] {
  const names: readonly string[] = NAMES[role];
  return leaves
    .flatMap((leaf): Found[] => {
      const rank = names.indexOf(leaf.name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''));
      if (rank < 0 || !fits(leaf)) return [];
      return [{ leaf, fit: (1 - rank / (names.length + 2)) * 0.9 ** (leaf.path.split('.').length - 1) }];
    })
    .sort((a, b) => b.fit - a.fit);
}

/** All paths of objects in the rows, to a small depth; lists are leaves. */
function leavesOf(rows: readonly unknown[]): Leaf[] {
  const found = new Map<string, { name: string; values: unknown[] }>();
  const visit = (value: unknown, path: string, depth: number): void => {
    if (!isRecord(value)) return;
    for (const [name, item] of Object.entries(value)) {
      const here = path === '' ? pathName(name) : `${path}.${pathName(name)}`;
      if (isRecord(item) && depth < DEEPEST) {
        visit(item, here, depth + 1);
        continue;
      }
      const leaf = found.get(here);
      if (leaf) leaf.values.push(item);
      else if (found.size < MOST_PATHS) found.set(here, { name, values: [item] });
    }
  };
  for (const row of rows) visit(row, '', 0);
  return [...found].map(([path, leaf]) => ({ path, ...leaf }));
}

function share(leaf: Leaf, test: (value: unknown) => boolean): number {
  return leaf.values.filter(test).length / leaf.values.length;
}

function texts(leaf: Leaf): number {
  return share(leaf, (value) => typeof value === 'string' && value.trim() !== '');
}

function isName(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

/** A list of texts or of objects with one; in a table, JSON of a list. */
function isStepList(value: unknown): boolean {
  if (typeof value === 'string') return value.trimStart().startsWith('[') && value.trimEnd().endsWith(']');
  if (!Array.isArray(value) || value.length === 0) return false;
  return isTexts(value) || (value as unknown[]).every((item) => isRecord(item) && ['text', 'content', 'step', 'value'].some((name) => typeof item[name] === 'string'));
}

function isRatings(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && (value as unknown[]).every((item) => item === null || item === -1 || item === 0 || item === 1 || typeof item === 'boolean');
}
