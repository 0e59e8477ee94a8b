import assert from 'node:assert/strict';
import { combineSamples } from '../../../src/core/verifier/combine.ts';
import type { Verdict } from '../../../src/core/verifier/score.ts';
import { annotate, nextSampleCount, type StepScores, type TraceAnnotations } from '../../../src/vscode/annotations.ts';
import { boundText, inlineText, lensTitle, outcomeText, spokenStep } from '../../../src/vscode/wording.ts';
import { provenance, sample, score, step, verdictsOnly } from './scores.ts';

function annotated(steps: readonly StepScores[], threshold = 0.5, label?: number): TraceAnnotations {
  return annotate(steps, threshold, label);
}

function inline(steps: readonly StepScores[], threshold = 0.5): string[] {
  return annotated(steps, threshold).steps.map(inlineText);
}

describe('annotations', () => {
  it('says a score with glyph and number, more for several samples', () => {
    assert.deepEqual(inline([step({ greedy: score(0.97) })]), ['✓ 0.97']);
    assert.deepEqual(inline([step({ greedy: score(0.02) })]), ['✗ 0.02']);
    assert.deepEqual(inline([step({ sampled: score(0.04, 0.2, 0.12, 0.12) })]), ['✗ 0.12 ±0.07 (K=4)']);
    assert.deepEqual(inline([step({ direct: score(0.9) })]), ['✓ 0.90 (direct)']);
  });

  it('calls a score uncertain when samples disagree or it lies close to the threshold', () => {
    assert.deepEqual(inline([step({ greedy: score(0.48) })]), ['? 0.48']);
    assert.deepEqual(inline([step({ greedy: score(0.35) })]), ['? 0.35']);
    assert.deepEqual(inline([step({ greedy: score(0.65) })]), ['? 0.65']);
    assert.deepEqual(inline([step({ greedy: score(0.66) })]), ['✓ 0.66']);
    assert.equal(annotated([step({ sampled: score(0.95, 0.99, 0.97, 0.02) })]).steps[0]?.state, 'uncertain');
  });

  it('keeps a step without a verdict apart from a low score', () => {
    const [only] = annotated([step({ greedy: score(undefined) })]).steps;
    assert.equal(only?.state, 'noVerdict');
    assert.equal(only.firstError, false);
    assert.equal(only.suspicious, false);
    assert.equal(inlineText(only), '– no verdict');
  });

  it('judges by verdicts where a server gives no probabilities, and says so', () => {
    const only = (...verdicts: readonly Verdict[]) => step({ greedy: verdictsOnly(...verdicts) });
    const { steps, firstError } = annotated([only('yes'), only('no'), only('yes')]);
    assert.deepEqual(steps.map(inlineText), ['✓ Yes (verdict only)', '✗ No (verdict only)', '· ✓ Yes (verdict only)']);
    assert.equal(firstError, 1);
    assert.deepEqual(steps.map(({ score: made }) => made?.pYes), [undefined, undefined, undefined]);
    assert.deepEqual(inline([step({ sampled: verdictsOnly('yes', 'no', 'no', 'no') })]), ['? hard 0.25 (K=4, verdict only)']);
    assert.match(spokenStep(steps[1]!, 3, 'text'), /judged wrong, the first error, verdict only, without a probability, from 1 sample/);
  });

  it('counts verdicts without a probability among several apart from samples without a verdict', () => {
    const mixed = combineSamples([sample(0.9), { ...sample(undefined), verdict: 'yes' }, sample(undefined)], provenance);
    assert.deepEqual(inline([step({ sampled: mixed })]), ['✓ 0.90 (K=3, 1 with a verdict only, 1 without a verdict)']);
  });

  it('is uncertain where the bound of a score reaches the threshold', () => {
    const bounded = (bound: number) => combineSamples([{ ...sample(0.8), pYesBound: bound }], provenance);
    assert.equal(annotated([step({ greedy: bounded(0.31) })]).steps[0]?.state, 'uncertain');
    assert.equal(annotated([step({ greedy: bounded(0.2) })]).steps[0]?.state, 'correct');
    assert.equal(combineSamples([{ ...sample(0.8), pYesBound: 0.2 }, sample(0.9), sample(undefined)], provenance).pYesBound, 0.1);
    assert.equal('pYesBound' in score(0.8), false);
    assert.equal(boundText(0.031), '± 0.03');
    assert.equal(boundText(0.0004), '± under 0.01');
  });

  it('counts samples without a verdict among several', () => {
    assert.deepEqual(inline([step({ sampled: score(0.9, undefined, 0.9, 0.9) })]), ['✓ 0.90 ±0.00 (K=4, 1 without a verdict)']);
  });

  it('finds the first error and marks what comes after it', () => {
    const { steps, firstError } = annotated([
      step({ greedy: score(0.99) }),
      step({ greedy: score(0.01) }),
      step({ greedy: score(0.95) }),
      step({ greedy: score(0.1) }),
    ]);
    assert.equal(firstError, 1);
    assert.deepEqual(steps.map(({ firstError: first }) => first), [false, true, false, false]);
    assert.deepEqual(steps.map(({ brokenPrefix }) => brokenPrefix), [false, false, true, true]);
    assert.deepEqual(steps.map(inlineText), ['✓ 0.99', '✗ 0.01', '· ✓ 0.95', '· ✗ 0.10']);
  });

  it('is strict at the threshold, and follows it', () => {
    assert.equal(annotated([step({ greedy: score(0.5) })]).firstError, undefined);
    assert.equal(annotated([step({ greedy: score(0.7) })], 0.8).firstError, 0);
  });

  it('shows the stream with the most samples and names the others', () => {
    const [only] = annotated([step({ greedy: score(0.9), sampled: score(0.1, 0.2), direct: score(0.5) })]).steps;
    assert.equal(only?.stream, 'sampled');
    assert.deepEqual(only.others.map(({ stream }) => stream), ['greedy', 'direct']);
    assert.equal(annotated([step({ direct: score(0.1), greedy: score(0.9) })]).steps[0]?.stream, 'greedy');
  });

  it('asks for 4 samples after one, then for twice as many', () => {
    const next = (scores: StepScores): number => nextSampleCount(annotated([scores]).steps[0]!);
    assert.equal(next(step()), 4);
    assert.equal(next(step({ greedy: score(0.9) })), 4);
    assert.equal(next(step({ sampled: score(0.9, 0.9) })), 4);
    assert.equal(next(step({ sampled: score(0.9, 0.9, 0.9, 0.9) })), 8);
    assert.equal(next(step({ sampled: score(...Array.from({ length: 9 }, () => 0.5)) })), 16);
  });

  it('keeps the label of the data apart from the score', () => {
    const { steps, firstError } = annotated([step({ greedy: score(0.9) }), step({ greedy: score(0.9) })], 0.5, 1);
    assert.equal(firstError, undefined);
    assert.deepEqual(steps.map(({ labelled }) => labelled), [false, true]);
    assert.deepEqual(steps.map(inlineText), ['✓ 0.90', '✓ 0.90']);
  });

  it('tells steps that run, failed or were never scored apart', () => {
    const { steps, scored } = annotated([step(), step({}, { running: true }), step({}, { failure: 'Step 3: too long' })]);
    assert.deepEqual(steps.map(({ state }) => state), ['unscored', 'running', 'failed']);
    assert.deepEqual(steps.map(inlineText), ['', '… scoring', '! not scored']);
    assert.equal(scored, 0);
  });

  it('is suspicious of low scores and of disagreeing samples only', () => {
    const { steps } = annotated([
      step({ greedy: score(0.55) }),
      step({ greedy: score(0.45) }),
      step({ sampled: score(0.9, 0.1, 0.9, 0.9) }),
      step(),
    ]);
    assert.deepEqual(steps.map(({ suspicious }) => suspicious), [false, true, true, false]);
  });
});

describe('wording', () => {
  it('titles a lens', () => {
    const { steps } = annotated([step({ greedy: score(0.02) }), step(), step({ sampled: score(0.9, 0.9, 0.9, 0.9) })]);
    assert.deepEqual(steps.map(lensTitle), ['Step 1 · ✗ 0.02 · 1 sample', 'Step 2', 'Step 3 · ✓ 0.90 ±0.00 · 4 samples · after error']);
  });

  it('speaks a step in words alone', () => {
    const { steps } = annotated([step({ greedy: score(0.02) })], 0.5, 0);
    assert.equal(
      spokenStep(steps[0]!, 6, 'In all the boxes\nthere are 84.'),
      'Step 1 of 6, judged wrong, the first error, score 0.02 from 1 sample, the label says first error. In all the boxes there are 84.',
    );
  });

  it('sums a run up', () => {
    assert.equal(outcomeText(annotated([step({ greedy: score(0.9) }), step()])), '1 of 2 steps scored; no step under 0.50.');
    assert.equal(outcomeText(annotated([step({ greedy: score(0.1) })])), '1 of 1 step scored; first error: step 1.');
  });
});
