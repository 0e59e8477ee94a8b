import { open, type FileHandle } from 'node:fs/promises';
import { t } from '@vscode/l10n';
import { errorText } from '../../core/error-text.ts';
import { fail, type Result } from '../../core/result.ts';
import { parseRunLog, type RunLog } from '../../core/run/run-log.ts';

/** The line of an end is far shorter. Bytes. */
const TAIL = 64 * 1024;
const PIECE = 64 * 1024;
/** A header that names a million rows is about 8 MB. Bytes. */
const LONGEST_HEADER = 32 * 1024 * 1024;

/** Header and end of a log, however long it is; `headerBytes` is the length of its first line with the line end. */
export type RunEnds = Pick<RunLog, 'header' | 'end'> & { readonly headerBytes: number };

/** Reads the first line of a log and its last. Never rejects. */
export async function readRunEnds(file: string, name: string): Promise<Result<RunEnds, 'run-invalid'>> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const { size } = await handle.stat();
    const first = await firstLine(handle, size);
    const tail = await bytesAt(handle, Math.max(first.length, size - TAIL), size);
    const last = tail.subarray(tail.lastIndexOf(NEW_LINE, tail.length - 2) + 1).toString('utf8');
    // A last line without its line end was cut off.
    const parsed = parseRunLog(name, first.toString('utf8') + (tail.at(-1) === NEW_LINE && last.includes('run-end') ? last : ''));
    return parsed.ok ? { ok: true, value: { header: parsed.value.header, ...(parsed.value.end && { end: parsed.value.end }), headerBytes: first.length } } : parsed;
  } catch (error) {
    return fail('run-invalid', t('{0} cannot be read: {1}.', name, errorText(error)));
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

const NEW_LINE = 0x0a;

async function firstLine(handle: FileHandle, size: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < Math.min(size, LONGEST_HEADER); at += PIECE) {
    const piece = await bytesAt(handle, at, Math.min(size, at + PIECE));
    const end = piece.indexOf(NEW_LINE);
    pieces.push(end < 0 ? piece : piece.subarray(0, end + 1));
    if (end >= 0) break;
  }
  return Buffer.concat(pieces);
}

async function bytesAt(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, end - start));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
  return bytes.subarray(0, bytesRead);
}
