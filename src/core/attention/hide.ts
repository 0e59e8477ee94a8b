import { planName, type MaskTarget } from '../bias/plan.ts';
import { renderPlan } from '../bias/render-plan.ts';
import type { HiddenPart } from '../model.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Span } from '../trace/trace.ts';
import type { PartKind, ReadText } from './groups.ts';

/** What is hidden, and from which step on, 0-based. */
export interface HideChoice {
  readonly target: Extract<MaskTarget, { kind: 'question' | 'numbers' | 'system' | 'step' }> | { readonly kind: 'spans'; /** Offsets into the text, in order. */ readonly spans: readonly Span[] };
  readonly from: number;
}

/** The parts of a text that are hidden, for `attention` and `inspect`. Fails with one sentence where there is nothing to hide. */
export function hiddenParts({ target, from }: HideChoice, read: ReadText): Result<readonly HiddenPart[], 'not-applicable'> {
  const steps = spansOf(read, 'step');
  const begin = steps[0]?.start ?? read.text.length;
  if (target.kind === 'spans') {
    const start = steps[from]?.start ?? read.text.length;
    if (target.spans.length === 0) return fail('not-applicable', 'Nothing of the question or of the steps is selected: select what is to be hidden in the text first.');
    if (target.spans.some(({ end }) => end > start)) return fail('not-applicable', `The selection does not stand before step ${from + 1}: hide it from a later step on.`);
    return ok(target.spans.map((span) => ({ span, from: start })));
  }
  const [question = { start: 0, end: 0 }] = spansOf(read, 'question');
  const [system] = spansOf(read, 'system');
  const situation = {
    prompt: read.text.slice(0, begin),
    question,
    ...(system && { system }),
    trace: read.text.slice(begin),
    steps: steps.map(({ start, end }) => ({ start: start - begin, end: end - begin })),
    first: undefined,
    tokens: undefined,
  };
  const plan = renderPlan({ target, start: { kind: 'step', index: from }, method: 'mask' }, situation, () => 0);
  return plan.ok ? ok(plan.value.spans.map((span) => ({ span, from: plan.value.whole.length }))) : plan;
}

/** In the form of a masking plan: `question@step:2`, `selection@step:3`. */
export function hideName({ target, from }: HideChoice): string {
  return target.kind === 'spans' ? `selection@step:${from + 1}` : planName({ target, start: { kind: 'step', index: from } });
}

function spansOf({ parts }: ReadText, kind: PartKind): Span[] {
  return parts.flatMap((part) => (part.kind === kind ? [part.span] : []));
}
