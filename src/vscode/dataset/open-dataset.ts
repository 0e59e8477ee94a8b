import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Dataset, DatasetChange } from '../../formats/dataset.ts';
import type { OpenOptions } from '../../formats/trace-rows.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import type { OpenInReader } from '../../formats/worker/dataset-readers.ts';
import { networkAddress } from '../network-address.ts';
import { documentName } from '../trace-documents.ts';

export type OpenDataset = (uri: vscode.Uri, options: OpenOptions) => Promise<Result<Dataset, FormatErrorReason>>;

/** Opens data sets: of any size on this machine's disks; elsewhere, where a file can only be read whole, one that fits into memory. */
export function createOpenDataset(openInReader: OpenInReader): OpenDataset {
  return (uri, options) => (uri.scheme === 'file' ? openInReader({ path: uri.fsPath }, options) : openWhole(uri, options, openInReader));
}

async function openWhole(uri: vscode.Uri, options: OpenOptions, openInReader: OpenInReader): Promise<Result<Dataset, FormatErrorReason>> {
  const name = documentName(uri);
  const refusal = networkAddress(uri);
  if (refusal !== undefined) return fail('no-such-row', refusal);
  const bytes = await read(uri);
  if (bytes === undefined) return fail('no-such-row', vscode.l10n.t('{0} cannot be read: check that the file is still there, and open it again.', name));
  const opened = await openInReader({ name, bytes }, options);
  if (!opened.ok) return opened;
  const data = opened.value;
  const changed = new vscode.EventEmitter<DatasetChange>();
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), escapeGlob(name)));
  let lost = false;
  const subscriptions = vscode.Disposable.from(
    changed,
    watcher,
    watcher.onDidChange(() => changed.fire({ type: 'replaced' })),
    watcher.onDidCreate(() => {
      if (lost) changed.fire({ type: 'replaced' });
    }),
    watcher.onDidDelete(() => {
      lost = true;
      changed.fire({ type: 'lost', message: vscode.l10n.t('{0} is no longer there: what was read of it stays until it is closed.', name) });
    }),
    data.onDidChange((change) => changed.fire(change)),
    data,
  );
  // The bytes are all that it has: what is known of them never changes.
  return ok({ ...data, onDidChange: changed.event, dispose: () => void subscriptions.dispose() });
}

async function read(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  try {
    return await vscode.workspace.fs.readFile(uri);
  } catch {
    return undefined;
  }
}

/** A file's name as a glob that matches it alone. */
function escapeGlob(name: string): string {
  return name.replace(/[*?{}[\]]/g, '[$&]');
}
