import { fail, ok, type Result } from '../result.ts';
import { stepsFromSpans } from '../trace/steps.ts';
import { sourceName, type Span, type Trace } from '../trace/trace.ts';
import { chooseSegmenter } from './auto.ts';
import { protectedBlocks } from './blocks.ts';
import { applyEdits, type Cuts, type EditContext, type SegmentationEdit } from './edits.ts';
import { movedGiven, movedLabel } from './moved-data.ts';
import { unitsAt, unitStarts } from './planning.ts';
import type { SegmentOptions } from './segmenter.ts';
import { segmenterLabel, SEGMENTERS, type SegmenterName } from './segmenters.ts';

/** How a person wants a trace cut. */
export interface SegmentationChoice extends SegmentOptions {
  readonly segmenter: SegmenterName;
  /** Applied in order to what the segmenter gives. */
  readonly edits: readonly SegmentationEdit[];
}

export interface SegmentedTrace {
  readonly trace: Trace;
  /** What cut it: where `auto` was asked for, the one that it chose. */
  readonly by: SegmenterName;
  /** Why `auto` chose it, in a sentence. */
  readonly why?: string;
  /** Why the edits were not applied, in a sentence; the trace is then as the segmenter cuts it. */
  readonly refusal?: string;
}

/**
 * Cuts a trace again. What a reader of the file took for reasoning is cut, from the first of its steps
 * to the end of the last; an answer set apart stays apart. `auto` keeps steps that the file gives. The
 * error `no-given-steps` names the trace.
 */
export function segmentTrace(trace: Trace, choice: SegmentationChoice): Result<SegmentedTrace, 'no-given-steps'> {
  const base = cutTrace(trace, choice);
  if (!base.ok) return base;
  const { cuts, by, why } = base.value;
  const note = why === undefined ? {} : { why };
  if (choice.edits.length === 0) return ok({ trace: withCuts(trace, cuts, choice), by, ...note });
  const edited = applyEdits(editContext(trace), cuts, choice.edits);
  if (edited.ok) return ok({ trace: withCuts(trace, edited.value, choice), by, ...note });
  const refusal = `${sourceName(trace.source)}: edit ${edited.error.edit + 1} of ${choice.edits.length} of its segmentation does not fit the steps that "${segmenterLabel(choice.segmenter)}" gives, so none is applied. ${edited.error.message}`;
  return ok({ trace: withCuts(trace, cuts, choice), by, ...note, refusal });
}

/** What edits of a trace are checked against. */
export function editContext(trace: Trace): EditContext {
  const region = reasoningOf(trace);
  const blocks = protectedBlocks(trace.response.slice(region.start, region.end));
  return { text: trace.response, blocks: blocks.map(({ start, end }) => ({ start: start + region.start, end: end + region.start })) };
}

/** The steps of a trace, and where its units begin, as edits change them. */
export function cutsOf({ steps, units }: Trace): Cuts {
  const spans = steps.map(({ span }) => span);
  return units === undefined ? { steps: spans } : { steps: spans, unitStarts: units.map(({ first }) => spans[first]?.start ?? 0) };
}

function cutTrace(trace: Trace, choice: SegmentationChoice): Result<{ readonly cuts: Cuts; readonly by: SegmenterName; readonly why?: string }, 'no-given-steps'> {
  const { segmenter } = choice;
  const given = trace.stepsGiven === true;
  const { response } = trace;
  const region = reasoningOf(trace);
  if (segmenter === 'given' || (segmenter === 'auto' && given)) {
    if (!given)
      return fail('no-given-steps', `${sourceName(trace.source)} has no steps of its own, only a text: choose another segmenter than "given".`);
    return ok({ cuts: { steps: trace.steps.map(({ span }) => span) }, by: 'given', ...(segmenter === 'auto' && { why: 'The file gives the steps.' }) });
  }
  if (segmenter === 'auto') {
    const { segmenter: by, steps, why } = chooseSegmenter(response.slice(region.start, region.end), choice);
    return ok({ cuts: { steps: steps.map(({ start, end }) => ({ start: start + region.start, end: end + region.start })) }, by, why });
  }
  const steps = SEGMENTERS[segmenter].cut(response, region, choice);
  if (segmenter !== 'planning-words') return ok({ cuts: { steps }, by: segmenter });
  return ok({ cuts: { steps, unitStarts: unitStarts(response, steps, choice) }, by: segmenter });
}

function reasoningOf({ steps }: Trace): Span {
  return { start: steps[0]?.span.start ?? 0, end: steps.at(-1)?.span.end ?? 0 };
}

/** The trace with other steps, and its label moved along where it can be. */
function withCuts(trace: Trace, { steps, unitStarts: starts }: Cuts, options: SegmentOptions): Trace {
  const label = trace.label && movedLabel(trace, trace.label, steps);
  const cut: { -readonly [Field in keyof Trace]: Trace[Field] } = { ...trace, steps: stepsFromSpans(steps) };
  delete cut.units;
  if (starts !== undefined) cut.units = unitsAt(trace.response, steps, starts, options);
  if (!sameSpans(trace, steps)) delete cut.stepsGiven;
  if (label === undefined) delete cut.label;
  else cut.label = label;
  if (trace.given !== undefined) cut.given = movedGiven(trace, trace.given, steps);
  return cut;
}

function sameSpans(trace: Trace, steps: readonly Span[]): boolean {
  return trace.steps.length === steps.length && trace.steps.every(({ span }, index) => span.start === steps[index]?.start && span.end === steps[index].end);
}
