import type { HiddenPart } from '../model.ts';
import type { Random } from '../random.ts';
import { fail, ok, type Result } from '../result.ts';
import { sentences } from '../segment/sentences.ts';
import type { Span } from '../trace/trace.ts';
import type { FirstAnswer } from './events.ts';
import type { MaskPlan, MaskStart, MaskTarget } from './plan.ts';

/** A prompt with a trace after it. Spans of the prompt are offsets into it, those of the trace into the trace. */
export interface Situation {
  readonly prompt: string;
  readonly question: Span;
  /** The text of the system turn; absent without one. */
  readonly system?: Span;
  readonly trace: string;
  readonly steps: readonly Span[];
  readonly first: FirstAnswer | undefined;
  /** Tokens of prompt and trace, offsets into both together; undefined where the model does not tell them. */
  readonly tokens: readonly Span[] | undefined;
}

/** A plan for one trace, ready to be continued. */
export interface RenderedPlan {
  /** What is continued: the prompt and the part of the trace that is kept; for a removal without the target's text. */
  readonly prompt: string;
  /** For GenerateRequest.hide; empty for a removal. */
  readonly hide: readonly HiddenPart[];
  /** The target as offsets into `whole`, in order, disjoint. */
  readonly spans: readonly Span[];
  /** The prompt and the kept part, nothing removed. */
  readonly whole: string;
  /** UTF-16 units of the trace that are kept. */
  readonly kept: number;
}

const NUMBER = /\d+(?:[.,]\d+)*/g;

/** Where a plan cuts the trace and what it hides. Fails with one sentence where it does not apply to this trace. */
export function renderPlan(plan: MaskPlan, situation: Situation, random: Random): Result<RenderedPlan, 'not-applicable'> {
  const { prompt, trace } = situation;
  const kept = startOffset(plan.start, situation);
  if (!kept.ok) return kept;
  const whole = prompt + trace.slice(0, kept.value);
  const spans = targetSpans(plan.target, situation, whole.length, random);
  if (!spans.ok) return spans;
  const rendered = { spans: spans.value, whole, kept: kept.value };
  if (plan.method === 'remove') return ok({ ...rendered, prompt: withoutSpans(whole, spans.value), hide: [] });
  const where = { ...(plan.layers && { layers: plan.layers }), ...(plan.heads && { heads: plan.heads }) };
  return ok({ ...rendered, prompt: whole, hide: spans.value.map((span) => ({ span, ...where })) });
}

/** UTF-16 units of the trace before the start. */
function startOffset(start: MaskStart, { steps, first }: Situation): Result<number, 'not-applicable'> {
  switch (start.kind) {
    case 'start':
      return ok(0);
    case 'step': {
      const step = steps[start.index];
      return step === undefined ? notApplicable(`The trace has ${steps.length} steps, the mask was to start at step ${start.index + 1}`) : ok(start.index === 0 ? 0 : step.start);
    }
    case 'answer':
      return first === undefined ? notApplicable('No step states an answer') : ok(first.step === 0 ? 0 : (steps[first.step]?.start ?? 0));
    case 'first':
      return first === undefined ? notApplicable('No step states an answer') : ok(first.span.end);
  }
}

/** What is hidden, as offsets into the prompt and the kept part; `end` is where that ends. */
function targetSpans(target: MaskTarget, situation: Situation, end: number, random: Random): Result<readonly Span[], 'not-applicable'> {
  const { prompt, question, system, steps } = situation;
  const text = prompt.slice(question.start, question.end);
  const within = ({ start, end: to }: Span): Span => ({ start: question.start + start, end: question.start + to });
  switch (target.kind) {
    case 'nothing':
      return ok([]);
    case 'question':
      return ok([question]);
    case 'sentence': {
      const all = sentences(text);
      const sentence = all[target.index];
      return sentence === undefined ? notApplicable(`The question has ${all.length} sentences, number ${target.index + 1} was to be hidden`) : ok([within(sentence)]);
    }
    case 'numbers': {
      const numbers = numbersOf(text).map(within);
      return numbers.length === 0 ? notApplicable('The question has no number') : ok(numbers);
    }
    case 'selection':
      return target.end > text.length ? notApplicable(`The question has ${text.length} characters, ${target.start} to ${target.end} were to be hidden`) : ok([within(target)]);
    case 'system':
      return system === undefined ? notApplicable('There is no system turn') : ok([system]);
    case 'step': {
      const step = steps[target.index];
      const span = step && { start: prompt.length + step.start, end: prompt.length + step.end };
      return span === undefined || span.end > end ? notApplicable(`Step ${target.index + 1} does not stand before the start of the mask`) : ok([span]);
    }
    case 'random':
      return randomSpan(target.like === 'question' ? [question] : numbersOf(text).map(within), situation, end, random);
  }
}

function numbersOf(text: string): Span[] {
  return [...text.matchAll(NUMBER)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/**
 * As many tokens in a row as those of `like`, none of them the same, at a place drawn among all that there are. The very first
 * token is left alone: models rest their attention on it, so that hiding it would do more than hiding any other.
 */
function randomSpan(like: readonly Span[], { tokens }: Situation, end: number, random: Random): Result<readonly Span[], 'not-applicable'> {
  if (tokens === undefined) return notApplicable('This model does not tell its tokens, so a random span of as many cannot be drawn');
  const written = tokens.filter((token) => token.end > token.start && token.end <= end);
  const taken = written.map((token) => like.some((span) => token.start < span.end && span.start < token.end));
  const length = taken.filter(Boolean).length;
  const places: number[] = [];
  let free = 0;
  for (let index = 1; index < written.length; index++) {
    free = taken[index] === true ? 0 : free + 1;
    if (free >= length) places.push(index - length + 1);
  }
  const first = places[Math.floor(random() * places.length)];
  if (first === undefined || length === 0) return notApplicable(`There are no ${length} tokens in a row outside of what they stand in for`);
  return ok([{ start: written[first]?.start ?? 0, end: written[first + length - 1]?.end ?? 0 }]);
}

/** The text with the spans deleted. */
function withoutSpans(text: string, spans: readonly Span[]): string {
  let kept = '';
  let from = 0;
  for (const { start, end } of spans) {
    kept += text.slice(from, start);
    from = end;
  }
  return kept + text.slice(from);
}

function notApplicable(sentence: string) {
  return fail('not-applicable', `${sentence}: the plan does not apply to this question.`);
}
