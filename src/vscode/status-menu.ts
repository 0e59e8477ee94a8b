import * as vscode from 'vscode';
import type { Activities, Activity } from './activities.ts';
import type { Disposable } from './disposable.ts';
import { COMMANDS, DATASET_COMMANDS, SETUP_COMMANDS } from './manifest.ts';
import { readSettings } from './settings.ts';
import { activityText, statusLines, statusText, type VerifierSummary } from './status-text.ts';

export interface StatusMenuDependencies {
  readonly activities: Activities;
  /** The verifier that is set. */
  readonly verifier: () => VerifierSummary;
  /** Fires when the verifier may be another one. */
  readonly onDidChangeVerifier: vscode.Event<unknown>;
  readonly showLog: () => void;
}

export interface StatusMenu extends Disposable {
  /** **Show Menu**: what runs, the verifier, and where to go. */
  show(): Promise<void>;
}

/** One item: the verifier that is set, and what runs with it. Click for a menu. */
export function createStatusMenu(dependencies: StatusMenuDependencies): StatusMenu {
  const { activities, verifier, onDidChangeVerifier, showLog } = dependencies;
  const item = vscode.window.createStatusBarItem('stepscope.status', vscode.StatusBarAlignment.Right, 91);
  item.name = 'Stepscope: Verifier and Runs';
  item.command = SETUP_COMMANDS.showMenu;

  function update(): void {
    if (!readSettings().display.statusBar) {
      item.hide();
      return;
    }
    const running = activities.list();
    item.text = statusText(verifier(), running);
    const words = statusLines(verifier(), running);
    item.tooltip = [...words, 'Click for a menu.'].join('\n');
    item.accessibilityInformation = { label: `Stepscope. ${words.join('. ')}. Press for a menu.` };
    item.show();
  }

  async function show(): Promise<void> {
    const running = activities.list();
    const placeHolder = running.length === 0 ? 'Nothing runs' : `${running.length === 1 ? '1 run' : `${running.length} runs, one after the other`}: choose one to stop it`;
    const picked = await vscode.window.showQuickPick(rows(running, verifier().detail, showLog), { title: 'Stepscope', placeHolder });
    picked?.act?.();
  }

  update();
  const subscriptions = vscode.Disposable.from(
    item,
    activities.onDidChange(update),
    onDidChangeVerifier(update),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope')) update();
    }),
  );
  return { show, dispose: () => void subscriptions.dispose() };
}

type Row = vscode.QuickPickItem & { readonly act?: () => void };

function rows(running: readonly Activity[], verifier: string, showLog: () => void): Row[] {
  const command = (icon: string, label: string, id: string, ...parameters: readonly unknown[]): Row => ({
    label: `$(${icon}) ${label}`,
    act: () => void vscode.commands.executeCommand(id, ...parameters),
  });
  const separator = (label: string): Row => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    ...(running.length === 0 ? [] : [separator('What runs')]),
    ...running.map((activity): Row => ({ label: `$(stop-circle) Stop ${activityText(activity)}`, act: activity.cancel })),
    separator('Verifier'),
    { ...command('search-fuzzy', 'Choose Verifier…', COMMANDS.chooseVerifier), description: verifier },
    command('plug', 'Connect to Server…', COMMANDS.connectServer),
    command('add', 'Add Model…', COMMANDS.addModel),
    separator('Traces'),
    command('play', 'Score Steps', COMMANDS.scoreSteps),
    command('table', 'Show Step Scores', COMMANDS.showStepScores),
    command('folder-opened', 'Open Traces…', DATASET_COMMANDS.openTraces),
    separator('Help'),
    command('pulse', 'Doctor', SETUP_COMMANDS.doctor),
    command('book', 'Open Walkthrough', SETUP_COMMANDS.openWalkthrough),
    command('gear', 'Settings', 'workbench.action.openSettings', 'stepscope'),
    { label: '$(output) Show Log', act: showLog },
  ];
}
