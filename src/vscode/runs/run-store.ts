import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename as moveFile, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { t } from '@vscode/l10n';
import { errorText } from '../../core/error-text.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseRunLogInSteps, runLine, type RunLog } from '../../core/run/run-log.ts';
import type { RunEnd, RunHeader } from '../../core/run/run.ts';
import type { Disposable } from '../disposable.ts';
import { inSteps } from '../in-steps.ts';
import { readRunEnds } from './run-ends.ts';

/** A run as lists show it. */
export type RunEntry =
  | { readonly id: string; readonly header: RunHeader; readonly end?: RunEnd; readonly running?: { readonly progress: string } }
  /** The log cannot be read: why, in a sentence. */
  | { readonly id: string; readonly trouble: string };

/** Writes the log of a run that goes on. Lines reach the disk in order, soon after they were given. */
export interface RunWriter {
  readonly id: string;
  append(event: object): void;
  /** How far it is, in a few words, for lists while it runs. */
  progress(text: string): void;
  /** Resolves when all of the log is on the disk. Call it once, also where the run failed or was cancelled. */
  end(end: Omit<RunEnd, 'type' | 'ended'>): Promise<void>;
}

/** The runs of this workspace: one append-only log a run, `<id>.jsonl`, of any kind. Nothing of a log but its first and last line is read for a list. */
export interface RunStore extends Disposable {
  begin(header: RunHeader): RunWriter;
  /** Goes on with the log of a run that was cut off, cancelled or has failed. What was cut off in the middle of a line is taken out. */
  resume(id: string): Promise<Result<RunWriter, 'run-invalid'>>;
  /** Newest first. */
  list(): Promise<readonly RunEntry[]>;
  /** All of a log, with what has not reached the disk yet. */
  read(id: string): Promise<Result<RunLog, 'run-invalid'>>;
  /** The same as text, for readers of one kind. */
  text(id: string): Promise<Result<string, 'run-invalid'>>;
  /** Whether it is being written now. */
  isRunning(id: string): boolean;
  rename(id: string, title: string): Promise<Result<void, 'run-invalid'>>;
  /** Moves the log to the trash, which is emptied when the store is next opened. A run that goes on is refused. */
  remove(id: string): Promise<Result<void, 'run-invalid'>>;
  /** Takes the log back from the trash. */
  restore(id: string): Promise<Result<void, 'run-invalid'>>;
  /** `id` is absent where the list itself changed. Logs of one run change often: listeners wait a beat. */
  onDidChange(listener: (change: { readonly id?: string }) => void): Disposable;
}

/** Fit for a file name, and no way out of the folder. */
const ID = /^\w[\w.-]{0,120}$/;

/**
 * The store in `folder`, which is created with the first run. `onError` hears of a disk that cannot be written to: the run
 * goes on, and what is shown of it comes from its events.
 */
export function createRunStore(folder: string, onError: (error: unknown) => void): RunStore {
  const trash = path.join(folder, 'trash');
  const listeners = new Set<(change: { readonly id?: string }) => void>();
  const running = new Map<string, { header: RunHeader; progress: string; readonly lines: string[] }>();
  /** Renaming waits for what is being written, and writing for it; the first of all for the trash of earlier windows to be emptied. */
  let writing: Promise<unknown> | undefined;

  const fileOf = (id: string): string => path.join(folder, `${id}.jsonl`);
  const tell = (id?: string): void => listeners.forEach((listener) => listener(id === undefined ? {} : { id }));
  const queued = <T>(work: () => Promise<T>): Promise<T> => {
    writing ??= rm(trash, { recursive: true, force: true }).catch(onError);
    const done = writing.then(work);
    writing = done.catch(() => undefined);
    return done;
  };

  /** Moves a file, or says why not. */
  async function move(id: string, from: string, to: string): Promise<Result<void, 'run-invalid'>> {
    if (!ID.test(id)) return unknownRun(id);
    if (running.has(id)) return fail('run-invalid', t('{0} is going on: cancel it first.', titleOf(id)));
    try {
      await queued(async () => {
        await mkdir(path.dirname(to), { recursive: true });
        await moveFile(from, to);
      });
    } catch (error) {
      return fail('run-invalid', t('The log of {0} cannot be moved: {1}.', id, errorText(error)));
    }
    tell();
    return ok(undefined);
  }

  const titleOf = (id: string): string => running.get(id)?.header.title ?? id;

  async function entry(id: string): Promise<RunEntry> {
    const now = running.get(id);
    if (now !== undefined) return { id, header: now.header, running: { progress: now.progress } };
    const ends = await readRunEnds(fileOf(id), `${id}.jsonl`);
    return ends.ok ? { id, header: ends.value.header, ...(ends.value.end && { end: ends.value.end }) } : { id, trouble: ends.error.message };
  }

  function writer(header: RunHeader): RunWriter & { readonly line: (value: object) => void } {
    const { id } = header;
    const state = { header, progress: '', lines: [] as string[] };
    running.set(id, state);
    const line = (value: object): void => {
      state.lines.push(runLine(value));
      if (state.lines.length > 1) return;
      queued(async () => {
        await mkdir(folder, { recursive: true });
        await appendFile(fileOf(id), state.lines.splice(0).join(''));
      }).catch(onError);
    };
    return {
      id,
      line,
      append(event) {
        line(event);
        tell(id);
      },
      progress(text) {
        state.progress = text;
        tell(id);
      },
      async end(end) {
        line({ type: 'run-end', ...end, ended: new Date().toISOString() } satisfies RunEnd);
        await writing;
        running.delete(id);
        tell(id);
      },
    };
  }

  async function text(id: string): Promise<Result<string, 'run-invalid'>> {
    if (!ID.test(id)) return unknownRun(id);
    try {
      return ok(await queued(() => readFile(fileOf(id), 'utf8')));
    } catch (error) {
      return isMissing(error) ? unknownRun(id) : fail('run-invalid', t('{0} cannot be read: {1}.', `${id}.jsonl`, errorText(error)));
    }
  }

  return {
    begin(header) {
      if (!ID.test(header.id) || running.has(header.id)) throw new Error(`"${header.id}" is no new id of a run.`);
      const begun = writer(header);
      begun.line(header);
      tell();
      return begun;
    },
    async resume(id) {
      if (!ID.test(id)) return unknownRun(id);
      if (running.has(id)) return fail('run-invalid', t('{0} is going on already.', titleOf(id)));
      const ends = await queued(async () => {
        await cutTornLine(fileOf(id));
        return readRunEnds(fileOf(id), `${id}.jsonl`);
      }).catch((error: unknown) => fail('run-invalid', t('{0} cannot be written to: {1}.', `${id}.jsonl`, errorText(error))));
      if (!ends.ok) return ends;
      const resumed = writer(ends.value.header);
      tell();
      return ok(resumed);
    },
    async list() {
      await writing;
      const names = await readdir(folder).catch(() => []);
      const ids = names.flatMap((name) => (name.endsWith('.jsonl') && ID.test(name.slice(0, -6)) ? [name.slice(0, -6)] : []));
      const entries: RunEntry[] = [];
      for (const id of new Set([...running.keys(), ...ids])) entries.push(await entry(id));
      return entries.sort((one, other) => startOf(other).localeCompare(startOf(one)) || other.id.localeCompare(one.id));
    },
    async read(id) {
      const found = await text(id);
      return found.ok ? inSteps(parseRunLogInSteps(`${id}.jsonl`, found.value)) : found;
    },
    text,
    isRunning: (id) => running.has(id),
    async rename(id, title) {
      if (!ID.test(id)) return unknownRun(id);
      const now = running.get(id);
      if (now !== undefined) now.header = { ...now.header, title };
      const renamed = await queued(() => replaceTitle(fileOf(id), `${id}.jsonl`, title));
      tell(id);
      return renamed;
    },
    remove: (id) => move(id, fileOf(id), path.join(trash, `${id}.jsonl`)),
    restore: (id) => move(id, path.join(trash, `${id}.jsonl`), fileOf(id)),
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    dispose: () => listeners.clear(),
  };
}

/** A line that a crash cut off would swallow the next one. */
async function cutTornLine(file: string): Promise<void> {
  const bytes = await readFile(file);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) await truncate(file, whole);
}

/** A log is only ever appended to; its title alone changes, in a new file that takes the place of the old one at once. */
async function replaceTitle(file: string, name: string, title: string): Promise<Result<void, 'run-invalid'>> {
  const ends = await readRunEnds(file, name);
  if (!ends.ok) return ends;
  const copy = `${file}.new`;
  try {
    const target = createWriteStream(copy);
    target.write(runLine({ ...ends.value.header, title }));
    await pipeline(createReadStream(file, { start: ends.value.headerBytes }), target);
    await moveFile(copy, file);
    return ok(undefined);
  } catch (error) {
    await rm(copy, { force: true }).catch(() => undefined);
    return fail('run-invalid', t('{0} cannot be renamed: {1}.', name, errorText(error)));
  }
}

function startOf(entry: RunEntry): string {
  return 'header' in entry ? entry.header.started : '';
}

function unknownRun(id: string): { readonly ok: false; readonly error: { readonly reason: 'run-invalid'; readonly message: string } } {
  return fail('run-invalid', t('There is no run {0}: it was deleted, or belongs to another workspace.', id));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
