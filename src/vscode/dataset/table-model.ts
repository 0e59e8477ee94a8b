import { t } from '@vscode/l10n';
import type { Trace } from '../../core/trace/trace.ts';
import type { TableColumn, TableRow } from '../../protocol/table-view.ts';
import { shortAgreement } from '../note-text.ts';
import { probability } from '../wording.ts';
import { agreementOf } from './row-scores.ts';
import { firstErrorText, labelMaker, ourFirstErrorText, type RowSummary } from './row-summary.ts';

/** What a row is sorted by; undefined where there is nothing. */
export type SortKey = number | string | undefined;

/** A label or score that says `no error` comes after all that name a step. */
const NO_ERROR = Number.MAX_SAFE_INTEGER;
/** Made with the first comparison: it takes 6 ms, which are not spent while the extension is being activated. */
let collator: Intl.Collator | undefined;

/** A test for the text of a filter: in the problem or in the solution, without regard to case. An empty filter takes everything. */
export function createMatcher(filter: string): (trace: Trace) => boolean {
  const needle = filter.trim().toLowerCase();
  if (needle === '') return () => true;
  return ({ problem, response }) => problem.toLowerCase().includes(needle) || response.toLowerCase().includes(needle);
}

export function sortKey(summary: RowSummary, column: TableColumn): SortKey {
  if (column === 'row') return summary.row;
  if (column === 'traces') return Math.max(1, summary.variants.length);
  if (summary.kind === 'no-trace') return undefined;
  const { label, ours } = summary;
  switch (column) {
    case 'id':
      return summary.id;
    case 'problem':
      return summary.problem;
    case 'steps':
      return summary.steps;
    case 'length':
      return summary.length;
    case 'label':
      return label && (label.firstError ?? NO_ERROR);
    case 'firstError':
      return ours && (ours.firstError ?? NO_ERROR);
    case 'minScore':
      return ours?.min;
    case 'agreement':
      return agreementOf(label, ours);
    case 'notes':
      return ours?.marks && ours.marks.compared - ours.marks.agreed;
  }
}

/** Numbers by size, texts as people sort them. What is missing comes last in both directions. */
export function compareKeys(one: SortKey, other: SortKey, descending: boolean): number {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
  const order = typeof one === 'number' && typeof other === 'number' ? one - other : compareTexts(String(one), String(other));
  return descending ? -order : order;
}

function compareTexts(one: string, other: string): number {
  collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return collator.compare(one, other);
}

/** The rows at the positions from `start` on. `order` is undefined for the order of the file, of which `rows` are known. */
export function rowsAt(order: readonly number[] | undefined, rows: number, start: number, count: number): readonly number[] {
  if (order !== undefined) return order.slice(start, start + count);
  const length = Math.max(0, Math.min(count, rows - start));
  return Array.from({ length }, (_, index) => start + index);
}

/** What the table shows of a row. A value that is not known is an empty text. */
export function tableRow(summary: RowSummary): TableRow {
  const row = String(summary.row);
  const traces = String(Math.max(1, summary.variants.length));
  if (summary.kind === 'no-trace') {
    const cells = { row, id: '', problem: summary.reason, traces: summary.variants.length === 0 ? '' : traces, steps: '', length: '', label: '', firstError: '', minScore: '', agreement: '', notes: '' };
    return { row: summary.row, kind: summary.kind, agreement: undefined, cells };
  }
  const { id, problem, steps, length, label, ours } = summary;
  const agreement = agreementOf(label, ours);
  return {
    row: summary.row,
    kind: summary.kind,
    agreement,
    cells: {
      row,
      id: id ?? '',
      problem,
      traces,
      steps: String(steps),
      length: String(length),
      label: label === undefined ? '' : `${firstErrorText(label.firstError)} · ${labelMaker(label)}`,
      firstError: ours === undefined ? '' : `${ourFirstErrorText(ours)}${ours.scored < steps ? ` (${t('{0} of {1}', ours.scored, steps)})` : ''}`,
      minScore: ours?.min === undefined ? '' : probability(ours.min),
      agreement: agreement === undefined ? '' : agreement === 'agree' ? `✓ ${t('agree')}` : `✗ ${t('differ')}`,
      notes: ours?.marks === undefined ? '' : shortAgreement(ours.marks),
    },
  };
}
