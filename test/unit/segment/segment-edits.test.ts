import assert from 'node:assert/strict';
import fc from 'fast-check';
import { protectedBlocks } from '../../../src/core/segment/blocks.ts';
import { applyEdit, applyEdits, type Cuts, type SegmentationEdit } from '../../../src/core/segment/edits.ts';
import { unitStarts } from '../../../src/core/segment/planning.ts';
import { choiceFor, formatRecord, parseRecord, segmentationContent, type SegmentationRecord } from '../../../src/core/segment/segmentation-record.ts';
import { cutsOf, segmentTrace, type SegmentationChoice } from '../../../src/core/segment/segment-trace.ts';
import { SEGMENTERS } from '../../../src/core/segment/segmenters.ts';
import type { GivenData } from '../../../src/core/trace/given.ts';
import { joinSteps, stepsFromSpans } from '../../../src/core/trace/steps.ts';
import { stepTexts, type Trace } from '../../../src/core/trace/trace.ts';
import { checkSteps } from './check-steps.ts';
import { anyText } from './random-texts.ts';

const TEXT = 'One. Two 😀 three.\n\nFour $a + b$ five.\n\nSix.';

function contextOf(text: string) {
  return { text, blocks: protectedBlocks(text) };
}

/** Applies edits to the blank-line steps of a text; the steps' texts, or the reason why not. */
function edited(text: string, ...edits: readonly SegmentationEdit[]): string[] | string {
  const result = applyEdits(contextOf(text), { steps: SEGMENTERS['blank-lines'].cut(text) }, edits);
  return result.ok ? result.value.steps.map(({ start, end }) => text.slice(start, end)) : result.error.reason;
}

const at = (part: string, text = TEXT): number => text.indexOf(part);

describe('segmentation edits', function () {
  this.timeout(60_000);
  it('merge a step with the one before', () => {
    assert.deepEqual(edited(TEXT, { type: 'merge', at: at('Six') }), ['One. Two 😀 three.', 'Four $a + b$ five.\n\nSix.']);
  });

  it('split a step, at the next character that is no space', () => {
    assert.deepEqual(edited(TEXT, { type: 'split', at: at(' Two') }), ['One.', 'Two 😀 three.', 'Four $a + b$ five.', 'Six.']);
    assert.deepEqual(edited(TEXT, { type: 'split', at: at('b$') + 2 }), ['One. Two 😀 three.', 'Four $a + b$', 'five.', 'Six.']);
  });

  it('move a boundary, both ways', () => {
    assert.deepEqual(edited(TEXT, { type: 'move', from: at('Four'), to: at('Two') }), ['One.', 'Two 😀 three.\n\nFour $a + b$ five.', 'Six.']);
    assert.deepEqual(edited(TEXT, { type: 'move', from: at('Four'), to: at('five') }), ['One. Two 😀 three.\n\nFour $a + b$', 'five.', 'Six.']);
  });

  it('apply in order, all or none', () => {
    const edits: SegmentationEdit[] = [{ type: 'merge', at: at('Four') }, { type: 'split', at: at('Two') }, { type: 'move', from: at('Two'), to: at('three') }];
    assert.deepEqual(edited(TEXT, ...edits), ['One. Two 😀', 'three.\n\nFour $a + b$ five.', 'Six.']);
    const failed = applyEdits(contextOf(TEXT), { steps: SEGMENTERS['blank-lines'].cut(TEXT) }, [...edits, { type: 'merge', at: at('Two') }]);
    assert.ok(!failed.ok);
    assert.equal(failed.error.edit, 3);
  });

  const refused: readonly (readonly [string, SegmentationEdit, string])[] = [
    ['merging at no boundary', { type: 'merge', at: at('Two') }, 'no-boundary'],
    ['merging the first step', { type: 'merge', at: 0 }, 'no-boundary'],
    ['splitting in a surrogate pair', { type: 'split', at: at('😀') + 1 }, 'surrogate-pair'],
    ['moving into a surrogate pair', { type: 'move', from: at('Four'), to: at('😀') + 1 }, 'surrogate-pair'],
    ['splitting a formula', { type: 'split', at: at('+ b') }, 'protected-block'],
    ['moving into a formula', { type: 'move', from: at('Six'), to: at('b$') }, 'protected-block'],
    ['splitting where a step begins', { type: 'split', at: at('Four') }, 'at-boundary'],
    ['splitting between steps', { type: 'split', at: at('\n\nSix') }, 'outside-steps'],
    ['splitting after the end', { type: 'split', at: TEXT.length + 5 }, 'outside-steps'],
    ['moving over another step', { type: 'move', from: at('Six'), to: at('Two') }, 'outside-steps'],
    ['moving a boundary that is none', { type: 'move', from: at('Two'), to: at('three') }, 'no-boundary'],
    ['moving nowhere', { type: 'move', from: at('Six'), to: at('\n\nSix') }, 'at-boundary'],
    ['moving to the beginning', { type: 'move', from: at('Four'), to: 0 }, 'at-boundary'],
  ];
  for (const [what, edit, reason] of refused)
    it(`refuse ${what}, in a sentence`, () => {
      const result = applyEdit(contextOf(TEXT), { steps: SEGMENTERS['blank-lines'].cut(TEXT) }, edit);
      assert.ok(!result.ok);
      assert.equal(result.error.reason, reason);
      assert.match(result.error.message, /^[A-Z].*: choose .*\.$/);
    });

  it('lose nothing and cut no block, whatever they are; dropping the last is undoing it', () => {
    // Which boundary, counted around, so that most edits fit; and a place that may be anywhere.
    const anyEdit = fc.record({ type: fc.constantFrom('merge' as const, 'split' as const, 'move' as const), boundary: fc.nat(20), place: fc.nat(80) });
    let applied = 0;
    fc.assert(
      fc.property(anyText, anyText, fc.array(anyEdit, { minLength: 3, maxLength: 12 }), (before, after, tried) => {
        const text = `${before}\n\nOne. So two, Wait, three.\n\n${after}`;
        const context = contextOf(text);
        const steps = SEGMENTERS['planning-words'].cut(text);
        const states: Cuts[] = [{ steps, unitStarts: unitStarts(text, steps, {}) }];
        const edits: SegmentationEdit[] = [];
        for (const { type, boundary, place } of tried) {
          const current = states.at(-1)!;
          const at = current.steps[boundary % (current.steps.length + 1)]?.start ?? place;
          const edit: SegmentationEdit = type === 'move' ? { type, from: at, to: place } : { type, at: type === 'merge' ? at : place };
          const next = applyEdit(context, current, edit);
          if (!next.ok) continue;
          states.push(next.value);
          edits.push(edit);
          applied++;
        }
        states.forEach((state, kept) => {
          checkSteps(text, state.steps, context.blocks);
          const begins = new Set(state.steps.map(({ start }) => start));
          assert.ok(state.unitStarts?.every((start) => begins.has(start)));
          assert.equal(state.unitStarts?.[0], state.steps[0]?.start);
          const again = applyEdits(context, states[0]!, edits.slice(0, kept));
          assert.deepEqual(again.ok && again.value, state);
        });
      }),
      { numRuns: 3000 },
    );
    assert.ok(applied > 2000, `only ${applied} edits fitted`);
  });
});

const PROBLEM = 'How many?';

function given(...texts: readonly string[]): Trace {
  return { source: { file: 'rows.jsonl', row: 4 }, problem: PROBLEM, ...joinSteps(texts) };
}

function written(response: string): Trace {
  return { source: { file: 'a.md' }, problem: PROBLEM, response, steps: stepsFromSpans(SEGMENTERS.auto.cut(response)) };
}

function cutAs(trace: Trace, choice: Partial<SegmentationChoice>) {
  const result = segmentTrace(trace, { segmenter: 'auto', edits: [], ...choice });
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

describe('a trace cut again', () => {
  it('keeps given steps under auto, and says so', () => {
    const { trace, by, why } = cutAs(given('One. Two.', 'Three.'), {});
    assert.deepEqual([stepTexts(trace), by, why], [['One. Two.', 'Three.'], 'given', 'The file gives the steps.']);
  });

  it('has no given steps where there is only a text', () => {
    const result = segmentTrace(written('One.\n\nTwo.'), { segmenter: 'given', edits: [] });
    assert.ok(!result.ok);
    assert.equal(result.error.message, 'a.md has no steps of its own, only a text: choose another segmenter than "given".');
  });

  it('can be cut back to the given steps only from the trace as it was read', () => {
    const trace = given('One. Two.', 'Three.');
    const { trace: again } = cutAs(trace, { segmenter: 'sentences' });
    assert.deepEqual(stepTexts(again), ['One.', 'Two.', 'Three.']);
    assert.equal(again.stepsGiven, undefined);
    assert.deepEqual(cutAs(trace, { segmenter: 'given' }).trace, trace);
  });

  it('leaves thinking tags and the answer alone', () => {
    const response = '<think>\nOne. Two.\n</think>\n\nThe answer. Is 2.';
    const start = response.indexOf('One');
    const trace: Trace = { ...written(response), steps: stepsFromSpans([{ start, end: start + 9 }]), answer: { start: response.indexOf('The'), end: response.length } };
    const { trace: again } = cutAs(trace, { segmenter: 'sentences' });
    assert.deepEqual(stepTexts(again), ['One.', 'Two.']);
    assert.deepEqual(again.answer, trace.answer);
  });

  it('moves the label with the wrong step, and drops it where the step is cut apart', () => {
    const label = { field: 'label', madeBy: 'human', indexBase: 0, firstError: 1 } as const;
    const trace = { ...given('One.', 'Two. Three.', 'Four.'), label };
    assert.deepEqual(cutAs(trace, { edits: [{ type: 'merge', at: trace.steps[1]!.span.start }] }).trace.label, { ...label, firstError: 0 });
    assert.equal(cutAs(trace, { segmenter: 'sentences' }).trace.label, undefined);
    const right = { ...label, firstError: undefined };
    assert.deepEqual(cutAs({ ...trace, label: right }, { segmenter: 'sentences' }).trace.label, right);
  });

  it('keeps ratings and scores of the steps that stay as they are, and of no other', () => {
    const from = { field: 'f', madeBy: 'model' } as const;
    const data: GivenData = {
      ratings: [{ ...from, values: [1, -1, undefined] }],
      scores: [{ ...from, quantity: 'P(Yes)', values: [0.9, 0.2, 0.4], samples: [[0.9], [0.2], [0.4]] }],
      predictions: [{ ...from, firstError: 1 }],
      alternatives: [{ ...from, step: 0, text: 'a' }, { ...from, step: 1, text: 'b' }],
      goldAnswer: { ...from, value: '4' },
    };
    const trace = { ...given('One.', 'Two. Three.', 'Four.'), given: data };
    const again = cutAs(trace, { segmenter: 'sentences' }).trace;
    assert.deepEqual(stepTexts(again), ['One.', 'Two.', 'Three.', 'Four.']);
    assert.deepEqual(again.given, {
      ratings: [{ ...from, values: [1, undefined, undefined, undefined] }],
      scores: [{ ...from, quantity: 'P(Yes)', values: [0.9, undefined, undefined, 0.4], samples: [[0.9], [], [], [0.4]] }],
      alternatives: [{ ...from, step: 0, text: 'a' }],
      goldAnswer: { ...from, value: '4' },
    });
    assert.deepEqual(cutAs(trace, { segmenter: 'given' }).trace.given, data);
  });

  it('keeps units through edits: they join, move and stay', () => {
    const response = 'One.\n\nWait, two. Three.\n\nFour.\n\nSo five.';
    const units = (edits: readonly SegmentationEdit[]): string[] => {
      const { trace } = cutAs(written(response), { segmenter: 'planning-words', edits });
      return (trace.units ?? []).map(({ first, end, word }) => `${word ?? '–'}: ${stepTexts(trace).slice(first, end).join(' | ')}`);
    };
    assert.deepEqual(units([]), ['–: One.', 'Wait: Wait, two. Three. | Four.', 'So: So five.']);
    assert.deepEqual(units([{ type: 'merge', at: at('Wait', response) }]), ['–: One.\n\nWait, two. Three. | Four.', 'So: So five.']);
    assert.deepEqual(units([{ type: 'split', at: at('Three', response) }]), ['–: One.', 'Wait: Wait, two. | Three. | Four.', 'So: So five.']);
    assert.deepEqual(units([{ type: 'move', from: at('So', response), to: at('five', response) }]), ['–: One.', 'Wait: Wait, two. Three. | Four.\n\nSo', '–: five.']);
  });

  it('shows the steps of the segmenter, and why, where edits do not fit', () => {
    const { trace, refusal } = cutAs(written('One.\n\nTwo.'), { segmenter: 'blank-lines', edits: [{ type: 'split', at: 2 }, { type: 'merge', at: 99 }] });
    assert.deepEqual(stepTexts(trace), ['One.', 'Two.']);
    assert.match(refusal ?? '', /^a\.md: edit 2 of 2 of its segmentation does not fit .* so none is applied\. There is no boundary/);
  });

  it('gives the cuts that it was made from', () => {
    const { trace } = cutAs(written('One.\n\nWait, two.'), { segmenter: 'planning-words' });
    assert.deepEqual(cutsOf(trace), { steps: [{ start: 0, end: 4 }, { start: 6, end: 16 }], unitStarts: [0, 6] });
  });
});

describe('a segmentation as JSON', function () {
  this.timeout(60_000);
  const PLAIN = { noNullPrototype: true };
  const record: SegmentationRecord = { text: 'abc', segmenter: 'planning-words', planningWords: ['Wait'], language: 'en', edits: [{ type: 'merge', at: 6 }, { type: 'move', from: 1, to: 2 }] };
  const form = '{"version":1,"text":"abc","segmenter":"planning-words","language":"en","planningWords":["Wait"],"edits":[{"type":"merge","at":6},{"type":"move","from":1,"to":2}]}';

  it('has one form, whatever the order of its fields', () => {
    assert.equal(formatRecord(record), form);
    const { edits, ...rest } = record;
    assert.equal(formatRecord({ edits, ...rest }), form);
    assert.deepEqual(parseRecord('x.json', form), { ok: true, value: record });
  });

  it('comes back from JSON as it was, and does the same', () => {
    const anyRecord = fc.record({
      text: fc.string(),
      segmenter: fc.constantFrom('auto' as const, 'given' as const, 'sentences' as const),
      edits: fc.array(fc.oneof(fc.record({ type: fc.constantFrom('merge' as const, 'split' as const), at: fc.nat() }, PLAIN), fc.record({ type: fc.constant('move' as const), from: fc.nat(), to: fc.nat() }, PLAIN))),
    }, PLAIN);
    fc.assert(fc.property(anyRecord, (one) => assert.deepEqual(parseRecord('x.json', formatRecord(one)), { ok: true, value: one })));
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ['no JSON', '{', 'not-a-segmentation'],
    ['another object', '{"version":1}', 'not-a-segmentation'],
    ['an unknown segmenter', form.replace('planning-words', 'vibes'), 'not-a-segmentation'],
    ['an edit with a negative offset', form.replace('"at":6', '"at":-6'), 'not-a-segmentation'],
    ['an unknown edit', form.replace('"merge"', '"explode"'), 'not-a-segmentation'],
    ['words that are no texts', form.replace('["Wait"]', '[1]'), 'not-a-segmentation'],
    ['a newer form', form.replace('"version":1', '"version":2'), 'newer-version'],
  ];
  for (const [what, json, reason] of wrong)
    it(`refuses ${what}, in a sentence that names the file`, () => {
      const result = parseRecord('x.json', json);
      assert.ok(!result.ok);
      assert.equal(result.error.reason, reason);
      assert.match(result.error.message, /^x\.json .*\.$/);
    });

  it('reads anything without throwing', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => assert.equal(parseRecord('x.json', text).ok, false)));
  });

  it('is refused for another text', () => {
    const trace = written('One.');
    assert.ok(choiceFor(trace, 'abc', record).ok);
    const refused = choiceFor(trace, 'abd', record);
    assert.ok(!refused.ok);
    assert.match(refused.error.message, /^a\.md: the text has changed since 2 edits of its segmentation were made/);
  });

  it('tells texts apart by what their steps depend on', () => {
    const contents = [written('One.\n\nTwo.'), given('One.', 'Two.'), given('One.\n\nTwo.'), { ...given('One.', 'Two.'), problem: 'Why?' }].map(segmentationContent);
    assert.equal(new Set(contents).size, 4);
    assert.equal(segmentationContent({ ...written('One.\n\nTwo.'), steps: [] }), contents[0]);
  });
});
