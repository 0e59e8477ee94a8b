import * as vscode from 'vscode';
import { TRACE_SCHEME } from './manifest.ts';
import type { TraceMemory } from './trace-memory.ts';
import type { TraceTarget } from './trace-target.ts';

/**
 * Opens as traces the documents that were opened as traces before, so their stored scores show
 * again with no model run. A document that was never asked about is not read.
 */
export function restoreTraces(memory: TraceMemory, target: TraceTarget): vscode.Disposable {
  const restore = (document: vscode.TextDocument): void => {
    if (document.uri.scheme === TRACE_SCHEME || memory.has(document.uri)) void target.open(document);
  };
  vscode.workspace.textDocuments.forEach(restore);
  return vscode.workspace.onDidOpenTextDocument(restore);
}
