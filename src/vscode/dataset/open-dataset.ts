import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Dataset, DatasetChange } from '../../formats/dataset.ts';
import { openDataset as openStreamed } from '../../formats/index/open-dataset.ts';
import { openFile, openRows } from '../../formats/open-file.ts';
import { traceRows, type OpenOptions } from '../../formats/trace-rows.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import { documentName } from '../trace-documents.ts';

/** Opens a data set: of any size on this machine's disks; elsewhere, where a file can only be read whole, one that fits into memory. */
export function openDataset(uri: vscode.Uri, options: OpenOptions): Promise<Result<Dataset, FormatErrorReason>> {
  return uri.scheme === 'file' ? openStreamed(uri.fsPath, options) : openWhole(uri, options);
}

async function openWhole(uri: vscode.Uri, options: OpenOptions): Promise<Result<Dataset, FormatErrorReason>> {
  const name = documentName(uri);
  const bytes = await read(uri);
  if (bytes === undefined) return fail('no-such-row', `${name} cannot be read: check that the file is still there, and open it again.`);
  const source = await openRows(name, bytes, options);
  const file = source.ok ? traceRows(source.value, options) : await openFile(name, bytes, options);
  if (!file.ok) return file;
  const { rows } = file.value;
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
      changed.fire({ type: 'lost', message: `${name} is no longer there: what was read of it stays until it is closed.` });
    }),
  );
  return ok({
    name,
    container: file.value.format,
    rowFormat: file.value.rowFormat,
    progress: { rows, bytes: bytes.byteLength, total: bytes.byteLength, complete: true },
    value: (row) => Promise.resolve<Result<unknown, FormatErrorReason>>(source.ok && row < rows ? source.value.value(row) : file.value.trace(row)),
    trace: (row, variant) => Promise.resolve(file.value.trace(row, variant)),
    record: (row, variant) => Promise.resolve(file.value.record(row, variant)),
    variants: (row) => Promise.resolve(file.value.variants(row)),
    reach: (row) => Promise.resolve(row < rows),
    onDidChange: changed.event,
    dispose: () => {
      subscriptions.dispose();
    },
  });
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
