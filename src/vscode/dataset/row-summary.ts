import { t } from '@vscode/l10n';
import type { FirstErrorLabel } from '../../core/trace/given.ts';
import type { Result } from '../../core/result.ts';
import type { Trace } from '../../core/trace/trace.ts';
import type { Dataset } from '../../formats/dataset.ts';
import { visibleText } from '../../formats/visible-text.ts';
import { makerWord } from '../given-text.ts';
import { probability } from '../wording.ts';
import type { FindRowScores, RowScores } from './row-scores.ts';

/** What a list shows of a row. Texts are on one line, clipped, and have no invisible characters. */
export type RowSummary =
  | {
      readonly kind: 'trace';
      /** 0-based, in the file. */
      readonly row: number;
      /** Names of the row's traces where it has several; the summary is that of the first. */
      readonly variants: readonly string[];
      readonly id: string | undefined;
      readonly problem: string;
      readonly steps: number;
      /** UTF-16 units of the response. */
      readonly length: number;
      readonly label: FirstErrorLabel | undefined;
      readonly ours: RowScores | undefined;
    }
  /** `reason` is a sentence. */
  | { readonly kind: 'no-trace'; readonly row: number; readonly variants: readonly string[]; readonly reason: string };

/** Characters of a problem, an id or a reason that a list shows. */
const LONGEST = 240;

/** Reads a row, or one of its traces, with what is stored for it. */
export async function summaryOf(dataset: Dataset, row: number, { variants, variant }: { readonly variants: readonly string[]; readonly variant?: string | undefined }, scoresOf: FindRowScores): Promise<RowSummary> {
  const record = await dataset.record(row, variant);
  if (!record.ok) return summarize(row, record, undefined, variants);
  const { trace, notes } = record.value;
  return summarize(row, { ok: true, value: trace }, await scoresOf(trace, notes), variants);
}

export function summarize(row: number, trace: Result<Trace>, ours: RowScores | undefined, variants: readonly string[]): RowSummary {
  if (!trace.ok) return { kind: 'no-trace', row, variants, reason: oneLine(trace.error.message) };
  const { source, problem, steps, response, label } = trace.value;
  return {
    kind: 'trace',
    row,
    variants,
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
  return firstError === undefined ? t('no error') : t('step {0}', firstError + 1);
}

/** Our first error; says so where one may still be found. */
export function ourFirstErrorText({ firstError, decided }: RowScores): string {
  return firstError === undefined && !decided ? t('none so far') : firstErrorText(firstError);
}

/** Who made the label: the person, model or program by name where the file says so. */
export function labelMaker({ madeBy, maker }: FirstErrorLabel): string {
  const name = maker === undefined ? '' : oneLine(maker);
  return name === '' ? makerWord(madeBy) : name;
}

/** Our first error and lowest score; says so where steps are still without a score. */
export function oursText(ours: RowScores, steps: number): string {
  const min = ours.min === undefined ? '' : `, ${t('min {0}', probability(ours.min))}`;
  return `${ourFirstErrorText(ours)}${min}${ours.scored < steps ? ` (${t('{0} of {1} scored', ours.scored, steps)})` : ''}`;
}

/** The beginning of a text on one line, with what cannot be seen written out. */
export function oneLine(text: string, longest = LONGEST): string {
  // A problem may be megabytes long: only its beginning is looked at.
  const start = visibleText(text.slice(0, 2 * longest)).replace(/\s+/gu, ' ').trim();
  return start.length > longest || text.length > 2 * longest ? `${start.slice(0, longest - 1).trimEnd()}…` : start;
}
