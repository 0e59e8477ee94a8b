import * as vscode from 'vscode';
import type { Disposable } from '../disposable.ts';
import { VIEWS } from '../manifest.ts';
import type { TracesTree } from './traces-tree.ts';
import { nodeId } from './tree-items.ts';
import type { TreeMemory } from './tree-memory.ts';

/** The view in the side bar. What is unfolded and selected is as it was before the window was reloaded. */
export function createTracesView(tree: TracesTree, memory: TreeMemory): Disposable {
  const view = vscode.window.createTreeView(VIEWS.traces, { treeDataProvider: tree, showCollapseAll: true });
  const isInSight = (): boolean => view.visible;
  const before = memory.selected();
  let isRestored = before === undefined;

  /** Selects what was selected, once the view is in sight: selecting it would bring the view there. */
  async function restore(): Promise<void> {
    if (isRestored || before === undefined || !isInSight()) return;
    isRestored = true;
    // The editor must not ask for the children of a node twice at once: older ones then lose them.
    await tree.settled();
    const node = await tree.find(before);
    // A person may have selected something else meanwhile, or hidden the view.
    if (node === undefined || !isInSight() || view.selection.length > 0) return;
    try {
      await view.reveal(node, { select: true, focus: false });
    } catch {
      tree.refresh();
    }
  }

  const subscriptions = vscode.Disposable.from(
    view,
    view.onDidExpandElement(({ element }) => memory.setUnfolded(nodeId(element), true)),
    view.onDidCollapseElement(({ element }) => memory.setUnfolded(nodeId(element), false)),
    view.onDidChangeSelection(({ selection: [node] }) => {
      // An empty selection comes with each new tree, and must not take away what is still to be restored.
      if (node !== undefined) memory.select(nodeId(node));
    }),
    view.onDidChangeVisibility(() => void restore()),
  );
  void restore();
  return {
    dispose() {
      subscriptions.dispose();
      tree.dispose();
    },
  };
}
