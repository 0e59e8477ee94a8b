import * as vscode from 'vscode';
import type { EvalSettings } from '../../core/eval/eval.ts';
import type { FormDependencies } from './eval-form.ts';

type Judge = vscode.QuickPickItem & { readonly who: 'none' | 'verifier' | 'another' };

/** Asks who the second judge is; the settings as they were after Escape. */
export async function askSecondJudge(settings: EvalSettings, second: FormDependencies['second']): Promise<EvalSettings> {
  const items: readonly Judge[] = [
    { label: vscode.l10n.t('None'), description: vscode.l10n.t('the first is held against the labels'), who: 'none' },
    // Without a file of scores the verifier is the first judge.
    ...(settings.scores.length === 0 ? [] : [{ label: vscode.l10n.t('The verifier'), description: second.verifier(), who: 'verifier' } as const]),
    { label: vscode.l10n.t('Another model…'), description: vscode.l10n.t('or the verifier in another mode'), who: 'another' },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Second judge'), ignoreFocusOut: true });
  switch (picked?.who) {
    case undefined:
      return settings;
    case 'none':
      return { ...settings, withModel: false, second: undefined };
    case 'verifier':
      return { ...settings, withModel: true, second: undefined };
    case 'another': {
      const chosen = await second.choose();
      return chosen === undefined ? settings : { ...settings, withModel: false, second: chosen };
    }
  }
}
