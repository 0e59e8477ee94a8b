import * as vscode from 'vscode';
import { isOneTrace } from '../dataset/tree-items.ts';
import type { Disposable } from '../disposable.ts';
import { TEST_CONTROLLER } from '../manifest.ts';
import { createTestExplorer, type TestExplorerDependencies } from './test-explorer.ts';

/** The Test Explorer, for as long as a data set is listed: the editor shows a view of tests to everybody who has such a controller. */
export function registerTestExplorer(dependencies: Omit<TestExplorerDependencies, 'controller'>): Disposable {
  const { library } = dependencies;
  let shown: Disposable | undefined;
  const update = (): void => {
    if (library.list().every(isOneTrace)) {
      shown?.dispose();
      shown = undefined;
      return;
    }
    shown ??= createTestExplorer({ ...dependencies, controller: vscode.tests.createTestController(TEST_CONTROLLER, vscode.l10n.t('Stepscope Evals')) });
  };
  const subscription = library.onDidChange(({ type }) => {
    if (type === 'listed') update();
  });
  update();
  return {
    dispose() {
      subscription.dispose();
      shown?.dispose();
    },
  };
}
