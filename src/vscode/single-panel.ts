import * as vscode from 'vscode';
import type { Disposable } from './disposable.ts';
import { showPage, type PageName } from './webview-page.ts';

/** A webview panel of which there is one at most. */
export interface SinglePanel extends Disposable {
  /** Opens the panel beside the editor, or brings it to the front. */
  show(preserveFocus: boolean): void;
  /** Undefined while it is closed. */
  current(): vscode.WebviewPanel | undefined;
  setTitle(title: string): void;
  /** Dropped before the view is ready: it asks then. */
  post(message: unknown): void;
}

export interface SinglePanelOptions<Message extends { readonly type: string }> {
  readonly extension: vscode.Uri;
  readonly viewType: string;
  readonly page: PageName;
  readonly title: string;
  readonly parse: (value: unknown) => Message | undefined;
  /** Every message of the view; the first is `ready`. */
  readonly receive: (message: Message) => void;
  /** The panel came back with the window; `state` is what its view kept. */
  readonly restore: (state: unknown) => Promise<void>;
  readonly closed?: () => void;
}

export function createSinglePanel<Message extends { readonly type: string }>(options: SinglePanelOptions<Message>): SinglePanel {
  const { extension, viewType, page, title, parse, receive, restore, closed } = options;
  let panel: vscode.WebviewPanel | undefined;
  let ready = false;

  function adopt(created: vscode.WebviewPanel): void {
    panel = created;
    ready = false;
    created.onDidDispose(() => {
      if (panel !== created) return;
      panel = undefined;
      closed?.();
    });
    created.webview.onDidReceiveMessage((value: unknown) => {
      const message = parse(value);
      if (message?.type === 'ready') ready = true;
      if (message !== undefined) receive(message);
    });
    showPage(created.webview, extension, page, title);
  }

  const serializer = vscode.window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(restored, state: unknown) {
      if (panel !== undefined) {
        restored.dispose();
        return;
      }
      adopt(restored);
      await restore(state);
    },
  });

  return {
    show(preserveFocus) {
      if (panel === undefined) adopt(vscode.window.createWebviewPanel(viewType, title, { viewColumn: vscode.ViewColumn.Beside, preserveFocus }, {}));
      else panel.reveal(panel.viewColumn, preserveFocus);
    },
    current: () => panel,
    setTitle(text) {
      if (panel !== undefined && panel.title !== text) panel.title = text;
    },
    post(message) {
      if (ready) void panel?.webview.postMessage(message);
    },
    dispose() {
      serializer.dispose();
      panel?.dispose();
    },
  };
}
