import * as vscode from 'vscode';
import { createActiveTrace } from './vscode/active-trace.ts';
import { addModel } from './vscode/add-model.ts';
import { registerCommands } from './vscode/commands.ts';
import { registerDatasetCommands } from './vscode/dataset/dataset-commands.ts';
import { createDatasetLibrary } from './vscode/dataset/dataset-library.ts';
import { createFindRowScores } from './vscode/dataset/row-scores.ts';
import { createScoresWatch } from './vscode/dataset/scores-watch.ts';
import { registerTableEditor } from './vscode/dataset/table-editor.ts';
import { createTracesTree, createTracesView } from './vscode/dataset/traces-tree.ts';
import { createDecorations } from './vscode/decorations.ts';
import { createDiagnostics } from './vscode/diagnostics.ts';
import { createHoverProvider } from './vscode/hovers.ts';
import { createLenses } from './vscode/lenses.ts';
import { createNavigation } from './vscode/navigation.ts';
import { createScoreStore } from './vscode/score-store.ts';
import { createScoresPanel } from './vscode/scores-panel.ts';
import { createScoring } from './vscode/scoring.ts';
import { readSettings } from './vscode/settings.ts';
import { createStatusBar } from './vscode/status-bar.ts';
import { registerSymbols } from './vscode/symbols.ts';
import { createRowDocuments } from './vscode/trace-content-provider.ts';
import { createTraceDocuments } from './vscode/trace-documents.ts';
import { createTraceMemory } from './vscode/trace-memory.ts';
import { createTraceSessions, type ScoringContext } from './vscode/trace-sessions.ts';
import { createTraceTarget } from './vscode/trace-target.ts';
import { createVerifierModel } from './vscode/verifier-model.ts';
import { restoreTraces } from './vscode/restore.ts';

let flush: () => Promise<void> = () => Promise.resolve();

/** Composes the adapters. Nothing here starts a model or reads a document that was not opened as a trace. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Stepscope', { log: true });
  const folder = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'scores').fsPath;
  const store = createScoreStore(folder, (error) => log.error('Scores could not be written:', error instanceof Error ? error.message : String(error)));
  flush = () => store.flush();

  const memory = createTraceMemory(context.workspaceState);
  const library = createDatasetLibrary(context.workspaceState);
  const rowDocuments = createRowDocuments((file, row) => library.trace(file, row));
  const documents = createTraceDocuments((document) => rowDocuments.read(document));
  const verifier = createVerifierModel(context, (line) => log.info(line), () => sessions.refresh());
  const scoringContext = (): ScoringContext => ({ verifier: readSettings().verifier, model: verifier.info() });
  const sessions = createTraceSessions(documents, store, scoringContext);
  const scoring = createScoring(sessions, store, verifier);
  const active = createActiveTrace(sessions);
  const navigation = createNavigation(memory);
  const target = createTraceTarget(sessions, active, rowDocuments, memory);
  const isBundled = (): boolean => verifier.isBundled();
  const panel = createScoresPanel({
    context,
    active,
    isBundled,
    reveal: (view, step) => navigation.reveal(view, step),
    reopen: async (uri) => {
      const view = await target.open(await vscode.workspace.openTextDocument(uri));
      if (view !== undefined) active.choose(view.document);
    },
  });
  const scoresWatch = createScoresWatch(sessions);
  const scoresOf = createFindRowScores(store, scoringContext);
  const dataSetCommands = registerDatasetCommands({ extension: context.extensionUri, library, rowDocuments, target, navigation, memory });
  const openRow = (uri: vscode.Uri, row: number): void => void dataSetCommands.openRow(uri, row, vscode.ViewColumn.Beside);
  const lenses = createLenses(sessions);
  const everywhere: vscode.DocumentSelector = { scheme: '*' };

  context.subscriptions.push(
    log,
    rowDocuments,
    sessions,
    verifier,
    scoring,
    active,
    createDecorations(context, sessions),
    createDiagnostics(active),
    createStatusBar(active),
    registerSymbols(sessions),
    lenses,
    vscode.languages.registerCodeLensProvider(everywhere, lenses),
    vscode.languages.registerHoverProvider(everywhere, createHoverProvider(sessions, isBundled)),
    panel,
    registerCommands({ target, sessions, scoring, store, navigation, memory, showScores: () => panel.show(), addModel: (argument) => addModel(context, (line) => log.info(line), argument) }),
    library,
    dataSetCommands,
    scoresWatch,
    createTracesView(createTracesTree(library, scoresOf, scoresWatch.onDidChange)),
    registerTableEditor({ extension: context.extensionUri, library, scoresOf, openRow, onScores: scoresWatch.onDidChange }),
    restoreTraces(memory, target),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope.verifier')) sessions.refresh();
    }),
  );
}

/** Waits for the scores that are still on their way to the disk; the model process ends with the subscriptions. */
export async function deactivate(): Promise<void> {
  await flush();
}
