import * as v from 'valibot';
import type { Table } from '../core/picture/chart.ts';
import type { Block } from '../core/report/block.ts';

/** Messages between the extension and a *Report* panel. The view says once that it is ready; from then on it gets whole reports (see report-parts.ts). */
export type ReportHostMessage = ReportMessage | ReportRowsMessage;

/** Rows of a table of the report that comes with the same number, before those that it has itself. */
export interface ReportRowsMessage {
  readonly type: 'rows';
  readonly number: number;
  /** From 0. */
  readonly part: number;
  /** Index of the table's block. */
  readonly block: number;
  readonly rows: Table['rows'];
  readonly refs?: NonNullable<Table['refs']>;
}

export interface ReportMessage {
  readonly type: 'report';
  /** Another one for each report that is sent. */
  readonly number: number;
  /** Messages with rows that belong to it. */
  readonly parts: number;
  /** What a restored panel finds its report by. */
  readonly key: ReportKey;
  readonly title: string;
  /** What it does or how it ended, in a sentence; or why there is nothing to show. */
  readonly status: string;
  /** More than what all reports offer (copy, export), such as cancel. */
  readonly actions: readonly ReportAction[];
  readonly canExport: boolean;
  /** All texts are untrusted. */
  readonly blocks: readonly Block[];
}

export interface ReportAction {
  readonly id: string;
  readonly title: string;
}

/** Who makes the report, and of what: a run's id, or several. */
export interface ReportKey {
  readonly source: string;
  readonly id: string;
}

const VIEW_MESSAGE = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('copy') }),
  v.object({ type: v.literal('export') }),
  v.object({ type: v.literal('action'), action: v.string() }),
  /** A row or a point that opens something was chosen. */
  v.object({ type: v.literal('open'), ref: v.string() }),
]);

export type ReportViewMessage = v.InferOutput<typeof VIEW_MESSAGE>;

/** Undefined for what is no message of the view. */
export function parseReportViewMessage(value: unknown): ReportViewMessage | undefined {
  const parsed = v.safeParse(VIEW_MESSAGE, value);
  return parsed.success ? parsed.output : undefined;
}

const KEY = v.object({ source: v.string(), id: v.string() });

/** The key that a view has kept. */
export function parseReportKey(value: unknown): ReportKey | undefined {
  const parsed = v.safeParse(KEY, value);
  return parsed.success ? parsed.output : undefined;
}
