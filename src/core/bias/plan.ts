import { fail, ok, type Result } from '../result.ts';

/** What later tokens may not see. Indices are 0-based; a plan's name counts from 1. */
export type MaskTarget =
  | { readonly kind: 'question' }
  /** One sentence of the question. */
  | { readonly kind: 'sentence'; readonly index: number }
  /** Each number of the question. */
  | { readonly kind: 'numbers' }
  /** UTF-16 offsets into the question. */
  | { readonly kind: 'selection'; readonly start: number; readonly end: number }
  /** The text of the system turn. */
  | { readonly kind: 'system' }
  /** An earlier step of the trace. */
  | { readonly kind: 'step'; readonly index: number }
  /** Control: as many tokens as the question or its numbers have, in a row, at a place drawn for each question that shares none with them. */
  | { readonly kind: 'random'; readonly like: 'question' | 'numbers' }
  /** Control: the trace is only continued from there again. */
  | { readonly kind: 'nothing' };

/** From where on it is hidden. */
export type MaskStart =
  /** The start of thinking. */
  | { readonly kind: 'start' }
  /** The beginning of a step, 0-based. */
  | { readonly kind: 'step'; readonly index: number }
  /** The beginning of the step that first states the answer. */
  | { readonly kind: 'answer' }
  /** P_first: right after the first stated answer, before the token that ends its step. */
  | { readonly kind: 'first' };

/**
 * `mask`: the keys are hidden and positions are kept, the same as cutting those entries of the cache. `remove`: the text is
 * deleted and the context read anew; the only way through a server.
 */
export const MASK_METHODS = ['mask', 'remove'] as const;
export type MaskMethod = (typeof MASK_METHODS)[number];

/** An intervention on the input (methods, section 3). */
export interface MaskPlan {
  readonly target: MaskTarget;
  readonly start: MaskStart;
  readonly method: MaskMethod;
  /** In these layers or query heads only, 0-based; `mask` alone. Default: in all. */
  readonly layers?: readonly number[];
  readonly heads?: readonly number[];
}

/** Whether a plan is there to be held against others: it hides nothing of the input. */
export function isControl({ target }: Pick<MaskPlan, 'target'>): boolean {
  return target.kind === 'random' || target.kind === 'nothing';
}

const FORM =
  'write TARGET@START, with question, sentence:N, numbers, selection:FROM-TO, system, step:N, random, random:numbers or nothing as the target, and start, step:N, answer or first as the start';

/** Reads `question@answer`, `sentence:2@start`, `selection:4-20@step:3`. */
export function parsePlan(text: string, method: MaskMethod): Result<MaskPlan, 'plan-invalid'> {
  const [targetText = '', startText = '', ...more] = text.trim().split('@');
  const target = parseTarget(targetText);
  const start = parseStart(startText);
  if (target === undefined || start === undefined || more.length > 0) return fail('plan-invalid', `"${text}" is not a masking plan: ${FORM}.`);
  return ok({ target, start, method });
}

/** The plan's target and start in the form that parsePlan reads. */
export function planName({ target, start }: Pick<MaskPlan, 'target' | 'start'>): string {
  return `${targetName(target)}@${start.kind === 'step' ? `step:${start.index + 1}` : start.kind}`;
}

function targetName(target: MaskTarget): string {
  switch (target.kind) {
    case 'sentence':
    case 'step':
      return `${target.kind}:${target.index + 1}`;
    case 'selection':
      return `selection:${target.start}-${target.end}`;
    case 'random':
      return target.like === 'question' ? 'random' : 'random:numbers';
    case 'question':
    case 'numbers':
    case 'system':
    case 'nothing':
      return target.kind;
  }
}

function parseTarget(text: string): MaskTarget | undefined {
  if (text === 'question' || text === 'numbers' || text === 'system' || text === 'nothing') return { kind: text };
  if (text === 'random') return { kind: 'random', like: 'question' };
  if (text === 'random:numbers') return { kind: 'random', like: 'numbers' };
  const counted = /^(sentence|step):([1-9]\d{0,5})$/.exec(text);
  if (counted) return { kind: counted[1] === 'step' ? 'step' : 'sentence', index: Number(counted[2]) - 1 };
  const selection = /^selection:(\d{1,7})-(\d{1,7})$/.exec(text);
  const [start, end] = [Number(selection?.[1]), Number(selection?.[2])];
  return start < end ? { kind: 'selection', start, end } : undefined;
}

function parseStart(text: string): MaskStart | undefined {
  if (text === 'start' || text === 'answer' || text === 'first') return { kind: text };
  const counted = /^step:([1-9]\d{0,5})$/.exec(text);
  return counted ? { kind: 'step', index: Number(counted[1]) - 1 } : undefined;
}
