import { isBareAnswer } from '../bare-answer.ts';
import { isRecord } from '../../core/is-record.ts';
import { isTexts, isWholeNumber } from '../rows/read-fields.ts';
import type { FieldMap } from './field-map.ts';
import { innerLeaves, leavesOf, share, type Leaf } from './leaves.ts';

/** What a field can be in a map. */
export type FieldRole = Exclude<keyof FieldMap, 'version'>;

/** The field of a step that is an object, in the order in which they count. */
export const STEP_TEXTS = ['text', 'content', 'step', 'value'] as const;

interface Role {
  /** Names in the order of how well they fit, compared without case and separators. */
  readonly names: readonly string[];
  readonly fits: (leaf: Leaf) => boolean;
}

const ROLES: Readonly<Record<FieldRole, Role>> = {
  problem: { names: ['problem', 'question', 'query', 'prompt', 'instruction', 'input', 'task', 'text'], fits: (leaf) => texts(leaf) > 0.8 },
  steps: {
    names: ['steps', 'solutionsteps', 'reasoningsteps', 'modeloutputsteps', 'process', 'modifiedprocess', 'thoughts', 'chain', 'trace'],
    fits: (leaf) => share(leaf, isStepList) > 0.6,
  },
  response: {
    names: ['response', 'solution', 'output', 'completion', 'generation', 'generated', 'modeloutput', 'modelanswer', 'prediction', 'cot', 'rationale', 'explanation', 'content', 'answer'],
    // A field of bare answers is no field of solutions.
    fits: (leaf) => texts(leaf) > 0.6 && !(plainName(leaf.name) === 'answer' && share(leaf, (value) => typeof value === 'string' && isBareAnswer(value)) > 0.5),
  },
  thinking: { names: ['reasoningcontent', 'thinking', 'messagethinking', 'reasoning', 'thought'], fits: (leaf) => texts(leaf) > 0.5 },
  id: { names: ['id', 'uuid', 'uniqueid', 'idx', 'questionid', 'problemid', 'docid', 'index'], fits: (leaf) => share(leaf, isName) > 0.9 },
  goldAnswer: {
    names: ['groundtruth', 'gold', 'goldanswer', 'gtruthanswer', 'groundtruthanswer', 'target', 'expected', 'referenceanswer', 'correctanswer', 'finalanswer', 'answer'],
    fits: (leaf) => share(leaf, isName) > 0.7,
  },
  finalAnswer: { names: ['predictedanswer', 'extractedanswer', 'modelfinalanswer', 'parsedanswer', 'pred', 'finalanswer'], fits: (leaf) => share(leaf, isName) > 0.7 },
  generator: { names: ['generator', 'model', 'modelname', 'policy'], fits: (leaf) => texts(leaf) > 0.7 },
  subset: { names: ['subset', 'subject', 'category', 'split', 'classification', 'source', 'type'], fits: (leaf) => texts(leaf) > 0.7 },
  answerCorrect: { names: ['finalanswercorrect', 'iscorrect', 'correct', 'answercorrect'], fits: (leaf) => share(leaf, (value) => typeof value === 'boolean' || value === 'true' || value === 'false') > 0.9 },
  firstError: {
    names: ['label', 'firsterror', 'firsterrorstep', 'errorstep', 'mistakeindex', 'errorindex', 'firstwrongstep', 'firstmistake'],
    fits: (leaf) => share(leaf, (value) => value === null || isWholeNumber(value) || (typeof value === 'string' && /^(-?\d{1,6})?$/.test(value.trim()))) > 0.9,
  },
  wrongSteps: { names: ['errorsteps', 'wrongsteps', 'mistakes', 'errorindices'], fits: (leaf) => share(leaf, (value) => Array.isArray(value) && value.every(isWholeNumber)) > 0.9 },
  ratings: { names: ['ratings', 'labels', 'steplabels', 'stepratings', 'correctness'], fits: (leaf) => share(leaf, isRatings) > 0.7 },
  scores: {
    names: ['scores', 'stepscores', 'rewards', 'steprewards', 'probabilities', 'values'],
    fits: (leaf) => share(leaf, (value) => Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')) > 0.7,
  },
};

export interface Found {
  readonly leaf: Leaf;
  readonly fit: number;
}

/** The leaves whose name is one of the role's and whose values fit, best name first; deeper ones come after. */
export function ranked(leaves: readonly Leaf[], role: FieldRole): Found[] {
  const { names, fits } = ROLES[role];
  return leaves
    .flatMap((leaf): Found[] => {
      const rank = names.indexOf(plainName(leaf.name));
      if (rank < 0 || !fits(leaf)) return [];
      return [{ leaf, fit: (1 - rank / (names.length + 2)) * 0.9 ** (leaf.path.split('.').length - 1) }];
    })
    .sort((a, b) => b.fit - a.fit);
}

/** A field that a person may choose for a role. */
export interface FieldChoice {
  readonly leaf: Leaf;
  /** `named`: name and values fit the role; `typed`: the values do; `other`: neither. */
  readonly fit: 'named' | 'typed' | 'other';
}

/** All fields of the rows, those that fit the role first. */
export function fieldChoices(rows: readonly unknown[], role: FieldRole): FieldChoice[] {
  const plain = leavesOf(rows);
  // Steps that are objects are named by their text, so the list itself stands after it.
  const leaves = [...innerLeaves(plain).filter((leaf) => ROLES[role].fits(leaf)), ...plain];
  const named = ranked(leaves, role).map(({ leaf }) => leaf);
  const typed = leaves.filter((leaf) => !named.includes(leaf) && ROLES[role].fits(leaf));
  const other = leaves.filter((leaf) => !named.includes(leaf) && !typed.includes(leaf));
  const as = (fit: FieldChoice['fit']) => (leaf: Leaf): FieldChoice => ({ leaf, fit });
  return [...named.map(as('named')), ...typed.map(as('typed')), ...other.map(as('other'))];
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
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
  return isTexts(value) || (value as unknown[]).every((item) => isRecord(item) && STEP_TEXTS.some((name) => typeof item[name] === 'string'));
}

function isRatings(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && (value as unknown[]).every((item) => item === null || item === -1 || item === 0 || item === 1 || typeof item === 'boolean');
}
