import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { StepscopeError } from '../../core/result.ts';
import type { RepositoryFile, RepositoryId } from './repository.ts';
import { idleGuard, MAX_TRIES, reasonOf, requestOnce, throwIfAborted, Transient, wait, type HubAccess, type IdleGuard } from './request.ts';

/** Appended to the name of a file that is not complete. It stays after a failure, for the next try to go on from. */
export const PARTIAL = '.partial';

/**
 * Downloads one file into `folder`, going on where an earlier try stopped (Range requests), and checks its digest before
 * it gets its name. A file that is there already with the right digest is not asked for again. `onBytes` hears how much of
 * the file is on disk. Throws StepscopeError `hub-failed` or `aborted`.
 */
export async function downloadFile(
  repository: RepositoryId,
  file: RepositoryFile,
  folder: string,
  access: HubAccess,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const target = path.join(folder, ...file.path.split('/'));
  const partial = target + PARTIAL;
  await mkdir(path.dirname(target), { recursive: true });
  if (await matches(target, file)) {
    onBytes(file.bytes);
    return;
  }
  const url = `${access.endpoint}/${repository.id}/resolve/${encodeURIComponent(repository.revision)}/${file.path.split('/').map(encodeURIComponent).join('/')}`;
  for (let corrupt = 0; ; corrupt++) {
    await fill(url, file, partial, access, onBytes, signal);
    if (await matches(partial, file)) break;
    // Bytes that are wrong cannot be told from bytes that are right: all of it is fetched again, once.
    await rm(partial, { force: true });
    if (corrupt > 0) throw new StepscopeError('hub-failed', `${file.path} of ${repository.id} arrived twice with a wrong checksum from ${access.endpoint}: try again later or use another mirror.`);
  }
  await rename(partial, target);
}

/** Appends to the partial file until it has all its bytes. Gives up after several tries in a row that brought nothing. */
async function fill(url: string, file: RepositoryFile, partial: string, access: HubAccess, onBytes: (bytes: number) => void, signal?: AbortSignal): Promise<void> {
  let fruitless = 0;
  for (;;) {
    const have = await sizeOf(partial);
    onBytes(Math.min(have, file.bytes));
    if (have === file.bytes && have > 0) return;
    if (have > file.bytes) await rm(partial, { force: true });
    try {
      await append(url, file, partial, have > file.bytes ? 0 : have, access, onBytes, signal);
      fruitless = 0;
      if (file.bytes === 0) return;
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof Transient)) throw error;
      fruitless = (await sizeOf(partial)) > have ? 0 : fruitless + 1;
      if (fruitless >= MAX_TRIES) {
        throw new StepscopeError('hub-failed', `${file.path} could not be downloaded from ${access.endpoint} (${error.message}): check the connection and run it again, it goes on from byte ${await sizeOf(partial)}.`);
      }
      await wait(Math.max(1, fruitless), access, signal);
    }
  }
}

/** One connection: writes what comes, from `from` on. Throws Transient where it breaks off. */
async function append(url: string, file: RepositoryFile, partial: string, from: number, access: HubAccess, onBytes: (bytes: number) => void, signal?: AbortSignal): Promise<void> {
  const guard = idleGuard(signal);
  try {
    const response = await requestOnce(url, access, from > 0 ? { range: `bytes=${from}-` } : {}, guard.signal);
    await write(response, file, partial, from, onBytes, guard);
  } finally {
    guard.end();
  }
}

async function write(response: Response, file: RepositoryFile, partial: string, from: number, onBytes: (bytes: number) => void, guard: IdleGuard): Promise<void> {
  // A server that ignores the range, or answers with another one, starts anew.
  const start = response.status === 206 && rangeStart(response) === from ? from : 0;
  if (response.status === 206 && start !== from) {
    await response.body?.cancel();
    await rm(partial, { force: true });
    throw new Transient('the server sent another part than asked for');
  }
  const handle = await open(partial, start > 0 ? 'r+' : 'w');
  let position = start;
  try {
    for await (const chunk of response.body ?? []) {
      const bytes = chunk as Uint8Array;
      if (position + bytes.length > file.bytes) throw new Transient('more bytes came than the file has');
      await handle.write(bytes, 0, bytes.length, position);
      position += bytes.length;
      guard.touch();
      onBytes(position);
    }
  } catch (error) {
    throw error instanceof Transient ? error : new Transient(reasonOf(error));
  } finally {
    await handle.close();
  }
  if (position < file.bytes) throw new Transient('the connection ended early');
}

function rangeStart(response: Response): number | undefined {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  return match === null ? undefined : Number(match[1]);
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function matches(name: string, file: RepositoryFile): Promise<boolean> {
  const info = await stat(name).catch(() => undefined);
  if (info?.size !== file.bytes) return false;
  let hash: Hash;
  if (file.digest.algorithm === 'sha256') hash = createHash('sha256');
  else hash = createHash('sha1').update(`blob ${file.bytes}\0`);
  for await (const chunk of createReadStream(name)) hash.update(chunk as Buffer);
  return hash.digest('hex') === file.digest.hex;
}
