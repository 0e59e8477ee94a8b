import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Provenance, Sample } from '../core/verifier/score.ts';
import { inBatches } from './in-batches.ts';
import { formatRecord, parseRecord, type ScoreRecord } from './score-records.ts';
import { sha256 } from './streams.ts';

/** The samples of one key, in order and without gaps, and how the newest of them was made. */
export interface StoredSamples {
  readonly samples: readonly Sample[];
  readonly provenance: Provenance;
}

/**
 * Scores by content. Everything is in memory once its question was loaded; the disk has one
 * append-only JSONL file a question, so opening a trace reads what belongs to it and nothing else.
 */
export interface ScoreStore {
  /** Reads what is stored for a question, once. Never rejects: what cannot be read is not there. */
  load(problem: string): Promise<void>;
  isLoaded(problem: string): boolean;
  /** Whether there may be something for a question; reads nothing of it, so it can be asked for each row of a data set. */
  mayHold(problem: string): Promise<boolean>;
  /** Whether anything was ever stored for a question that is loaded. */
  holds(problem: string): boolean;
  get(key: string): StoredSamples | undefined;
  /** Visible at once; written to disk soon after. */
  add(problem: string, key: string, index: number, sample: Sample, provenance: Provenance): void;
  /** Forgets the samples of these keys, in memory and on disk. */
  clear(problem: string, keys: readonly string[]): void;
  /** Resolves when everything that was added is on disk (or has failed to get there). */
  flush(): Promise<void>;
}

interface Entry {
  readonly samples: Map<number, Sample>;
  provenance: Provenance;
}

/**
 * Opens the store in `folder`, which is created on the first write. `onError` hears of a disk that
 * cannot be written to; scores then live in memory only.
 */
export function createScoreStore(folder: string, onError: (error: unknown) => void): ScoreStore {
  const entries = new Map<string, Entry>();
  const loads = new Map<string, Promise<void>>();
  const loaded = new Set<string>();
  const filled = new Set<string>();
  /** Files whose last line is known to be whole. */
  const sound = new Set<string>();
  let writing: Promise<void> = Promise.resolve();
  /** What is to be written once that is done, in order; what follows each other in a file, as one text. */
  let waiting: { readonly file: string; text: string }[] = [];
  /** Names of the files that were there when it was first asked for. */
  let names: Promise<ReadonlySet<string>> | undefined;

  const fileOf = (problem: string): string => path.join(folder, `${sha256(problem).slice(0, 24)}.jsonl`);

  function apply(record: ScoreRecord): void {
    if (record.type === 'cleared') {
      entries.delete(record.key);
      return;
    }
    const entry = entries.get(record.key) ?? { samples: new Map<number, Sample>(), provenance: record.provenance };
    entry.samples.set(record.index, record.sample);
    if (record.provenance.date >= entry.provenance.date) entry.provenance = record.provenance;
    entries.set(record.key, entry);
  }

  async function read(problem: string): Promise<void> {
    const file = fileOf(problem);
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text === '' || text.endsWith('\n')) sound.add(file);
    const records: ScoreRecord[] = [];
    await inBatches(text.split('\n'), (line) => {
      const record = parseRecord(line);
      if (record !== undefined) records.push(record);
    });
    // What was added while the file was being read is newer than the file.
    const newer = new Map(entries);
    for (const record of records) {
      if (newer.has(record.key)) continue;
      apply(record);
      filled.add(problem);
    }
    loaded.add(problem);
  }

  function append(problem: string, records: readonly ScoreRecord[]): void {
    const file = fileOf(problem);
    const text = records.map(formatRecord).join('');
    const last = waiting.at(-1);
    if (last?.file === file) {
      last.text += text;
      return;
    }
    waiting.push({ file, text });
    writing = writing.then(writeNext);
  }

  async function writeNext(): Promise<void> {
    const [next, ...others] = waiting;
    waiting = others;
    if (next === undefined) return;
    const { file, text } = next;
    try {
      await mkdir(folder, { recursive: true });
      // A file that was cut off in the middle of a line would swallow the first new record.
      await appendFile(file, sound.has(file) ? text : `\n${text}`);
      sound.add(file);
    } catch (error) {
      onError(error);
    }
  }

  return {
    load(problem) {
      const known = loads.get(problem);
      if (known !== undefined) return known;
      const load = read(problem);
      loads.set(problem, load);
      return load;
    },
    isLoaded: (problem) => loaded.has(problem),
    async mayHold(problem) {
      if (filled.has(problem)) return true;
      names ??= readdir(folder).then((files) => new Set(files), () => new Set<string>());
      return (await names).has(path.basename(fileOf(problem)));
    },
    holds: (problem) => filled.has(problem),
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const samples: Sample[] = [];
      for (let index = 0; ; index++) {
        const sample = entry.samples.get(index);
        if (sample === undefined) break;
        samples.push(sample);
      }
      return samples.length === 0 ? undefined : { samples, provenance: entry.provenance };
    },
    add(problem, key, index, sample, provenance) {
      const record: ScoreRecord = { type: 'sample', key, index, sample, provenance };
      apply(record);
      filled.add(problem);
      append(problem, [record]);
    },
    clear(problem, keys) {
      const stored = keys.filter((key) => entries.delete(key));
      if (stored.length > 0) append(problem, stored.map((key) => ({ type: 'cleared', key })));
    },
    flush: () => writing,
  };
}
