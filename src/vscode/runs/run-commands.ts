import * as vscode from 'vscode';
import { runLogText } from '../../core/run/run-log.ts';
import { RUN_COMMANDS, type RunCommandName } from '../manifest.ts';
import { dayAndTime } from '../wording.ts';
import { exportFile } from './export-file.ts';
import { runIdOf, runIdsOf } from './named-runs.ts';
import type { RunExport, RunKinds } from './run-kinds.ts';
import type { RunEntry, RunStore } from './run-store.ts';
import { runState } from './runs-tree.ts';

const asLog = (): RunExport => ({
  title: vscode.l10n.t('JSONL: the log itself, one event a line'),
  extension: 'jsonl',
  write: (log) => ({ ok: true, value: runLogText(log) }),
});

/**
 * Opening, renaming, deleting and exporting runs. Each command takes an item of the view or an id, or asks for a run; deleting
 * takes all that are `selected` in the view.
 */
export function registerRunCommands(store: RunStore, kinds: RunKinds, selected: () => readonly RunEntry[]): vscode.Disposable {
  const say = (text: string): void => void vscode.window.showInformationMessage(text);

  async function choose(argument: unknown, title: string): Promise<RunEntry | undefined> {
    const entries = await store.list();
    const id = runIdOf(argument);
    if (id !== undefined) {
      const found = entries.find((entry) => entry.id === id);
      if (found === undefined) say(vscode.l10n.t('There is no run {0}: it was deleted, or belongs to another workspace.', id));
      return found;
    }
    if (entries.length === 0) {
      say(vscode.l10n.t('There are no runs yet: Stepscope: Solve with PATS… makes one.'));
      return undefined;
    }
    return (await vscode.window.showQuickPick(entries.map(pickItem), { title, matchOnDescription: true }))?.entry;
  }

  /** Those that are selected in the view, for a key pressed there; of several the ones that are there; else one as `choose` finds it. */
  async function chosenToDelete(argument: unknown, selection: unknown): Promise<readonly RunEntry[]> {
    const named = isSelection(argument) ? runIdsOf(selected()) : runIdsOf(argument, selection);
    if (isSelection(argument) && named.length === 0) return [];
    if (named.length > 1) return (await store.list()).filter(({ id }) => named.includes(id));
    const entry = await choose(named[0], vscode.l10n.t('Delete a Run'));
    return entry === undefined ? [] : [entry];
  }

  /** Deletes what can be deleted, says what cannot, and offers to take it back. */
  async function remove(entries: readonly RunEntry[]): Promise<void> {
    const deleted: RunEntry[] = [];
    const kept: string[] = [];
    for (const entry of entries) {
      const removed = await store.remove(entry.id);
      if (removed.ok) deleted.push(entry);
      else kept.push(removed.error.message);
    }
    if (kept[0] !== undefined) say(kept.length === 1 ? kept[0] : vscode.l10n.t('{0} runs are not deleted. The first: {1}', kept.length, kept[0]));
    const [first] = deleted;
    if (first === undefined) return;
    const done = deleted.length === 1 ? vscode.l10n.t('The run "{0}" is deleted.', titleOf(first)) : vscode.l10n.t('{0} runs are deleted.', deleted.length);
    // Not awaited: a notification that stays open must not hold the command up.
    void vscode.window.showInformationMessage(done, vscode.l10n.t('Undo')).then(async (pressed) => {
      if (pressed === undefined) return;
      for (const { id } of deleted) {
        const restored = await store.restore(id);
        if (!restored.ok) say(restored.error.message);
      }
    });
  }

  const handlers: Readonly<Record<RunCommandName, (argument?: unknown, second?: unknown, third?: unknown) => Promise<void>>> = {
    async openRun(argument) {
      const entry = await choose(argument, vscode.l10n.t('Open a Run'));
      if (entry === undefined) return;
      if (!('header' in entry)) say(entry.trouble);
      else if (kinds[entry.header.kind] === undefined) say(vscode.l10n.t('This version of Stepscope cannot show runs of the kind "{0}"; they can be exported.', entry.header.kind));
      else kinds[entry.header.kind]?.open(entry.id);
    },
    async renameRun(argument, title) {
      const entry = await choose(argument, vscode.l10n.t('Rename a Run'));
      if (entry === undefined) return;
      if (!('header' in entry)) return say(entry.trouble);
      const name = typeof title === 'string' ? title : await vscode.window.showInputBox({ title: vscode.l10n.t('Rename Run'), value: entry.header.title, validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('A run needs a name.') : undefined) });
      if (name === undefined || name.trim() === '') return;
      const renamed = await store.rename(entry.id, name.trim());
      if (!renamed.ok) say(renamed.error.message);
    },
    async deleteRun(argument, second, third) {
      const entries = await chosenToDelete(argument, second);
      const sure = second === true || third === true || (entries.length > 0 && (await askToDelete(entries)));
      if (sure) await remove(entries);
    },
    async exportRun(argument, form, file) {
      const entry = await choose(argument, vscode.l10n.t('Export a Run'));
      if (entry === undefined) return;
      const log = await store.read(entry.id);
      if (!log.ok) return say(log.error.message);
      const { kind, title } = log.value.header;
      const forms = [asLog(), ...(kinds[kind]?.exports ?? [])].map((one) => ({ ...one, write: () => one.write(log.value) }));
      await exportFile(title, forms, form, file);
    },
  };

  return vscode.Disposable.from(...Object.entries(RUN_COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as RunCommandName])));
}

/** What the key of the view gives: no item, but that it is about what is selected there. */
function isSelection(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'selected' in argument && argument.selected === true;
}

/** One question, however many there are. */
async function askToDelete(entries: readonly RunEntry[]): Promise<boolean> {
  const [first] = entries;
  const question = entries.length === 1 && first !== undefined ? vscode.l10n.t('Delete the run "{0}"?', titleOf(first)) : vscode.l10n.t('Delete {0} runs?', entries.length);
  const back = entries.length === 1 ? vscode.l10n.t('It can be brought back with Undo until this window is closed.') : vscode.l10n.t('They can be brought back with Undo until this window is closed.');
  const names = entries.slice(0, MOST_NAMED).map(titleOf);
  const more = entries.length > MOST_NAMED ? [vscode.l10n.t('and {0} more', entries.length - MOST_NAMED)] : [];
  const detail = entries.length === 1 ? back : [...names, ...more, '', back].join('\n');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, vscode.l10n.t('Delete'))) !== undefined;
}
/** Runs that a question names. */
const MOST_NAMED = 10;

function titleOf(entry: RunEntry): string {
  return 'header' in entry ? entry.header.title : entry.id;
}

function pickItem(entry: RunEntry): vscode.QuickPickItem & { readonly entry: RunEntry } {
  if (!('header' in entry)) return { label: entry.id, description: entry.trouble, entry };
  return { label: entry.header.title, description: `${runState(entry).text} · ${dayAndTime(entry.header.started)}`, entry };
}
