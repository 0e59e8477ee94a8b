import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import { RUN_SCHEME } from '../manifest.ts';
import { tabColumn } from '../navigation.ts';
import type { Disposable } from '../disposable.ts';
import type { RowDocuments } from '../trace-content-provider.ts';
import type { TraceTarget } from '../trace-target.ts';
import type { SearchRuns } from './search-runs.ts';
import { searchTrace } from './search-trace.ts';

/** What searches have found, as trace documents that grow with them. */
export interface SearchDocuments extends Disposable {
  /** Shows the solution of a problem; says so where there is no step yet. */
  show(id: string, problem: number, preserveFocus: boolean): Promise<void>;
  /** Shows the solution of a run's only problem as soon as it has a step. */
  follow(id: string): void;
}

/** The solution of a problem of a run, for the reader of trace documents. */
export async function readSearchTrace(searches: SearchRuns, file: vscode.Uri, problem: number): Promise<Result<TraceRecord, FormatErrorReason>> {
  const state = await searches.find(file.path.replace(/^\//, ''));
  if (!state.ok) return fail('no-such-row', state.error.message);
  const record = searchTrace(state.value, problem);
  return record === undefined ? fail('no-steps', vscode.l10n.t('{0} has no accepted step yet.', state.value.header.title)) : ok(record);
}

export function createSearchDocuments(searches: SearchRuns, rows: RowDocuments, target: TraceTarget): SearchDocuments {
  /** Runs whose documents are open, with the number of accepted steps that they show. */
  const shown = new Map<string, { readonly problem: number; steps: number }>();
  const following = new Set<string>();
  const fileOf = (id: string): vscode.Uri => vscode.Uri.from({ scheme: RUN_SCHEME, path: `/${id}` });

  async function show(id: string, problem: number, preserveFocus: boolean): Promise<void> {
    const located = await rows.locate(fileOf(id), problem);
    if (!located.ok) {
      void vscode.window.showInformationMessage(located.error.message);
      return;
    }
    shown.set(id, { problem, steps: await stepsOf(id, problem) });
    const document = await vscode.workspace.openTextDocument(located.value);
    await vscode.window.showTextDocument(document, { viewColumn: tabColumn(located.value) ?? vscode.ViewColumn.Beside, preview: false, preserveFocus });
    await target.open(document);
  }

  async function stepsOf(id: string, problem: number): Promise<number> {
    const state = await searches.find(id);
    return state.ok ? (searchTrace(state.value, problem)?.trace.steps.length ?? 0) : 0;
  }

  /** One look at a time, and another where something happened meanwhile: a search emits many events, and a document is read again only where a step was accepted. */
  const waiting = new Set<string>();
  let looking = false;
  async function lookAround(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      for (const id of waiting) {
        waiting.delete(id);
        await look(id);
      }
    } finally {
      looking = false;
    }
  }

  async function look(id: string): Promise<void> {
    const known = shown.get(id);
    const steps = await stepsOf(id, known?.problem ?? 0);
    if (known === undefined && steps > 0 && following.delete(id)) await show(id, 0, true);
    else if (known !== undefined && steps !== known.steps) {
      known.steps = steps;
      // Rendered anew; the document is told that its file has changed.
      await rows.locate(fileOf(id), known.problem);
    }
  }

  const subscription = searches.onDidChange((id) => {
    if (!shown.has(id) && !following.has(id)) return;
    waiting.add(id);
    void lookAround();
  });
  return {
    show,
    follow: (id) => void following.add(id),
    dispose: () => subscription.dispose(),
  };
}
