import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import { isOneTrace } from '../dataset/tree-items.ts';
import type { Disposable } from '../disposable.ts';
import type * as LabModule from './lab-main.ts';
import type { LabServices } from './lab-services.ts';

export interface LazyLab extends Disposable {
  /** Loads the laboratory with the first call. */
  open(): LabModule.Lab;
}

/**
 * Stands in for the laboratory until something of it is used: one of its commands, a panel of it that comes back with the
 * window, a data set whose rows are tests, or a run of it. Then its own commands and panels take over.
 */
export function createLazyLab(services: LabServices, commands: readonly string[], views: readonly string[]): LazyLab {
  const { context, library } = services;
  let lab: LabModule.Lab | undefined;
  const standIns: vscode.Disposable[] = [];
  const leave = (): void => standIns.splice(0).forEach((one) => void one.dispose());

  function open(): LabModule.Lab {
    if (lab !== undefined) return lab;
    leave();
    const { openLab } = createRequire(__filename)(context.asAbsolutePath('dist/lab.js')) as typeof LabModule;
    return (lab = openLab(services));
  }

  const openIfShown = (): void => {
    const shown = vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ input }) => input instanceof vscode.TabInputWebview && views.some((view) => input.viewType.endsWith(view))));
    if (lab === undefined && (shown || !library.list().every(isOneTrace))) open();
  };
  standIns.push(
    ...commands.map((id) =>
      vscode.commands.registerCommand(id, (...args: unknown[]) => {
        open();
        return vscode.commands.executeCommand(id, ...args);
      }),
    ),
    vscode.window.tabGroups.onDidChangeTabs(openIfShown),
    library.onDidChange(openIfShown),
  );
  // Not while the extension is being activated: it shall be quick.
  const timer = setTimeout(openIfShown, 0);
  return {
    open,
    dispose() {
      clearTimeout(timer);
      leave();
      lab?.dispose();
    },
  };
}
