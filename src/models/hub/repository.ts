import { isRecord } from '../../core/is-record.ts';
import { fail, ok, StepscopeError, type Result } from '../../core/result.ts';
import { requestJson, type HubAccess } from './request.ts';

/** A model repository at one revision. */
export interface RepositoryId {
  /** `owner/name`, or `name` for the few that have no owner. */
  readonly id: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

/** One file of a repository, with what it takes to check it. */
export interface RepositoryFile {
  readonly path: string;
  readonly bytes: number;
  /** Large files carry a SHA-256 of their content; small ones the SHA-1 of a git blob. */
  readonly digest: { readonly algorithm: 'sha256' | 'git-sha1'; readonly hex: string };
}

const ID = /^(?:[A-Za-z0-9][\w.-]*\/)?[A-Za-z0-9][\w.-]*$/;

/**
 * Reads `owner/name`, `owner/name@revision` or a page's URL (`https://host/owner/name`, also with `/tree/revision`). A
 * URL's host is not used: files come from the hub that the settings name.
 */
export function parseRepository(text: string): Result<RepositoryId, 'usage'> {
  const invalid = fail('usage' as const, `"${text}" names no model repository: write owner/name, owner/name@revision or the address of its page.`);
  let path = text.trim();
  let revision = 'main';
  if (/^https?:\/\//i.test(path)) {
    if (!URL.canParse(path)) return invalid;
    const [owner = '', name = '', kind, ...rest] = new URL(path).pathname.split('/').filter((part) => part !== '');
    path = name === '' ? owner : `${owner}/${name}`;
    if (kind === 'tree' && rest.length > 0) revision = decodeURIComponent(rest.join('/'));
  } else {
    const at = path.indexOf('@');
    if (at >= 0) [path, revision] = [path.slice(0, at), path.slice(at + 1)];
  }
  if (!ID.test(path) || path.includes('..') || !/^[\w][\w./-]*$/.test(revision) || revision.includes('..')) return invalid;
  return ok({ id: path, revision });
}

/** Lists the files of a repository. Throws StepscopeError `hub-failed` with one sentence. */
export async function listFiles(repository: RepositoryId, access: HubAccess, signal?: AbortSignal): Promise<RepositoryFile[]> {
  const url = `${access.endpoint}/api/models/${repository.id}/revision/${encodeURIComponent(repository.revision)}?blobs=true`;
  const body = await requestJson(url, access, signal);
  const siblings = typeof body === 'object' && body !== null && 'siblings' in body ? body.siblings : undefined;
  if (!Array.isArray(siblings)) throw new StepscopeError('hub-failed', `${access.endpoint} answered about ${repository.id} with something that is no list of files: check the hub's address.`);
  return siblings.flatMap((entry: unknown) => repositoryFile(entry) ?? []);
}

function repositoryFile(entry: unknown): RepositoryFile | undefined {
  if (!isRecord(entry)) return undefined;
  const { rfilename: path, size, blobId, lfs } = entry;
  if (typeof path !== 'string' || !isSafePath(path)) return undefined;
  const large = isRecord(lfs) ? lfs : undefined;
  const bytes = large?.['size'] ?? size;
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return undefined;
  const sha256 = large?.['sha256'] ?? large?.['oid'];
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)) return { path, bytes, digest: { algorithm: 'sha256', hex: sha256 } };
  if (typeof blobId === 'string' && /^[0-9a-f]{40}$/.test(blobId)) return { path, bytes, digest: { algorithm: 'git-sha1', hex: blobId } };
  return undefined;
}

/** File names come from the net: nothing may be written outside the target folder. */
function isSafePath(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
