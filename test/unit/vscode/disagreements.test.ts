import assert from 'node:assert/strict';
import type { GivenData } from '../../../src/core/trace/given.ts';
import type { Trace } from '../../../src/core/trace/trace.ts';
import { annotate, type StepAnnotation } from '../../../src/vscode/annotations.ts';
import { disagreements } from '../../../src/vscode/disagreements.ts';
import { givenAt, givenErrors, givenInline, labelText } from '../../../src/vscode/given-text.ts';
import { score, step } from './scores.ts';

const label = { firstError: 1, field: 'label', madeBy: 'human' } as const;

function trace(given: GivenData, labelled = true): Trace {
  return { source: { file: 'a.jsonl' }, problem: 'Q', response: 'abc', steps: [0, 1, 2].map((index) => ({ index, span: { start: index, end: index + 1 } })), given, ...(labelled && { label }) };
}

function annotated(...values: readonly (readonly number[])[]): readonly StepAnnotation[] {
  return annotate(values.map((samples) => step(samples.length === 0 ? {} : { sampled: score(...samples) })), 0.5, undefined).steps;
}

const of = (steps: readonly StepAnnotation[], about: Trace): string[][] => steps.map((each) => disagreements(each, about, 0.5));

describe('disagreements', () => {
  it('are found among the samples of a step', () => {
    assert.deepEqual(of(annotated([0.9, 0.1], [0.9, 0.8], []), trace({}, false)), [['samples disagree'], [], []]);
  });

  it('are found with the label up to its first error, and not after it', () => {
    assert.deepEqual(of(annotated([0.1], [0.9], [0.1]), trace({})), [
      ['our verdict (wrong) against label: right (human, field "label")'],
      ['our verdict (right) against label: first error (human, field "label")'],
      [],
    ]);
  });

  it('are found with ratings, where a neutral step is a right one', () => {
    const ratings = [{ field: 'r', madeBy: 'human', values: [-1, 0, undefined] }] as const;
    assert.deepEqual(of(annotated([0.9], [0.1], [0.1]), trace({ ratings }, false)), [
      ['our verdict (right) against rating -1 (human, field "r")'],
      ['our verdict (wrong) against rating 0 (human, field "r")'],
      [],
    ]);
  });

  it('are found with scores of another model, against the threshold of the file or else ours', () => {
    const scores = [
      { field: 's', madeBy: 'model', maker: 'M', quantity: 'P(Yes)', values: [0.31, 0.9, undefined] },
      { field: 't', madeBy: 'model', quantity: 'logit', values: [-3, 2, 1], threshold: 0 },
    ] as const;
    assert.deepEqual(of(annotated([0.9], [0.9], [0.9]), trace({ scores }, false)), [
      ['our verdict (right) against P(Yes) 0.31 (model M, field "s", threshold 0.50 is ours)', 'our verdict (right) against logit -3 (model, field "t", threshold 0)'],
      [],
      [],
    ]);
  });

  it('are not made up where a quantity does not say what is wrong', () => {
    const scores = [
      { field: 'a', madeBy: 'model', quantity: 'redundancy', values: [0.1, 0.1, 0.1] },
      { field: 'b', madeBy: 'model', quantity: 'reward', values: [-3, 7, 1] },
    ] as const;
    assert.deepEqual(of(annotated([0.9], [0.9], [0.9]), trace({ scores }, false)), [[], [], []]);
    assert.deepEqual(of(annotated([], [], []), trace({})), [[], [], []], 'nothing is scored');
  });
});

describe('what came with the data', () => {
  it('is short at the end of a line, with a glyph, and empty where nothing was said', () => {
    const ratings = [{ field: 'r', madeBy: 'human', values: [0, -1, undefined] }] as const;
    assert.deepEqual([0, 1, 2].map((at) => givenInline(givenAt(trace({ ratings }), at, 0.5))), ['⚑ rating 0', '⚑ label: first error · rating -1', '']);
  });

  it('is listed with the first wrong step of each source', () => {
    const ratings = [{ field: 'r', madeBy: 'human', values: [-1, -1, -1] }] as const;
    assert.deepEqual(givenErrors(trace({ ratings }), 0.5), [
      { step: 0, texts: ['rating -1 (human, field "r")'] },
      { step: 1, texts: ['label: first error (human, field "label")'] },
    ]);
    assert.deepEqual(givenErrors(trace({}, false), 0.5), []);
  });

  it('names its source, and a missing value is missing', () => {
    const ratings = [{ field: 'r', madeBy: 'human', maker: 'ann', values: [undefined, -1] }] as const;
    assert.equal(labelText(trace({})), 'label: first error at step 2 (human, field "label")');
    assert.equal(labelText(trace({}, false)), undefined);
    assert.deepEqual(givenAt(trace({ ratings }), 1, 0.5).map(({ text }) => text), ['label: first error (human, field "label")', 'rating -1 (human ann, field "r")']);
    assert.deepEqual(givenAt(trace({ ratings }, false), 0, 0.5), []);
    assert.equal(givenAt(trace({ predictions: [{ firstError: 2, field: 'p', file: 'x.jsonl', madeBy: 'unknown' }] }, false), 2, 0.5)[0]?.text, 'prediction: first error (maker unknown, field "p" of x.jsonl)');
  });
});
