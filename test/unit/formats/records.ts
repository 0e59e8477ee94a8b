import fc from 'fast-check';
import type { DataSource, FirstErrorLabel, GivenData } from '../../../src/core/trace/given.ts';
import type { TraceRecord } from '../../../src/core/trace/record.ts';
import { SEGMENTER_NAMES } from '../../../src/core/segment/segmenters.ts';
import { stepsFromSpans } from '../../../src/core/trace/steps.ts';
import type { Span, Trace } from '../../../src/core/trace/trace.ts';
import { combineSamples } from '../../../src/core/verifier/combine.ts';
import type { Provenance, Sample, Score } from '../../../src/core/verifier/score.ts';

/** Texts that are hard to carry: markup, separators, formulas, line ends, controls, halves of surrogate pairs. */
const piece = fc.oneof(
  fc.constantFrom('a', '0', ' ', '\n', '\r\n', '\r', '"', ',', ';', '\t', "'", '=1+1', '-1', '@x', '```', '<script>', '[x](command:y)', '\u202e', '\u200b', '\u0000', '\ud800', '\udc00', '😀', '\ufeff', '#', '|', '\u2028'),
  fc.string({ maxLength: 8, unit: 'grapheme' }),
);
export const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const filled = text.map((part) => (part.trim() === '' ? `x${part}` : part));
const separator = fc.constantFrom('\n\n', '\n', ' ', '', '\r\n\r\n', ' ки\n');

const source: fc.Arbitrary<DataSource> = fc.record(
  { field: text, file: text, madeBy: fc.constantFrom('human', 'model', 'rollouts', 'program', 'unknown'), maker: text, indexBase: fc.constantFrom(0, 1) },
  { requiredKeys: ['field', 'madeBy'] },
);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const probability = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => (value === 0 ? 0 : value));
const rating = fc.constantFrom(-1 as const, 0 as const, 1 as const);
const given = <Value>(value: fc.Arbitrary<Value>) => fc.tuple(source, value).map(([from, is]) => ({ ...from, value: is }));
const perStep = <Value>(value: fc.Arbitrary<Value>, steps: number) => fc.array(value, { minLength: steps, maxLength: steps });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const firstError = (steps: number): fc.Arbitrary<FirstErrorLabel> => fc.tuple(source, maybe(fc.nat({ max: steps - 1 }))).map(([from, at]) => ({ ...from, firstError: at }));

const givenData = (steps: number, length: number): fc.Arbitrary<GivenData> => {
  const scores = fc.tuple(source, fc.record({ quantity: text, values: perStep(maybe(finite), steps), samples: perStep(fc.array(finite, { maxLength: 2 }), steps), analyses: perStep(fc.array(text, { maxLength: 2 }), steps), classes: fc.dictionary(fc.constantFrom('good', 'bad', ''), perStep(maybe(probability), steps), { maxKeys: 2, noNullPrototype: true }), threshold: probability }, { requiredKeys: ['quantity', 'values'] }));
  const alternative = fc.tuple(source, fc.record({ step: fc.nat({ max: steps }), text, rating, score: finite }, { requiredKeys: ['step', 'text'] }));
  const candidate = fc.record({ text, score: finite }, { requiredKeys: ['text'] });
  const mode = fc.constantFrom('simple' as const, 'medium' as const, 'complex' as const);
  const spread = <Value extends object>(both: fc.Arbitrary<[DataSource, Value]>) => both.map(([from, rest]) => ({ ...from, ...rest }));
  return fc.record(
    {
      ratings: fc.array(fc.tuple(source, perStep(maybe(rating), steps)).map(([from, values]) => ({ ...from, values })), { maxLength: 2 }),
      scores: fc.array(spread(scores), { maxLength: 2 }),
      predictions: fc.array(firstError(steps), { maxLength: 2 }),
      metrics: fc.array(spread(fc.tuple(source, fc.record({ name: text, value: fc.oneof(finite, text, fc.boolean()), explanation: text }, { requiredKeys: ['name', 'value'] }))), { maxLength: 2 }),
      goldAnswer: given(text),
      finalAnswer: given(text),
      answerCorrect: given(fc.boolean()),
      reference: given(text),
      errorReason: given(text),
      subset: given(text),
      generator: given(text),
      alternatives: fc.array(spread(alternative), { maxLength: 2 }),
      calculations: fc.array(fc.record({ span: fc.nat({ max: length }).map((start) => ({ start, end: length })), expression: text, result: text }), { maxLength: 2 }),
      rounds: fc.array(fc.record({ mode, candidates: fc.array(candidate, { maxLength: 2 }), selected: fc.tuple(candidate, fc.boolean()).map(([chosen, accepted]) => ({ ...chosen, accepted })), nextMode: mode, terminated: fc.boolean() }, { requiredKeys: ['mode', 'candidates', 'nextMode', 'terminated'] }), { maxLength: 2 }),
      remarks: fc.array(text, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
};

const trace: fc.Arbitrary<Trace> = fc.array(fc.tuple(filled, separator), { minLength: 1, maxLength: 4 }).chain((parts) => {
  let response = '';
  const spans = parts.map(([step, after]): Span => {
    const start = response.length;
    response += step + after;
    return { start, end: start + step.length };
  });
  return fc.record(
    {
      source: fc.record({ file: text, row: fc.nat(), id: text, variant: text }, { requiredKeys: ['file'] }),
      problem: filled,
      response: fc.constant(response),
      steps: fc.constant(stepsFromSpans(spans)),
      stepsGiven: fc.constant(true as const),
      units: text.map((word) => [{ first: 0, end: spans.length, word }]),
      answer: fc.constant({ start: response.length, end: response.length }),
      label: firstError(spans.length),
      given: givenData(spans.length, response.length),
    },
    { requiredKeys: ['source', 'problem', 'response', 'steps'] },
  );
});

const sample: fc.Arbitrary<Sample> = fc
  .tuple(fc.record({ pYes: maybe(probability), verdict: maybe(fc.constantFrom('yes' as const, 'no' as const)), analysis: text, sections: fc.array(fc.record({ name: text, span: fc.nat({ max: 9 }).map((start) => ({ start, end: 9 })) }), { maxLength: 2 }), tokens: fc.nat() }), fc.record({ pYesBound: probability, unread: text }, { requiredKeys: [] }))
  .map(([required, rest]) => ({ ...required, ...rest }));
const provenance: fc.Arbitrary<Provenance> = fc.record({ model: text, modelHash: text, weights: text, mode: fc.constantFrom('reasoned', 'direct'), prompt: fc.constantFrom('plain', 'chat'), k: fc.nat(), temperature: probability, topP: probability, maxNewTokens: fc.nat(), seed: fc.nat(), promptVersion: text, threshold: probability, date: text });
const score: fc.Arbitrary<Score> = fc.tuple(fc.array(sample, { maxLength: 3 }), provenance).map(([samples, made]) => combineSamples(samples, made));

/** Any record: what the JSONL has to carry. */
export const record: fc.Arbitrary<TraceRecord> = trace
  .chain((one) => {
    const steps = one.steps.length;
    const note = fc.record({ step: fc.nat({ max: steps - 1 }), mark: fc.constantFrom('right' as const, 'wrong' as const), comment: text, author: text, date: text }, { requiredKeys: ['step'] });
    const at = fc.nat({ max: one.response.length });
    const edit = fc.oneof(fc.record({ type: fc.constantFrom('split' as const, 'merge' as const), at }), fc.record({ type: fc.constant('move' as const), from: at, to: at }));
    const segmentation = fc.record({ segmenter: fc.constantFrom(...SEGMENTER_NAMES), language: text, planningWords: fc.array(text, { maxLength: 2 }), edits: fc.array(edit, { maxLength: 2 }) }, { requiredKeys: ['segmenter', 'edits'] });
    return fc.record({ trace: fc.constant(one), scores: perStep(maybe(score), steps), notes: fc.array(note, { maxLength: 3 }), segmentation }, { requiredKeys: ['trace'] });
  })
  // Plain objects, as JSON gives them.
  .map((one) => structuredClone(one));
