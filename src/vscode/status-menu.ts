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

/** The progress of runs is followed at this beat: each update reads settings, which the editor puts together anew each time. */
const BEAT_MS = 100;

/** One item: the verifier that is set, and what runs with it. Click for a menu. */
export function createStatusMenu(dependencies: StatusMenuDependencies): StatusMenu {
  const { activities, verifier, onDidChangeVerifier, showLog } = dependencies;
  const item = vscode.window.createStatusBarItem('stepscope.status', vscode.StatusBarAlignment.Right, 91);
  item.name = vscode.l10n.t('Stepscope: Verifier and Runs');
  item.command = SETUP_COMMANDS.showMenu;

  let timer: NodeJS.Timeout | undefined;

  function update(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!readSettings().display.statusBar) {
      item.hide();
      return;
    }
    const [summary, running] = [verifier(), activities.list()];
    item.text = statusText(summary, running);
    const words = statusLines(summary, running);
    item.tooltip = [...words, vscode.l10n.t('Click for a menu.')].join('\n');
    item.accessibilityInformation = { label: vscode.l10n.t('Stepscope. {0}. Press for a menu.', words.join('. ')) };
    item.show();
  }

  async function show(): Promise<void> {
    const running = activities.list();
    const placeHolder = running.length === 0 ? vscode.l10n.t('Nothing runs') : running.length === 1 ? vscode.l10n.t('1 run: choose one to stop it') : vscode.l10n.t('{0} runs, one after the other: choose one to stop it', running.length);
    const picked = await vscode.window.showQuickPick(rows(running, verifier().detail, showLog), { title: 'Stepscope', placeHolder });
    picked?.act?.();
  }

  update();
  const subscriptions = vscode.Disposable.from(
    item,
    activities.onDidChange(() => {
      timer ??= setTimeout(update, BEAT_MS);
    }),
    onDidChangeVerifier(update),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('stepscope')) update();
    }),
  );
  return {
    show,
    dispose() {
      clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}

type Row = vscode.QuickPickItem & { readonly act?: () => void };

function rows(running: readonly Activity[], verifier: string, showLog: () => void): Row[] {
  const command = (icon: string, label: string, id: string, ...parameters: readonly unknown[]): Row => ({
    label: `$(${icon}) ${label}`,
    act: () => void vscode.commands.executeCommand(id, ...parameters),
  });
  const separator = (label: string): Row => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    ...(running.length === 0 ? [] : [separator(vscode.l10n.t('What runs'))]),
    ...running.map((activity): Row => ({ label: `$(stop-circle) ${vscode.l10n.t('Stop {0}', activityText(activity))}`, act: activity.cancel })),
    separator(vscode.l10n.t('Verifier')),
    { ...command('search-fuzzy', vscode.l10n.t('Choose Verifier…'), COMMANDS.chooseVerifier), description: verifier },
    command('plug', vscode.l10n.t('Connect to Server…'), COMMANDS.connectServer),
    command('add', vscode.l10n.t('Add Model…'), COMMANDS.addModel),
    separator(vscode.l10n.t('Traces')),
    command('play', vscode.l10n.t('Score Steps'), COMMANDS.scoreSteps),
    command('table', vscode.l10n.t('Show Step Scores'), COMMANDS.showStepScores),
    command('folder-opened', vscode.l10n.t('Open Traces…'), DATASET_COMMANDS.openTraces),
    separator(vscode.l10n.t('Help')),
    command('pulse', vscode.l10n.t('Doctor'), SETUP_COMMANDS.doctor),
    command('book', vscode.l10n.t('Open Walkthrough'), SETUP_COMMANDS.openWalkthrough),
    command('gear', vscode.l10n.t('Settings'), 'workbench.action.openSettings', 'stepscope'),
    { label: `$(output) ${vscode.l10n.t('Show Log')}`, act: showLog },
  ];
}
