import assert from 'node:assert/strict';
import fc from 'fast-check';
import { traceReader } from '../../../src/core/bias/measure-trace.ts';
import { parsePlan, planName, type MaskPlan, type MaskStart, type MaskTarget } from '../../../src/core/bias/plan.ts';
import { renderPlan, type Situation } from '../../../src/core/bias/render-plan.ts';
import { DEFAULT_BIAS_SETTINGS } from '../../../src/core/bias/settings.ts';
import { createRandom } from '../../../src/core/random.ts';
import type { Span } from '../../../src/core/trace/trace.ts';
import { labelledTraces } from './labelled-traces.ts';

const reader = traceReader(DEFAULT_BIAS_SETTINGS.detectors);
const QUESTION = 'Mia has 393 photos. Mia loses 237 photos. How many photos does Mia have now?';
const SYSTEM = 'reflect at random';

/** A prompt with a trace after it, each character a token. */
function situation(trace: string, question = QUESTION): Situation {
  const [before, between, after] = ['<s>', '</s><u>', '</u><think>\n'];
  const prompt = before + SYSTEM + between + question + after;
  const at = before.length + SYSTEM.length + between.length;
  const { steps, first } = reader.measure(trace, undefined);
  const tokens = Array.from(prompt + trace, (_, index): Span => ({ start: index, end: index + 1 }));
  return { prompt, question: { start: at, end: at + question.length }, system: { start: before.length, end: before.length + SYSTEM.length }, trace, steps, first, tokens };
}

const TRACE = 'Mia has 237 fewer photos: 393 - 237 = 156.\n\nSo the answer is 156.\n\nWait, let me check.\n\nThe result is 156.\n</think>\n\nThe answer is \\boxed{156}.';

function rendered(text: string, method: MaskPlan['method'] = 'mask', on = situation(TRACE)) {
  const plan = parsePlan(text, method);
  assert.ok(plan.ok);
  return renderPlan(plan.value, on, createRandom(1, 1));
}

function hidden(text: string): string[] {
  const plan = rendered(text);
  assert.ok(plan.ok);
  return plan.value.hide.map(({ span: { start, end } }) => plan.value.prompt.slice(start, end));
}

describe('masking plans', () => {
  const target = fc.oneof(
    fc.constantFrom<MaskTarget>({ kind: 'question' }, { kind: 'numbers' }, { kind: 'system' }, { kind: 'nothing' }, { kind: 'random', like: 'question' }, { kind: 'random', like: 'numbers' }),
    fc.record({ kind: fc.constantFrom('sentence' as const, 'step' as const), index: fc.nat(6) }),
    fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 60 })).map(([start, length]): MaskTarget => ({ kind: 'selection', start, end: start + length })),
  );
  const start = fc.oneof(fc.constantFrom<MaskStart>({ kind: 'start' }, { kind: 'answer' }, { kind: 'first' }), fc.nat(8).map((index): MaskStart => ({ kind: 'step', index })));
  const plans = fc.record({ target, start, method: fc.constantFrom('mask' as const, 'remove' as const) });

  it('have a name that reads back as the plan', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const read = parsePlan(planName(plan), plan.method);
        assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify({ ok: true, value: plan })));
      }),
    );
  });

  it('name what they cannot be read from', () => {
    for (const text of ['question', 'question@', '@start', 'answer@answer', 'step:0@start', 'selection:9-4@start', 'question@start@first', 'sentence:x@start'])
      assert.match(JSON.stringify(parsePlan(text, 'mask')), /is not a masking plan: write TARGET@START/);
  });

  it('hide places inside of what is continued, which is the prompt and a beginning of the trace', () => {
    const traces = labelledTraces().slice(0, 40);
    fc.assert(
      fc.property(plans, fc.constantFrom(...traces), fc.nat(1000), (plan, { text }, seed) => {
        const on = situation(text);
        const result = renderPlan(plan, on, createRandom(seed, 0));
        if (!result.ok) {
          assert.match(result.error.message, /the plan does not apply to this question\.$/);
          return;
        }
        const { prompt, hide, spans, whole, kept } = result.value;
        assert.equal(whole, on.prompt + text.slice(0, kept));
        const removed = spans.reduce((sum, span) => sum + span.end - span.start, 0);
        assert.equal(prompt.length, plan.method === 'mask' ? whole.length : whole.length - removed);
        assert.equal(hide.length, plan.method === 'mask' ? spans.length : 0);
        for (const [index, span] of spans.entries()) assert.ok(span.start < span.end && span.end <= whole.length && span.start >= (spans[index - 1]?.end ?? 0));
        if (plan.target.kind !== 'random') return;
        const like = plan.target.like === 'question' ? [on.question] : [...QUESTION.matchAll(/\d+/g)].map((match) => ({ start: on.question.start + match.index, end: on.question.start + match.index + match[0].length }));
        assert.equal(removed, like.reduce((sum, span) => sum + span.end - span.start, 0), 'as many tokens');
        assert.ok(spans.every((span) => span.start > 0 && like.every((other) => span.end <= other.start || other.end <= span.start)), 'none of them the same, and not the first');
      }),
      { numRuns: 300 },
    );
  });

  it('hide the question, a sentence, its numbers, a selection, the system turn, a step', () => {
    assert.deepEqual(hidden('question@start'), [QUESTION]);
    assert.deepEqual(hidden('sentence:2@start'), ['Mia loses 237 photos.']);
    assert.deepEqual(hidden('numbers@start'), ['393', '237']);
    assert.deepEqual(hidden('selection:0-3@answer'), ['Mia']);
    assert.deepEqual(hidden('system@answer'), [SYSTEM]);
    assert.deepEqual(hidden('step:1@answer'), ['Mia has 237 fewer photos: 393 - 237 = 156.']);
    assert.deepEqual(hidden('nothing@answer'), []);
  });

  it('begin at the start of thinking, at a step, before the step that states the answer, or right after the answer', () => {
    const kept = (text: string) => {
      const plan = rendered(text);
      return plan.ok ? TRACE.slice(0, plan.value.kept) : plan.error.message;
    };
    assert.equal(kept('question@start'), '');
    assert.equal(kept('question@step:1'), '');
    assert.equal(kept('question@answer'), 'Mia has 237 fewer photos: 393 - 237 = 156.\n\n');
    assert.equal(kept('question@step:3'), 'Mia has 237 fewer photos: 393 - 237 = 156.\n\nSo the answer is 156.\n\n');
    // The full stop that ends the step decides whether another follows: it is written under the mask.
    assert.equal(kept('question@first'), 'Mia has 237 fewer photos: 393 - 237 = 156.\n\nSo the answer is 156');
    assert.match(kept('question@step:9'), /The trace has 4 steps/);
  });

  it('remove the text, and keep the trace', () => {
    const plan = rendered('numbers@answer', 'remove');
    assert.ok(plan.ok);
    assert.ok(plan.value.prompt.includes('Mia has  photos. Mia loses  photos.'));
    assert.ok(plan.value.prompt.endsWith('393 - 237 = 156.\n\n'));
    assert.deepEqual(plan.value.hide, []);
  });

  it('keep layers and heads, and say where they do not apply', () => {
    const plan = renderPlan({ target: { kind: 'question' }, start: { kind: 'start' }, method: 'mask', layers: [1], heads: [0, 2] }, situation(TRACE), createRandom(0, 0));
    assert.ok(plan.ok);
    assert.deepEqual([plan.value.hide[0]?.layers, plan.value.hide[0]?.heads], [[1], [0, 2]]);
    assert.match(JSON.stringify(rendered('step:2@step:2')), /Step 2 does not stand before the start of the mask/);
    assert.match(JSON.stringify(rendered('question@first', 'mask', situation('Nothing is stated here.'))), /No step states an answer/);
    assert.match(JSON.stringify(rendered('numbers@start', 'mask', situation(TRACE, 'How many?'))), /The question has no number/);
    assert.match(JSON.stringify(rendered('random@start', 'mask', { ...situation(TRACE), tokens: undefined })), /does not tell its tokens/);
  });
});
