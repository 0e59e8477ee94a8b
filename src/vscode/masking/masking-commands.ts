import * as vscode from 'vscode';
import type { ActiveTrace } from '../active-trace.ts';
import { findSubject } from '../bias/find-subject.ts';
import { BIAS_COMMANDS } from '../manifest.ts';
import type { TraceTarget } from '../trace-target.ts';
import type { MaskingPanel } from './masking-panel.ts';

export interface MaskingCommandDependencies {
  readonly panel: MaskingPanel;
  readonly target: TraceTarget;
  readonly active: ActiveTrace;
}

/**
 * **Hide Input and Compare…**: with `choice` (`{ targets?, start? }`) it runs at once, and resolves to the id of the run.
 * Answers in every state: with the panel, or with one sentence.
 */
export function registerMaskingCommands({ panel, target, active }: MaskingCommandDependencies): vscode.Disposable {
  return vscode.commands.registerCommand(BIAS_COMMANDS.hideInput, async (argument?: unknown, choice?: unknown) => {
    const found = await findSubject(argument, { target, active, title: vscode.l10n.t('Hide Input and Compare') });
    if (found === undefined) return undefined;
    if ('refusal' in found) return void vscode.window.showInformationMessage(found.refusal);
    await panel.begin(found.subject);
    return typeof choice === 'object' && choice !== null && ('targets' in choice || 'start' in choice) ? panel.run(choice as Parameters<MaskingPanel['run']>[0]) : undefined;
  });
}
