import assert from 'node:assert/strict';
import type { Span } from '../../../src/core/trace/trace.ts';

/** What holds of the steps of every segmenter: nothing is lost, nothing overlaps, each is trimmed, and no boundary is inside a block. */
export function checkSteps(text: string, steps: readonly Span[], blocks: readonly Span[]): void {
  let at = 0;
  let rebuilt = '';
  let block = 0;
  for (const { start, end } of steps) {
    assert.ok(start >= at && end > start, `${start}–${end} after ${at}`);
    const separator = text.slice(at, start);
    assert.equal(separator.trim(), '');
    const step = text.slice(start, end);
    assert.equal(step, step.trim());
    while ((blocks[block]?.end ?? Infinity) <= start) block++;
    assert.ok((blocks[block]?.start ?? Infinity) >= start, `the step at ${start} begins inside of a block`);
    rebuilt += separator + step;
    at = end;
  }
  assert.equal(text.slice(at).trim(), '');
  assert.equal(rebuilt + text.slice(at), text);
}
