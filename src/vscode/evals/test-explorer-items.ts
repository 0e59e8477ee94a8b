import * as vscode from 'vscode';
import { rowEval, ROW_EVALS } from '../../core/eval/row-eval.ts';
import type { Eval } from '../../core/eval/eval.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { sourceName } from '../../core/trace/trace.ts';
import type { Dataset } from '../../formats/dataset.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import { rangesTo, rowRanges, type RowRange } from '../dataset/row-ranges.ts';
import { oneLine, firstErrorText } from '../dataset/row-summary.ts';
import { isOneTrace } from '../dataset/tree-items.ts';
import { createPause } from '../pause.ts';
import { rowUri } from '../trace-content-provider.ts';
import { documentName } from '../trace-documents.ts';
import { count } from '../wording.ts';

/** What an item of the Test Explorer stands for: a file, a part of it, or a row. */
export type TestPlace = RowRange & {
  readonly uri: vscode.Uri;
  readonly kind: 'file' | 'rows' | 'row';
};

/** A row as a test. */
export interface RowTest {
  readonly item: vscode.TestItem;
  readonly uri: vscode.Uri;
  readonly row: number;
  /** The eval that it is a test of; else a sentence that says why it is none. */
  readonly eval: Eval | string;
}

/** The tests of the open data sets. Nothing is read before an item is unfolded or run. */
export interface TestItems {
  /** Shows the files that are listed. */
  list(): void;
  /** Makes the children of an item. Never rejects: what went wrong stands at the item. */
  resolve(item: vscode.TestItem): Promise<void>;
  /** What the item stands for, with the rows that its file is known to have; undefined for an item of somebody else. */
  place(item: vscode.TestItem): Promise<TestPlace | undefined>;
  /** The test of a row, with all items above it; undefined where the file has no such row any more. */
  test(uri: vscode.Uri, row: number): Promise<RowTest | undefined>;
  /** The row has become another: what was made of its file is made again when it is asked for. */
  forget(uri: vscode.Uri): void;
}

/** Words of a row without an id. */
const LABEL_WORDS = 60;
/** To filter by in the view: `@stepscope.evals:processbench`. */
const TAGS = new Map(ROW_EVALS.map(({ name }) => [name, new vscode.TestTag(name)]));

export function createTestItems(controller: Pick<vscode.TestController, 'items' | 'createTestItem'>, library: DatasetLibrary): TestItems {
  const places = new WeakMap<vscode.TestItem, TestPlace>();
  const tests = new WeakMap<vscode.TestItem, RowTest>();
  /** Two that ask for the children of an item at once wait for the same. */
  const resolving = new WeakMap<vscode.TestItem, Promise<void>>();

  function create(id: string, label: string, uri: vscode.Uri, place: TestPlace): vscode.TestItem {
    const item = controller.createTestItem(id, label, uri);
    item.canResolveChildren = place.kind !== 'row';
    // In the order of the file, whatever the labels are.
    item.sortText = String(place.start).padStart(15, '0');
    places.set(item, place);
    return item;
  }

  const rangeId = (uri: vscode.Uri, { start, end }: RowRange): string => `${uri.toString()}#${start}-${end}`;
  const rowId = (uri: vscode.Uri, row: number): string => `${uri.toString()}#${row}`;

  function fileItem(uri: vscode.Uri): vscode.TestItem {
    return create(uri.toString(), documentName(uri), uri, { kind: 'file', uri, start: 0, end: 0 });
  }

  function rangeItem(uri: vscode.Uri, range: RowRange): vscode.TestItem {
    return create(rangeId(uri, range), vscode.l10n.t('rows {0}–{1}', range.start, range.end - 1), uri, { kind: 'rows', uri, ...range });
  }

  async function rowItem(dataset: Dataset, uri: vscode.Uri, row: number): Promise<vscode.TestItem> {
    const read = await dataset.trace(row);
    const place: TestPlace = { kind: 'row', uri, start: row, end: row + 1 };
    if (!read.ok) {
      const item = create(rowId(uri, row), vscode.l10n.t('row {0}', row), uri, place);
      item.error = read.error.message;
      tests.set(item, { item, uri, row, eval: read.error.message });
      return item;
    }
    const trace = read.value;
    const item = create(rowId(uri, row), oneLine(trace.source.id ?? trace.problem, LABEL_WORDS), rowUri({ file: uri, row }, sourceName({ file: documentName(uri), row })), place);
    // The gutter of the row's document shows the result at its first line.
    item.range = new vscode.Range(0, 0, 0, 0);
    const about = rowEval(trace);
    item.description = about.ok ? descriptionOf(trace, row) : vscode.l10n.t('row {0} · no label', row);
    item.tags = about.ok ? [TAGS.get(about.value.name)].filter((tag) => tag !== undefined) : [];
    tests.set(item, { item, uri, row, eval: about.ok ? about.value : `${sourceName(trace.source)}: ${about.error.message}` });
    return item;
  }

  async function children(item: vscode.TestItem, { uri, kind, ...range }: TestPlace): Promise<void> {
    const use = library.use(uri);
    item.busy = true;
    item.error = undefined;
    try {
      const opened = await use.current();
      if (!opened.ok) {
        item.error = opened.error.message;
        return;
      }
      const dataset = opened.value;
      const rows = kind === 'file' ? { start: 0, end: await rowsOf(dataset) } : range;
      places.set(item, { uri, kind, ...rows });
      const parts = rowRanges(rows);
      if (parts !== undefined) {
        item.children.replace(parts.map((part) => rangeItem(uri, part)));
        return;
      }
      const items: vscode.TestItem[] = [];
      const pause = createPause();
      for (let row = rows.start; row < rows.end; row++) {
        items.push(await rowItem(dataset, uri, row));
        await pause();
      }
      item.children.replace(items);
      if (kind === 'file' && items.length === 0) item.error = vscode.l10n.t('{0} has no rows.', documentName(uri));
    } finally {
      item.busy = false;
      use.dispose();
    }
  }

  function resolve(item: vscode.TestItem): Promise<void> {
    const place = places.get(item);
    if (place === undefined || place.kind === 'row') return Promise.resolve();
    const running = resolving.get(item) ?? children(item, place);
    resolving.set(item, running);
    return running;
  }

  return {
    list() {
      const shown = library.list().filter((uri) => !isOneTrace(uri));
      controller.items.replace(shown.map((uri) => controller.items.get(uri.toString()) ?? fileItem(uri)));
    },
    resolve,
    async place(item) {
      const place = places.get(item);
      if (place?.kind !== 'file') return place;
      await resolve(item);
      return places.get(item);
    },
    async test(uri, row) {
      let item = controller.items.get(uri.toString());
      if (item === undefined) return undefined;
      await resolve(item);
      for (const range of rangesTo(row, places.get(item)?.end ?? 0)) {
        item = item?.children.get(rangeId(uri, range));
        if (item !== undefined) await resolve(item);
      }
      const found = item?.children.get(rowId(uri, row));
      return found && tests.get(found);
    },
    forget(uri) {
      const item = controller.items.get(uri.toString());
      if (item === undefined) return;
      const wasResolved = resolving.delete(item);
      places.set(item, { kind: 'file', uri, start: 0, end: 0 });
      if (wasResolved) void resolve(item);
    },
  };
}

/** How many rows the file has, once all of it was looked at. */
async function rowsOf(dataset: Dataset): Promise<number> {
  await dataset.reach(Number.MAX_SAFE_INTEGER);
  return dataset.progress.rows;
}

function descriptionOf({ label, given, steps }: Trace, row: number): string {
  const parts = [vscode.l10n.t('row {0}', row), count(steps.length, 'step')];
  if (label !== undefined) parts.push(vscode.l10n.t('label: {0}', firstErrorText(label.firstError)));
  else if (given?.goldAnswer !== undefined) parts.push(vscode.l10n.t('right answer: {0}', oneLine(given.goldAnswer.value, LABEL_WORDS)));
  return parts.join(' · ');
}
