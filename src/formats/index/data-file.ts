import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../../core/result.ts';
import type { FormatErrorReason } from '../trace-file.ts';

/** What tells one state of a file from another. */
interface Stamp {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

export type Look = 'same' | 'grown' | 'replaced' | 'gone';

/** A file that is held open and may change meanwhile. */
export interface DataFile {
  readonly name: string;
  /** Bytes, as of the last look that was accepted. */
  readonly size: number;
  /** When it was last written, as of the same look: ms since 1970. */
  readonly writtenAt: number;
  /** The bytes at `position`, into `buffer` if one is given; fewer at the end of the file. Throws what Node does. */
  read(position: number, length: number, buffer?: Uint8Array): Promise<Uint8Array>;
  /** What has become of the file under its path since the last look. A new size is taken over by `accept`. */
  look(): Promise<Look>;
  /** Whether the open file itself is as it was; `grown` where it has only become longer. Throws what Node does. */
  lookInside(): Promise<Look>;
  accept(): void;
  /** Counts what was seen last as the same from now on, but only under the path: what is read inside stays what it was. */
  dismiss(): void;
  /** Waits for reads that are under way. */
  close(): Promise<void>;
}

/** Opens a file for reading; the error says in a sentence why it cannot be read. */
export async function openDataFile(file: string): Promise<Result<DataFile, FormatErrorReason>> {
  const name = path.basename(file);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const stats = await handle.stat();
    if (stats.isFile()) return ok(dataFile(file, name, handle, stats));
    await handle.close();
    return fail('cannot-read', `${name} is not a file: name a file of traces.`);
  } catch (error) {
    await handle?.close();
    return fail('cannot-read', whyUnreadable(name, error));
  }
}

/** One sentence for an error of the file system. */
export function whyUnreadable(name: string, error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
  switch (code) {
    case 'ENOENT':
      return `${name} is not there: it was moved or deleted.`;
    case 'EACCES':
    case 'EPERM':
      return `${name} may not be read: change its permissions.`;
    case 'EISDIR':
      return `${name} is a folder: name a file of traces.`;
    case 'EBADF':
      return `${name} is closed: open it again.`;
    default:
      return `${name} cannot be read (${code}): check the disk or the connection it is on.`;
  }
}

function dataFile(file: string, name: string, handle: FileHandle, opened: Stamp): DataFile {
  let known: Stamp = opened;
  let seen: Stamp = opened;
  let dismissed: Stamp | undefined;
  return {
    name,
    get size() {
      return known.size;
    },
    get writtenAt() {
      return known.mtimeMs;
    },
    async read(position, length, buffer = Buffer.allocUnsafeSlow(length)) {
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
    async look() {
      try {
        seen = await stat(file);
      } catch {
        return 'gone';
      }
      return dismissed && compare(dismissed, seen) === 'same' ? 'same' : compare(known, seen);
    },
    lookInside: async () => compare(known, await handle.stat()),
    accept() {
      known = seen;
    },
    dismiss() {
      dismissed = seen;
    },
    close: () => handle.close(),
  };
}

function compare(before: Stamp, now: Stamp): Look {
  if (now.ino !== before.ino || now.dev !== before.dev || now.size < before.size) return 'replaced';
  if (now.size > before.size) return 'grown';
  return now.mtimeMs === before.mtimeMs ? 'same' : 'replaced';
}
