import { isRecord } from '../is-record.ts';
import { fail, ok, type Result } from '../result.ts';
import { sourceName, type Trace } from '../trace/trace.ts';
import type { SegmentationEdit } from './edits.ts';
import type { SegmentationChoice } from './segment-trace.ts';
import { isSegmenterName } from './segmenters.ts';

/** A segmentation as it is kept, and written to a file. */
export interface SegmentationRecord extends SegmentationChoice {
  /** Hash of `segmentationContent`: which text the edits are for. */
  readonly text: string;
}

/** The form that `formatRecord` writes. A reader refuses a higher one. */
export const RECORD_VERSION = 1;

/** What a segmentation is kept by; hash it. Two traces with the same content share their segmentation. */
export function segmentationContent({ problem, response, steps, stepsGiven }: Trace): string {
  return JSON.stringify([problem, response, stepsGiven === true ? steps.map(({ span }) => span.start) : null]);
}

/** The record as JSON on one line: equal records give equal texts. */
export function formatRecord({ text, segmenter, language, planningWords, edits }: SegmentationRecord): string {
  return JSON.stringify({ version: RECORD_VERSION, text, segmenter, language, planningWords, edits: edits.map(orderedEdit) });
}

export type RecordErrorReason = 'not-a-segmentation' | 'newer-version' | 'text-changed';

/** Reads a record back. `name` is what a person calls the place it came from. */
export function parseRecord(name: string, json: string): Result<SegmentationRecord, RecordErrorReason> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  const wrong = fail('not-a-segmentation', `${name} holds no segmentation: it needs "version", "text", "segmenter" and "edits", as Stepscope writes them.`);
  if (!isRecord(value)) return wrong;
  const { version, text } = value;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return wrong;
  if (version > RECORD_VERSION)
    return fail('newer-version', `${name} was written by a newer Stepscope (form ${version}, this one reads ${RECORD_VERSION}): update Stepscope to use it.`);
  const choice = readChoice(value);
  return typeof text === 'string' && choice !== undefined ? ok({ text, ...choice }) : wrong;
}

/** The choice in a value that was read from a file, without fields that are not its own; undefined where it is none. */
export function readChoice(value: unknown): SegmentationChoice | undefined {
  if (!isRecord(value)) return undefined;
  const { segmenter, language, planningWords, edits } = value;
  if (!isSegmenterName(segmenter) || !Array.isArray(edits) || !edits.every(isEdit)) return undefined;
  if (language !== undefined && typeof language !== 'string') return undefined;
  if (planningWords !== undefined && !isTexts(planningWords)) return undefined;
  return { segmenter, ...(language !== undefined && { language }), ...(planningWords !== undefined && { planningWords }), edits: edits.map(orderedEdit) };
}

/** The choice of a record for a trace whose content has this hash; refused where it was made for another text. */
export function choiceFor(trace: Trace, text: string, record: SegmentationRecord): Result<SegmentationChoice, RecordErrorReason> {
  if (record.text === text) return ok(record);
  const { length } = record.edits;
  const what = length === 0 ? 'its segmentation was' : length === 1 ? 'an edit of its segmentation was' : `${length} edits of its segmentation were`;
  return fail('text-changed', `${sourceName(trace.source)}: the text has changed since ${what} made, so the steps are cut anew; with the text as it was they come back.`);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isEdit(value: unknown): value is SegmentationEdit {
  if (!isRecord(value)) return false;
  const { type, at, from, to } = value;
  return type === 'move' ? isOffset(from) && isOffset(to) : (type === 'merge' || type === 'split') && isOffset(at);
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The fields of an edit in one order and no others. */
function orderedEdit(edit: SegmentationEdit): SegmentationEdit {
  return edit.type === 'move' ? { type: edit.type, from: edit.from, to: edit.to } : { type: edit.type, at: edit.at };
}
