import type { FirstErrorLabel } from '../../core/trace/given.ts';
import type { Result } from '../../core/result.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { visibleText } from '../../formats/visible-text.ts';
import { probability } from '../wording.ts';
import type { RowScores } from './row-scores.ts';

/** What a list shows of a row. Texts are on one line, clipped, and have no invisible characters. */
export type RowSummary =
  | {
      readonly kind: 'trace';
      /** 0-based, in the file. */
      readonly row: number;
      readonly id: string | undefined;
      readonly problem: string;
      readonly steps: number;
      /** UTF-16 units of the response. */
      readonly length: number;
      readonly label: FirstErrorLabel | undefined;
      readonly ours: RowScores | undefined;
    }
  /** `reason` is a sentence. */
  | { readonly kind: 'no-trace'; readonly row: number; readonly reason: string };

/** Characters of a problem, an id or a reason that a list shows. */
const LONGEST = 240;

export function summarize(row: number, trace: Result<Trace>, ours: RowScores | undefined): RowSummary {
  if (!trace.ok) return { kind: 'no-trace', row, reason: oneLine(trace.error.message) };
  const { source, problem, steps, response, label } = trace.value;
  return {
    kind: 'trace',
    row,
    id: source.id === undefined ? undefined : oneLine(source.id),
    problem: oneLine(problem),
    steps: steps.length,
    length: response.length,
    label,
    ours,
  };
}

/** `step 3` or `no error`: a first error beside the word that says whose it is. Steps count from 1 here. */
export function firstErrorText(firstError: number | undefined): string {
  return firstError === undefined ? 'no error' : `step ${firstError + 1}`;
}

/** Our first error; says so where one may still be found. */
export function ourFirstErrorText({ firstError, decided }: RowScores): string {
  return firstError === undefined && !decided ? 'none so far' : firstErrorText(firstError);
}

/** Who made the label: the person, model or program by name where the file says so. */
export function labelMaker({ madeBy, maker }: FirstErrorLabel): string {
  const name = maker === undefined ? '' : oneLine(maker);
  return name === '' ? madeBy : name;
}

/** Our first error and lowest score; says so where steps are still without a score. */
export function oursText(ours: RowScores, steps: number): string {
  const min = ours.min === undefined ? '' : `, min ${probability(ours.min)}`;
  return `${ourFirstErrorText(ours)}${min}${ours.scored < steps ? ` (${ours.scored} of ${steps} scored)` : ''}`;
}

function oneLine(text: string): string {
  // A problem may be megabytes long: only its beginning is looked at.
  const start = visibleText(text.slice(0, 2 * LONGEST)).replace(/\s+/gu, ' ').trim();
  return start.length > LONGEST || text.length > 2 * LONGEST ? `${start.slice(0, LONGEST - 1).trimEnd()}…` : start;
}
