import * as vscode from 'vscode';
import type { Result } from '../../core/result.ts';
import type { ControllerSettings } from '../../core/search/settings.ts';
import { parseSearchViewMessage, type SearchHostMessage, type SearchViewMessage } from '../../protocol/search-view.ts';
import type { Disposable } from '../disposable.ts';
import { RUN_COMMANDS, VIEWS } from '../manifest.ts';
import type { RunStore } from '../runs/run-store.ts';
import { showPage } from '../webview-page.ts';
import { candidateDetail } from './candidate-detail.ts';
import type { SearchRequest, SearchRuns } from './search-runs.ts';
import { searchLane, searchSnapshot } from './search-snapshot.ts';
import type { SearchState } from './search-state.ts';
import { branchRequest, whatIfRequest } from './what-if-requests.ts';

export interface SearchPanel extends Disposable {
  /** Opens the panel of a run, or brings it to the front; at a problem (0-based) where one is named. */
  show(id: string, column?: vscode.ViewColumn, problem?: number): void;
}

export interface SearchPanelDependencies {
  readonly extension: vscode.Uri;
  readonly searches: SearchRuns;
  readonly runs: RunStore;
  /** Shows the solution of a problem as a trace. */
  readonly showTrace: (id: string, problem: number, preserveFocus: boolean) => Promise<void>;
}

/** Snapshots follow a search at this beat. */
const BEAT_MS = 200;

interface Shown {
  readonly id: string;
  readonly panel: vscode.WebviewPanel;
  /** The problem to begin with, where it is not for the view to say. */
  asked: number | undefined;
  problem: number;
  whatIf: ControllerSettings | undefined;
  ready: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** The *Search* panels, one a run. */
export function createSearchPanel({ extension, searches, runs, showTrace }: SearchPanelDependencies): SearchPanel {
  const panels = new Map<string, Shown>();
  const say = (text: string): void => void vscode.window.showInformationMessage(text);

  async function send(shown: Shown): Promise<void> {
    shown.timer = undefined;
    const state = await searches.find(shown.id);
    if (panels.get(shown.id) !== shown) return;
    if (state.ok) shown.panel.title = state.value.header.title;
    if (!shown.ready) return;
    const snapshot = state.ok ? searchSnapshot(state.value, shown.problem, shown.whatIf) : undefined;
    post(shown, snapshot === undefined ? { type: 'snapshot', snapshot, missing: state.ok ? vscode.l10n.t('{0} has no problem {1}.', state.value.header.title, shown.problem + 1) : state.error.message } : { type: 'snapshot', snapshot });
  }

  const post = ({ panel }: Shown, message: SearchHostMessage): void => void panel.webview.postMessage(message);
  const sendSoon = (shown: Shown): void => void (shown.timer ??= setTimeout(() => void send(shown), BEAT_MS));

  function adopt(id: string, panel: vscode.WebviewPanel, problem: number | undefined): void {
    const shown: Shown = { id, panel, asked: problem, problem: problem ?? 0, whatIf: undefined, ready: false, timer: undefined };
    panels.set(id, shown);
    panel.onDidDispose(() => {
      clearTimeout(shown.timer);
      if (panels.get(id) === shown) panels.delete(id);
    });
    panel.webview.onDidReceiveMessage((value: unknown) => {
      const message = parseSearchViewMessage(value);
      if (message !== undefined) void receive(shown, message);
    });
    showPage(panel.webview, extension, 'search', vscode.l10n.t('Search'));
    void send(shown);
  }

  async function receive(shown: Shown, message: SearchViewMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        Object.assign(shown, { ready: true, problem: shown.asked ?? message.problem, asked: undefined });
        return send(shown);
      case 'problem':
        Object.assign(shown, { problem: message.problem, whatIf: undefined });
        return send(shown);
      case 'what-if':
        shown.whatIf = message.settings ?? undefined;
        return send(shown);
      case 'cancel':
        if (!searches.cancel(shown.id)) say(vscode.l10n.t('This search does not run.'));
        return;
      case 'export':
        await vscode.commands.executeCommand(RUN_COMMANDS.exportRun, shown.id);
        return;
      case 'show-trace':
        return showTrace(shown.id, shown.problem, false);
      case 'resume': {
        const resumed = await searches.resume(shown.id);
        if (!resumed.ok) say(resumed.error.message);
        return;
      }
      case 'select':
      case 'run':
      case 'branch': {
        const state = await searches.find(shown.id);
        if (!state.ok) return say(state.error.message);
        if (message.type === 'select') return detail(shown, state.value, message.round, message.candidate);
        if (message.type === 'run') return shown.whatIf && begin(whatIfRequest(state.value, shown.problem, shown.whatIf));
        const recorded = searchLane(state.value, shown.problem, shown.whatIf)[message.round]?.recorded;
        if (recorded !== undefined) begin(branchRequest(state.value, shown.problem, { round: recorded, candidate: message.candidate }));
      }
    }
  }

  function detail(shown: Shown, state: SearchState, round: number, candidate: number): void {
    const problem = state.problems[shown.problem];
    const lane = searchLane(state, shown.problem, shown.whatIf)[round];
    if (problem === undefined || lane === undefined) return;
    const found = candidateDetail(state, problem, round, lane.recorded, candidate);
    if (found !== undefined) post(shown, { type: 'detail', detail: found });
  }

  /** Searches, as a run of its own. */
  function begin(request: Result<SearchRequest>): void {
    if (request.ok) show(searches.start(request.value));
    else say(request.error.message);
  }

  function show(id: string, column: vscode.ViewColumn = vscode.ViewColumn.Active, problem?: number): void {
    const shown = panels.get(id);
    if (shown === undefined) return adopt(id, vscode.window.createWebviewPanel(VIEWS.search, vscode.l10n.t('Search'), column, {}), problem);
    shown.panel.reveal(shown.panel.viewColumn, false);
    if (problem === undefined || problem === shown.problem) return;
    Object.assign(shown, shown.ready ? { problem, whatIf: undefined } : { asked: problem });
    void send(shown);
  }

  const subscriptions = vscode.Disposable.from(
    vscode.window.registerWebviewPanelSerializer(VIEWS.search, {
      deserializeWebviewPanel(restored, state: unknown) {
        const { id } = (state ?? {}) as { readonly id?: unknown };
        if (typeof id === 'string' && !panels.has(id)) adopt(id, restored, undefined);
        else restored.dispose();
        return Promise.resolve();
      },
    }),
    searches.onDidChange((id) => {
      const shown = panels.get(id);
      if (shown !== undefined) sendSoon(shown);
    }),
    // Renamed, or deleted.
    runs.onDidChange(({ id }) => {
      for (const shown of panels.values()) if (id === undefined || id === shown.id) sendSoon(shown);
    }),
  );

  return {
    show,
    dispose() {
      subscriptions.dispose();
      for (const { panel } of panels.values()) panel.dispose();
    },
  };
}
