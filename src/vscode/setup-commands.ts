import * as vscode from 'vscode';
import { SETUP_COMMANDS, WALKTHROUGH, type SetupCommandName } from './manifest.ts';

/** What the commands about Stepscope itself do; they need no trace. */
export interface SetupCommandDependencies {
  readonly doctor: () => Promise<unknown>;
  readonly showMenu: () => Promise<void>;
}

export function registerSetupCommands(context: vscode.ExtensionContext, { doctor, showMenu }: SetupCommandDependencies): vscode.Disposable {
  const handlers: Readonly<Record<SetupCommandName, () => unknown>> = {
    doctor,
    showMenu,
    openWalkthrough: () => vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#${WALKTHROUGH}`, false),
  };
  return vscode.Disposable.from(...Object.entries(SETUP_COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as SetupCommandName])));
}
