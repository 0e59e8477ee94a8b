import * as vscode from 'vscode';
import { ok, type Result } from '../core/result.ts';
import type { FormatErrorReason } from '../formats/trace-file.ts';
import { isInTab } from './active-trace.ts';
import { rowArgument } from './row-argument.ts';
import { pairsOf, type RowTraces } from './trace-pairs.ts';
import type { RowDocuments } from './trace-content-provider.ts';
import { documentName } from './trace-documents.ts';
import type { TraceSessions } from './trace-sessions.ts';
import type { TraceTarget } from './trace-target.ts';

/** Makes the document of a trace. */
type Locate = () => Promise<Result<vscode.Uri, FormatErrorReason>>;

interface Item extends vscode.QuickPickItem {
  /** One trace to choose another for, or both. */
  readonly locate: readonly Locate[];
}

/**
 * Shows two traces in the diff editor: of two documents that are named, or asked for among the pairs of variants of a
 * data set (PRMBench's `original` and `modified`), the traces that are open, and the rows of the data set in sight.
 */
export function createCompareTraces(sessions: TraceSessions, rows: RowDocuments, target: TraceTarget) {
  return async (first?: unknown, second?: unknown): Promise<void> => {
    if (first instanceof vscode.Uri && second instanceof vscode.Uri) {
      await compare([() => Promise.resolve(ok(first)), () => Promise.resolve(ok(second))]);
      return;
    }
    const items = await itemsOf(first);
    if ('refusal' in items) {
      void vscode.window.showInformationMessage(items.refusal);
      return;
    }
    const one = await vscode.window.showQuickPick(items.found, { title: vscode.l10n.t('Compare Traces'), placeHolder: vscode.l10n.t('Two variants of a row, or the first of two traces'), matchOnDescription: true });
    if (one === undefined) return;
    if (one.locate.length > 1) {
      await compare(one.locate);
      return;
    }
    const others = items.found.filter((item) => item !== one && item.locate.length === 1);
    const other = await vscode.window.showQuickPick(others, { title: vscode.l10n.t('Compare {0}', one.label), placeHolder: vscode.l10n.t('With which trace'), matchOnDescription: true });
    if (other !== undefined) await compare([...one.locate, ...other.locate]);
  };

  async function itemsOf(argument: unknown): Promise<{ readonly found: readonly Item[] } | { readonly refusal: string }> {
    const document = vscode.window.activeTextEditor?.document;
    const place = rowArgument(argument) ?? rows.place(argument instanceof vscode.Uri ? argument : document?.uri);
    const listed = place === undefined ? undefined : await rows.list(place.file);
    const open = vscode.workspace.textDocuments.filter((candidate) => sessions.view(candidate) !== undefined && isInTab(candidate)).map(
      ({ uri }): Item => ({ label: documentName(uri), description: vscode.l10n.t('open'), locate: [() => Promise.resolve(ok(uri))] }),
    );
    const ofFile = place === undefined || listed?.ok !== true ? [] : fileItems(place.file, listed.value, place.row);
    const found = [...ofFile.filter(({ locate }) => locate.length > 1), ...open, ...ofFile.filter(({ locate }) => locate.length === 1)];
    if (found.some(({ locate }) => locate.length > 1) || found.length > 1) return { found };
    if (listed?.ok === false) return { refusal: listed.error.message };
    return { refusal: vscode.l10n.t('There are no two traces to compare: open two of them, or a data set with several rows.') };
  }

  function fileItems(file: vscode.Uri, list: readonly RowTraces[], current: number | undefined): Item[] {
    const name = documentName(file);
    const located = (row: number, variant?: string): Locate => () => rows.locate(file, row, variant);
    const pairs = pairsOf(list, current).map(({ row, left, right }): Item => ({
      label: vscode.l10n.t('Row {0}: {1} against {2}', row, left, right),
      description: name,
      locate: [located(row, left), located(row, right)],
    }));
    const singles = list.flatMap(({ row, variants }): Item[] =>
      (variants.length === 0 ? [undefined] : variants).map((variant) => ({ label: variant === undefined ? vscode.l10n.t('Row {0}', row) : vscode.l10n.t('Row {0} ({1})', row, variant), description: name, locate: [located(row, variant)] })),
    );
    return [...pairs, ...singles];
  }

  async function compare(locate: readonly Locate[]): Promise<void> {
    const uris: vscode.Uri[] = [];
    for (const each of locate) {
      const located = await each();
      if (!located.ok) {
        void vscode.window.showInformationMessage(located.error.message);
        return;
      }
      uris.push(located.value);
    }
    const [left, right] = uris;
    if (left === undefined || right === undefined) return;
    await vscode.commands.executeCommand('vscode.diff', left, right, `${documentName(left)} ↔ ${documentName(right)}`);
    // Opened as traces too, so that scores and labels stand on both sides.
    for (const uri of uris) await target.open(await vscode.workspace.openTextDocument(uri));
  }
}
