import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { layerAttention, readAttention, readTokenAttention } from '../../../src/core/bias/attention.ts';
import { biasPrompts } from '../../../src/core/bias/prompts.ts';
import { traceAnswer } from '../../../src/core/bias/trace-answer.ts';
import { traceReader } from '../../../src/core/bias/measure-trace.ts';
import { markId, timelinePicture, type TimelineWords } from '../../../src/core/bias/picture/timeline-picture.ts';
import { DEFAULT_BIAS_SETTINGS, type BiasSettings } from '../../../src/core/bias/settings.ts';
import { timelineOf, traceAxis } from '../../../src/core/bias/timeline.ts';
import { readTracePart, type TraceReading, type TraceTask } from '../../../src/core/bias/trace-parts.ts';
import type { LanguageModel } from '../../../src/core/model.ts';
import { svg, svgText } from '../../../src/core/picture/svg.ts';
import { createEngine, type Engine } from '../../../src/models/onnx/engine.ts';
import { repoRoot } from '../formats/shared-data.ts';
import { bundledModel } from '../models/shared-models.ts';
import { labelledTraces } from './labelled-traces.ts';

const reader = traceReader(DEFAULT_BIAS_SETTINGS.detectors);
const TEXT = '9 + 4 = 13.\n\nSo the answer is 13.\n\nWait, let me check.\n\n9 + 4 = 13.\n\nSo the answer is 13.\n</think>\n\nThe answer is \\boxed{13}.';

describe('the timeline of a trace', () => {
  it('has every finding of the detectors as a mark, in order, on the axis', () => {
    for (const { text, gold } of labelledTraces()) {
      const measure = reader.measure(text, gold);
      const own = traceAnswer(reader.find, text, undefined);
      const { marks, steps, length } = timelineOf(measure, traceAxis(text, undefined), own);
      const count = (kind: string) => marks.filter((mark) => mark.kind === kind).length;
      assert.deepEqual([count('first'), count('reflection'), count('redundant'), count('loop'), count('answer')], [measure.first ? 1 : 0, measure.reflections.length, measure.redundant.length, measure.loops.length, 1]);
      assert.ok(marks.every(({ from, to }, index) => from < to && to <= length && from >= (marks[index - 1]?.from ?? 0)));
      assert.deepEqual(steps, measure.steps.map(({ start, end }) => ({ from: start, to: end })));
      assert.equal(own?.answer, gold);
    }
  });

  it('counts in tokens: those that begin before a place', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 30 }), fc.nat(90), (lengths, offset) => {
        let end = 0;
        // A token of no length begins a character that the next one ends.
        const tokens = lengths.map((length) => ({ start: end, end: (end += length) }));
        const axis = traceAxis('x'.repeat(end), tokens);
        assert.equal(axis.at(offset), tokens.filter(({ start }) => start < offset).length);
      }),
    );
  });

  it('puts a first answer where a person puts it, and nowhere where there is to be none', () => {
    const first = { answer: '13', span: { start: 8, end: 10 }, step: 0, by: 'by hand' };
    const moved = reader.measure(TEXT, '13', { first });
    assert.equal(moved.first, first);
    // What follows an earlier answer and says nothing new is redundant from there on.
    assert.deepEqual([reader.measure(TEXT, '13').redundant, moved.redundant], [[3, 4], [3, 4]]);
    assert.deepEqual([reader.measure(TEXT, '13', { first: null }).first, reader.measure(TEXT, '13', { first: null }).redundant], [undefined, []]);
    const whole = reader.measure(TEXT, '13', { steps: [{ start: 0, end: TEXT.indexOf('\n</think>') }] });
    assert.deepEqual([whole.first?.step, whole.redundant, whole.reflections], [0, [], []]);
  });

  it('draws every mark as an option, in any width, and text as text', () => {
    const measure = reader.measure(TEXT, undefined);
    const timeline = timelineOf(measure, traceAxis(TEXT, undefined), undefined);
    const words: TimelineWords = { lanes: { steps: 's', first: 'f', reflection: 'r', redundant: 'd', loop: 'l', answer: '<b>', curve: 'c' }, marks: timeline.marks.map((_, index) => `mark ${index} <i>`), axis: 'a', uniform: 'u', exit: 'e' };
    fc.assert(
      fc.property(fc.integer({ min: 260, max: 2000 }), fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1, maxLength: 40 }), (width, values) => {
        const picture = timelinePicture(timeline, words, { points: values.map((y, x) => ({ x, y })), threshold: 2, exit: 3 }, width);
        const text = svgText(svg('svg', {}, ...picture.nodes));
        timeline.marks.forEach((_, index) => assert.ok(text.includes(`id="${markId(index)}"`)));
        assert.ok(!text.includes('<i>') && !text.includes('<b>') && !text.includes('NaN'));
        assert.ok(Math.abs(picture.value(picture.x(20)) - 20) < 1);
        for (const [, x] of text.matchAll(/ x="(-?[\d.]+)"/g)) assert.ok(Number(x) >= -2 && Number(x) <= width, x);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the final answer of a trace in a file', () => {
  const find = reader.find;
  it('is what follows the thinking, what the data sets apart, or the last one stated', () => {
    assert.deepEqual(traceAnswer(find, TEXT, undefined), { answer: '13', by: 'after the thinking', span: { start: TEXT.length - 4, end: TEXT.length - 2 } });
    const apart = { answer: '72', by: 'set apart', span: { start: 12, end: 14 } };
    assert.deepEqual(traceAnswer(find, 'So 3.\n\n#### 72', { start: 7, end: 14 }), apart);
    assert.deepEqual(traceAnswer(find, 'So 3.\n\n     72', { start: 12, end: 14 }), apart);
    assert.deepEqual(traceAnswer(find, 'The answer is 4. No: the answer is 5.', undefined), { answer: '5', by: 'last stated', span: { start: 35, end: 36 } });
  });
  it('is missing where the thinking was ended and nothing follows', () => {
    assert.equal(traceAnswer(find, 'The answer is 4.\n</think>\n', undefined), undefined);
    assert.equal(traceAnswer(find, 'Nothing yet.', undefined), undefined);
  });
});

describe('what the bundled reasoner says of one trace', function () {
  this.timeout(60_000);
  let engine: Engine;
  let model: LanguageModel;
  const settings: BiasSettings = { ...DEFAULT_BIAS_SETTINGS, guesses: { ...DEFAULT_BIAS_SETTINGS.guesses, n: 4 } };
  const task: TraceTask = { question: 'Ben has 9 books and gets 4 more books. How many books does Ben have?', measure: reader.measure(TEXT, '13'), settings, opened: true };
  before(async () => {
    engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js') });
    model = await engine.load(bundledModel('reasoner'));
  });
  after(() => engine.dispose());

  it('comes part by part, and each keeps the others', async () => {
    let reading: TraceReading | undefined;
    for (const part of ['lens', 'attention'] as const) {
      const read = await readTracePart(model, part, task, reading);
      assert.ok(read.ok, read.ok ? '' : read.error.message);
      reading = read.value;
    }
    assert.ok(reading?.guesses && reading.tokens && reading.attention);
    const [distribution] = reading.guesses.distributions;
    assert.equal((distribution?.unparsed ?? 0) + (distribution?.answers.reduce((sum, { count }) => sum + count, 0) ?? 0), 4);
    assert.equal(reading.tokens.map(({ start, end }) => TEXT.slice(start, end)).join(''), TEXT);
    assert.equal(reading.pFirst, reading.tokens.filter(({ start }) => start < task.measure.first!.span.end).length);
    assert.deepEqual(reading.attention.map(({ span }) => span), reading.tokens);
    assert.ok(reading.attention.every(({ layers }) => layers.length === 8 && layers.every(({ question }) => (question ?? -1) >= 0)));
    assert.ok(reading.attention.some(({ opens }) => opens));
    const { lens } = reading;
    assert.ok(lens && (lens.read.ok ? lens.read.value.probabilities.length === 9 : lens.read.error.reason === 'same'));
    // The experiment's summary is made of the same tokens.
    const [prompts] = await biasPrompts(model, [task.question], settings);
    assert.ok(prompts?.ok);
    const summary = await readAttention(model, prompts.value, { ...task.measure, finish: 'stop', tokens: undefined, pFirst: undefined });
    assert.deepEqual(layerAttention(await readTokenAttention(model, prompts.value, task.measure)), { reflecting: summary.reflecting, others: summary.others });
  });

  it('says what a model lacks, and asks it nothing', async () => {
    const asked = (): never => assert.fail('the model was asked');
    const poor: LanguageModel = { info: model.info, capabilities: { probabilities: true }, generate: asked, nextTokenProbabilities: asked };
    for (const [part, lack] of [['attention', /does not give its attention: use a model folder/], ['lens', /does not give its hidden states/]] as const) {
      const read = await readTracePart(poor, part, task, undefined);
      assert.ok(!read.ok && read.error.reason === 'unsupported' && lack.test(read.error.message));
    }
    await assert.rejects(readTracePart(poor, 'guesses', task, undefined), /has no chat template/);
  });
});
