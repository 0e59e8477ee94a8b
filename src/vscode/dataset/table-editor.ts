import * as vscode from 'vscode';
import { parseTableViewMessage } from '../../protocol/table-view.ts';
import type { Disposable } from '../disposable.ts';
import { DATASET_COMMANDS, VIEWS } from '../manifest.ts';
import { documentName } from '../trace-documents.ts';
import { showPage } from '../webview-page.ts';
import type { DatasetLibrary, DatasetUse } from './dataset-library.ts';
import type { FindRowScores } from './row-scores.ts';
import { createTableSession, type TableSession } from './table-session.ts';

export interface TableEditorDependencies {
  readonly extension: vscode.Uri;
  readonly library: DatasetLibrary;
  readonly scoresOf: FindRowScores;
  readonly openRow: (uri: vscode.Uri, row: number) => void;
  readonly openVariant: (uri: vscode.Uri, row: number) => void;
  /** Fires when scores of some trace have changed. */
  readonly onScores: vscode.Event<void>;
}

/** Scores come in at any rate while a run is on; tables look again at this beat. */
const SCORES_BEAT_MS = 1000;

interface TableDocument extends vscode.CustomDocument {
  readonly use: DatasetUse;
}

/** The read-only table of a data set, as another editor for its file. Never the editor that a file opens with by itself. */
export function registerTableEditor({ extension, library, scoresOf, openRow, openVariant, onScores }: TableEditorDependencies): Disposable {
  const sessions = new Map<TableSession, vscode.Uri>();
  let timer: NodeJS.Timeout | undefined;

  const provider: vscode.CustomReadonlyEditorProvider<TableDocument> = {
    openCustomDocument(uri) {
      library.add(uri);
      const use = library.use(uri);
      return { uri, use, dispose: () => use.dispose() };
    },
    resolveCustomEditor({ uri, use }, panel) {
      const { webview } = panel;
      const session = createTableSession({
        name: documentName(uri),
        current: () => use.current(),
        lostMessage: () => library.lostMessage(uri),
        scoresOf,
        open: (row) => openRow(uri, row),
        openVariant: (row) => openVariant(uri, row),
        chooseReading: (by) => void vscode.commands.executeCommand(by === 'map' ? DATASET_COMMANDS.mapFields : DATASET_COMMANDS.chooseFormat, uri),
        post: (message) => void webview.postMessage(message),
      });
      sessions.set(session, uri);
      webview.onDidReceiveMessage((value: unknown) => {
        const message = parseTableViewMessage(value);
        if (message !== undefined) session.receive(message);
      });
      panel.onDidDispose(() => {
        sessions.delete(session);
        session.dispose();
      });
      showPage(webview, extension, 'table', vscode.l10n.t('Stepscope Table'));
    },
  };

  const subscriptions = vscode.Disposable.from(
    vscode.window.registerCustomEditorProvider(VIEWS.table, provider, { supportsMultipleEditorsPerDocument: true }),
    library.onDidChange(({ uri, type }) => {
      for (const [session, shown] of sessions) {
        if (shown.toString() !== uri.toString()) continue;
        if (type === 'progress' || type === 'lost') session.progress();
        else if (type === 'replaced') session.replaced();
      }
    }),
    onScores(() => {
      if (sessions.size === 0) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const session of sessions.keys()) session.scoresChanged();
      }, SCORES_BEAT_MS);
    }),
  );
  return {
    dispose() {
      clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}
