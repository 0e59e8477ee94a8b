import assert from 'node:assert/strict';
import { stepTexts, type Trace } from '../../../src/core/trace/trace.ts';

/** What holds for each trace, wherever it came from. */
export function checkTrace(trace: Trace): void {
  const { problem, response, steps, answer, label, given } = trace;
  assert.notEqual(problem.trim(), '');
  assert.ok(steps.length > 0);
  let end = 0;
  let text = '';
  steps.forEach(({ index, span }, place) => {
    assert.equal(index, place);
    assert.ok(span.start >= end && span.end > span.start && span.end <= response.length, `step ${place} lies at ${span.start}-${span.end}`);
    text += response.slice(end, span.end);
    end = span.end;
  });
  assert.equal(text + response.slice(end), response);
  assert.ok(stepTexts(trace).every((step) => step.trim() !== ''));
  if (answer) assert.ok(answer.start <= answer.end && answer.end <= response.length);
  for (const one of [...(label ? [label] : []), ...(given?.predictions ?? [])])
    if (one.firstError !== undefined) assert.ok(Number.isInteger(one.firstError) && one.firstError >= 0 && one.firstError < steps.length);
  for (const { values } of [...(given?.ratings ?? []), ...(given?.scores ?? [])]) assert.equal(values.length, steps.length);
  for (const { samples, analyses } of given?.scores ?? [])
    for (const list of [samples, analyses]) assert.ok(list === undefined || list.length === steps.length);
  for (const { step } of given?.alternatives ?? []) assert.ok(step >= 0 && step <= steps.length);
  for (const { span } of given?.calculations ?? []) assert.ok(span.start <= span.end && span.end <= response.length);
}
