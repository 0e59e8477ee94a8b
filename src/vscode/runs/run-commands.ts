import * as vscode from 'vscode';
import { errorText } from '../../core/error-text.ts';
import { runLogText, type RunLog } from '../../core/run/run-log.ts';
import { RUN_COMMANDS, type RunCommandName } from '../manifest.ts';
import { note } from '../navigation.ts';
import { documentName } from '../trace-documents.ts';
import { runIdOf } from './choose-run.ts';
import type { RunExport, RunKinds } from './run-kinds.ts';
import type { RunEntry, RunStore } from './run-store.ts';
import { dayAndTime, runState } from './runs-tree.ts';

const asLog = (): RunExport => ({
  title: vscode.l10n.t('JSONL: the log itself, one event a line'),
  extension: 'jsonl',
  write: (log) => ({ ok: true, value: runLogText(log) }),
});

/** Opening, renaming, deleting and exporting runs. Each command takes an item of the view or an id, or asks for a run. */
export function registerRunCommands(store: RunStore, kinds: RunKinds): vscode.Disposable {
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
    async deleteRun(argument, confirmed) {
      const entry = await choose(argument, vscode.l10n.t('Delete a Run'));
      if (entry === undefined) return;
      const title = 'header' in entry ? entry.header.title : entry.id;
      const sure = confirmed === true || (await vscode.window.showWarningMessage(vscode.l10n.t('Delete the run "{0}"?', title), { modal: true, detail: vscode.l10n.t('It can be brought back with Undo until this window is closed.') }, vscode.l10n.t('Delete'))) !== undefined;
      if (!sure) return;
      const removed = await store.remove(entry.id);
      if (!removed.ok) return say(removed.error.message);
      // Not awaited: a notification that stays open must not hold the command up.
      void vscode.window.showInformationMessage(vscode.l10n.t('The run "{0}" is deleted.', title), vscode.l10n.t('Undo')).then(async (pressed) => {
        if (pressed === undefined) return;
        const restored = await store.restore(entry.id);
        if (!restored.ok) say(restored.error.message);
      });
    },
    async exportRun(argument, form, file) {
      const entry = await choose(argument, vscode.l10n.t('Export a Run'));
      if (entry === undefined) return;
      const log = await store.read(entry.id);
      if (!log.ok) return say(log.error.message);
      const forms = [asLog(), ...(kinds[log.value.header.kind]?.exports ?? [])];
      const chosen = forms.find(({ extension }) => extension === form) ?? (await vscode.window.showQuickPick(forms.map((one) => ({ label: one.title, description: `.${one.extension}`, one })), { title: vscode.l10n.t('Export {0}', log.value.header.title) }))?.one;
      if (chosen !== undefined) await write(chosen, log.value, file instanceof vscode.Uri ? file : undefined);
    },
  };

  return vscode.Disposable.from(...Object.entries(RUN_COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as RunCommandName])));
}

async function write(form: RunExport, log: RunLog, file: vscode.Uri | undefined): Promise<void> {
  const text = await form.write(log);
  if (!text.ok) {
    void vscode.window.showWarningMessage(text.error.message);
    return;
  }
  const base = log.header.title.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = file ?? (await vscode.window.showSaveDialog({ title: vscode.l10n.t('Export {0}', log.header.title), filters: { [form.extension.toUpperCase()]: [form.extension] }, ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, `${base}.${form.extension}`) }) }));
  if (uri === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(uri, Buffer.from(text.value));
    note(vscode.l10n.t('{0} is exported to {1}.', log.header.title, documentName(uri)));
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} cannot be written: {1}. Choose another folder.', documentName(uri), errorText(error)));
  }
}

function pickItem(entry: RunEntry): vscode.QuickPickItem & { readonly entry: RunEntry } {
  if (!('header' in entry)) return { label: entry.id, description: entry.trouble, entry };
  return { label: entry.header.title, description: `${runState(entry).text} · ${dayAndTime(entry.header.started)}`, entry };
}
