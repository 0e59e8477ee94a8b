import { mkdir, statfs } from 'node:fs/promises';
import { StepscopeError } from '../../core/result.ts';
import { downloadFile } from './download-file.ts';
import { listFiles, type RepositoryFile, type RepositoryId } from './repository.ts';
import type { HubAccess } from './request.ts';

export interface DownloadProgress {
  readonly file: string;
  /** Bytes on disk and in all, over all files. */
  readonly done: number;
  readonly total: number;
}

const NEEDED = ['config.json', 'tokenizer.json'];
const WANTED = /^(?:config|generation_config|tokenizer|tokenizer_config|special_tokens_map|chat_template|model\.safetensors\.index)\.(?:json|jinja)$|^chat_template\.jinja$/;
const WEIGHTS = /^model(?:-\d+-of-\d+)?\.safetensors$/;

/**
 * Downloads what a conversion needs of a model repository (config, tokenizer, safetensors) into a folder. Only ever called
 * because a person asked for this repository. Stops and goes on: run it again after a failure. Throws StepscopeError
 * `hub-failed` or `aborted` with one sentence.
 */
export async function downloadModel(repository: RepositoryId, folder: string, access: HubAccess, onProgress?: (progress: DownloadProgress) => void, signal?: AbortSignal): Promise<void> {
  const files = chooseFiles(repository, await listFiles(repository, access, signal));
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  await mkdir(folder, { recursive: true });
  await checkSpace(folder, total);
  let before = 0;
  for (const file of files) {
    await downloadFile(repository, file, folder, access, (bytes) => onProgress?.({ file: file.path, done: before + bytes, total }), signal);
    before += file.bytes;
  }
}

/** Small files first: a repository that lacks one of them is refused before gigabytes have come. */
function chooseFiles(repository: RepositoryId, all: readonly RepositoryFile[]): RepositoryFile[] {
  const missing = NEEDED.filter((name) => !all.some(({ path }) => path === name));
  const weights = all.filter(({ path }) => WEIGHTS.test(path));
  if (weights.length === 0) missing.push('model.safetensors');
  if (missing.length > 0) throw new StepscopeError('hub-failed', `${repository.id} has no ${missing.join(' and no ')}: choose a repository with safetensors weights and a tokenizer.json.`);
  return [...all.filter(({ path }) => WANTED.test(path)), ...weights];
}

async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes) throw new StepscopeError('hub-failed', `${folder} has ${gigabytes(free)} free and the model takes ${gigabytes(bytes)}: free some space or choose another folder.`);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
