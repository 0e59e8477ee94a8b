import * as vscode from 'vscode';
import type { TraceView } from './trace-sessions.ts';
import { count, firstWords, scoreText, verdictWords } from './wording.ts';

interface Item extends vscode.QuickPickItem {
  /** From 1. */
  readonly number: number;
}

/** Asks for a step, by number or from the list with the scores. Resolves to its number, from 1, or to undefined after Escape. */
export function pickStep({ open, annotations }: TraceView, current: number | undefined): Promise<number | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.items = annotations.steps.map((step) => ({
    number: step.index + 1,
    label: vscode.l10n.t('Step {0}', step.index + 1),
    description: scoreText(step) === '' ? verdictWords(step) : scoreText(step),
    detail: firstWords(open.texts[step.index] ?? '', 14),
  }));
  picker.activeItems = picker.items.slice(current ?? 0, (current ?? 0) + 1);
  picker.title = vscode.l10n.t('Go to Step of {0}: {1}', open.name, count(open.steps.length, 'step'));
  picker.placeholder = vscode.l10n.t('A number from 1 to {0}, or choose a step', open.steps.length);
  picker.matchOnDetail = true;
  return new Promise((resolve) => {
    let chosen: number | undefined;
    picker.onDidAccept(() => {
      // A number that was typed is that step, also where the list would put another one first.
      const typed = picker.value.trim();
      chosen = /^\d{1,9}$/.test(typed) ? Number(typed) : picker.activeItems[0]?.number;
      picker.hide();
    });
    picker.onDidHide(() => {
      picker.dispose();
      resolve(chosen);
    });
    picker.show();
  });
}
