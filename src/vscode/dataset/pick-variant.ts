import * as vscode from 'vscode';
import { createPause } from '../pause.ts';
import { documentName } from '../trace-documents.ts';
import { count } from '../wording.ts';
import type { DatasetLibrary } from './dataset-library.ts';
import { firstErrorText, oneLine } from './row-summary.ts';

/** Asks for one of the traces of a row, each with its steps and its label. Resolves to its name, or to undefined after Escape. */
export async function pickVariant(library: DatasetLibrary, uri: vscode.Uri, row: number, variants: readonly string[]): Promise<string | undefined> {
  const use = library.use(uri);
  const items = async (): Promise<(vscode.QuickPickItem & { readonly variant: string })[]> => {
    const opened = await use.current();
    const pause = createPause();
    const found: (vscode.QuickPickItem & { readonly variant: string })[] = [];
    for (const variant of variants) {
      const trace = opened.ok ? await opened.value.trace(row, variant) : opened;
      await pause();
      if (!trace.ok) found.push({ label: oneLine(variant), description: vscode.l10n.t('no trace: {0}', oneLine(trace.error.message)), variant });
      else {
        const { steps, label, response } = trace.value;
        const parts = [count(steps.length, 'step'), ...(label === undefined ? [] : [vscode.l10n.t('label: {0}', firstErrorText(label.firstError))])];
        found.push({ label: oneLine(variant), description: parts.join(' · '), detail: oneLine(response, 120), variant });
      }
    }
    return found;
  };
  try {
    const picked = await vscode.window.showQuickPick(items(), { title: vscode.l10n.t('Row {0} of {1}: {2}', row, documentName(uri), count(variants.length, 'trace')), placeHolder: vscode.l10n.t('Which one to open'), matchOnDescription: true, matchOnDetail: true });
    return picked?.variant;
  } finally {
    use.dispose();
  }
}
