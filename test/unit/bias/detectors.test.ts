import assert from 'node:assert/strict';
import fc from 'fast-check';
import { traceReader } from '../../../src/core/bias/measure-trace.ts';
import { DEFAULT_BIAS_SETTINGS } from '../../../src/core/bias/settings.ts';
import { answerFinder, repliedAnswer } from '../../../src/core/bias/stated-answer.ts';
import { ANSWER_PATTERNS } from '../../../src/core/bias/word-lists.ts';
import { labelledTraces, type LabelledTrace } from './labelled-traces.ts';

const reader = traceReader(DEFAULT_BIAS_SETTINGS.detectors);
const find = answerFinder(ANSWER_PATTERNS);

/** Precision and recall of keys that were found against those that are there, over all traces. */
function score(traces: readonly LabelledTrace[], found: (trace: LabelledTrace) => readonly string[], there: (trace: LabelledTrace) => readonly string[]) {
  let [hits, foundCount, thereCount] = [0, 0, 0];
  for (const trace of traces) {
    const [mine, gold] = [found(trace), new Set(there(trace))];
    hits += mine.filter((key) => gold.has(key)).length;
    foundCount += mine.length;
    thereCount += gold.size;
  }
  return { precision: hits / foundCount, recall: hits / thereCount, n: thereCount };
}

describe('detectors of the bias lab on traces with exact labels', () => {
  const traces = labelledTraces();
  const measured = new Map(traces.map((trace) => [trace, reader.measure(trace.text, trace.gold)]));
  const of = (trace: LabelledTrace) => measured.get(trace)!;
  const check = (name: string, fewest: number, found: (trace: LabelledTrace) => readonly string[], there: (trace: LabelledTrace) => readonly string[]) =>
    it(`find ${name} with a precision and a recall of at least 0.98`, () => {
      const { precision, recall, n } = score(traces, found, there);
      const wrong = traces.filter((trace) => found(trace).join() !== there(trace).join()).map((trace) => `${trace.text}\nfound ${found(trace).join()}, there ${there(trace).join()}`);
      assert.ok(precision >= 0.98 && recall >= 0.98, `precision ${precision}, recall ${recall}, n = ${n}\n${wrong.slice(0, 3).join('\n---\n')}`);
      assert.ok(n >= fewest, `only ${n} to be found`);
    });

  check(
    'the first stated answer',
    150,
    (trace) => [of(trace).first].flatMap((first) => (first ? [`${first.step} ${first.span.start} ${first.span.end}`] : [])),
    ({ firstStep, firstStart, firstEnd }) => [`${firstStep} ${firstStart} ${firstEnd}`],
  );
  check('reflections', 100, (trace) => of(trace).reflections.map(({ step }) => String(step)), ({ reflections }) => reflections.map(String));
  check('redundant steps', 100, (trace) => of(trace).redundant.map(String), ({ redundant }) => redundant.map(String));
  check('loops', 15, (trace) => of(trace).loops.map(({ first, end, period }) => `${first} ${end} ${period}`), ({ loops }) => loops.map(({ first, end, period }) => `${first} ${end} ${period}`));

  it('read the final answer of each, and whether it is right', () => {
    for (const trace of traces) {
      assert.equal(of(trace).answer, trace.gold);
      assert.equal(of(trace).correct, true);
      assert.equal(reader.measure(trace.text, `${Number(trace.gold) + 1}`).correct, false);
    }
  });

  it('say the same of a trace when more steps follow it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...traces), fc.constantFrom(...traces), (trace, other) => {
        const thinking = trace.text.slice(0, trace.text.indexOf('\n</think>'));
        const [before, after] = [reader.measure(thinking, undefined), reader.measure(`${thinking}\n\n${other.text}`, undefined)];
        const within = (steps: readonly number[]) => steps.filter((step) => step < before.steps.length);
        assert.deepEqual(after.first, before.first);
        assert.deepEqual(after.steps.slice(0, before.steps.length), before.steps);
        assert.deepEqual(after.reflections.slice(0, before.reflections.length), before.reflections);
        assert.deepEqual(within(after.redundant), before.redundant);
      }),
      { numRuns: 60 },
    );
  });
});

describe('stated answers', () => {
  const first = (text: string) => find(text)[0]?.answer;

  it('are numbers, fractions, formulas and choices, in words or in a box', () => {
    assert.equal(first('So the answer is 1,234.5 apples.'), '1,234.5');
    assert.equal(first('The answer is $\\frac{1}{2}$.'), '\\frac{1}{2}');
    assert.equal(first('**The answer is** nothing, \\boxed{\\text{(B)}}'), '\\text{(B)}');
    assert.equal(first('Hence the answer is (C).'), 'C');
    assert.equal(first('The answer: -7'), '-7');
    assert.equal(first('所以答案是42。'), '42');
    assert.equal(first('The answer should be x = 5'), '5');
  });

  it('are no beginnings of calculations, articles, placeholders or empty boxes', () => {
    assert.equal(first('The answer is 3 + 4, which I compute next.'), undefined);
    assert.equal(first('The answer is a number.'), undefined);
    assert.equal(first('I give the answer in \\boxed{}.'), undefined);
    assert.equal(first('The answer is \\boxed{4'), undefined);
  });

  it('are the last box of a reply, its last statement, or all of it', () => {
    assert.equal(repliedAnswer(find, 'The answer is 3. No: \\boxed{4}. The answer is 5.'), '4');
    assert.equal(repliedAnswer(find, 'The answer is 3. The answer is 5.'), '5');
    assert.equal(repliedAnswer(find, ' 17.\n'), '17');
    assert.equal(repliedAnswer(find, 'I do not know.'), undefined);
  });
});

describe('a trace', () => {
  it('has no steps and no first answer where the thinking was ended at once', () => {
    const measure = reader.measure('\n</think>\n\nThe answer is \\boxed{24}.', '24');
    assert.deepEqual([measure.steps.length, measure.first, measure.answer, measure.correct], [0, undefined, '24', true]);
  });

  it('has no answer where its thinking was cut off', () => {
    const measure = reader.measure('10 + 3 = 13.\n\nSo the answer is 13.', '13');
    assert.deepEqual([measure.first?.answer, measure.answer, measure.correct], ['13', undefined, false]);
  });

  it('takes words and patterns that a person edits', () => {
    const own = traceReader({ segmenter: 'blank-lines', reflectionWords: { en: ['Oops'] }, answerPatterns: { en: ['it comes to {answer}'] } });
    const measure = own.measure('Wait.\n\nOops, again.\n\nSo it comes to 9.', undefined);
    assert.deepEqual(measure.reflections.map(({ step, word }) => [step, word]), [[1, 'Oops']]);
    assert.equal(measure.first?.answer, '9');
  });
});
