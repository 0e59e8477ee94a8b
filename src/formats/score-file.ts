import type { ScoreAnswer, ScoreSource, ScoreWish, StepScores } from '../core/eval/score-source.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Trace } from '../core/trace/trace.ts';
import type { RowSource } from './containers/row-source.ts';
import { prmBenchScoreId } from './rows/prm-bench-scores.ts';
import { readScoreRow, type ScoreRow } from './score-rows.ts';
import type { FormatErrorReason } from './trace-file.ts';

/** A score file that was read, and what of it could not be. */
export interface ScoreFile {
  readonly source: ScoreSource;
  /** Traces that it has scores for. */
  readonly traces: number;
  /** One sentence for each row without scores, the first few. */
  readonly faults: readonly string[];
}

/** Rows that are named one by one. */
const MOST_FAULTS = 20;

interface Entry {
  readonly values: (number | undefined)[];
  readonly hard: (number | undefined)[];
  /** Undefined for all steps, or for one that the file has none of. */
  readings: (readonly number[] | undefined)[] | undefined;
  cut: boolean;
  /** A second row of the file said something else about the same step. */
  contradicted: boolean;
}

/**
 * Scores that were made elsewhere, by id or row: PRMBench score files, R-PRM outputs (a row a step or merged), our own JSONL,
 * `stepscope score --json` and logs of evals, and any rows with `id` or `row` and `scores`. Rows with neither belong to the
 * data rows in order, where there are as many (`dataRows`).
 */
export function openScoreFile(rows: RowSource, dataRows: number): Result<ScoreFile, FormatErrorReason> {
  const read = readScoreTable(rows, dataRows);
  return read.ok ? ok({ source: tableSource(read.value), traces: read.value.traces, faults: read.value.faults }) : read;
}

/** What a score file says, as plain data: it is read in one thread and asked in another. */
export interface ScoreTable extends Pick<ScoreFile, 'traces' | 'faults'> {
  readonly name: string;
  readonly byId: readonly (readonly [string, Entry])[];
  readonly byRow: readonly (readonly [number, Entry])[];
}

/** The first half of `openScoreFile`. */
export function readScoreTable(rows: RowSource, dataRows: number): Result<ScoreTable, FormatErrorReason> {
  const byId = new Map<string, Entry>();
  const byRow = new Map<number, Entry>();
  const faults: string[] = [];
  let unread = 0;
  const complain = (message: string) => {
    unread++;
    if (faults.length < MOST_FAULTS) faults.push(message);
  };
  let unnamed = 0;
  for (let row = 0; row < rows.rows; row++) {
    const value = rows.value(row);
    const read = value.ok ? readScoreRow(value.value, rows.where(row)) : value;
    if (!read.ok) {
      const nan = read.error.reason === 'not-json' ? ' (JSON knows no NaN or Infinity: write null for a score that is missing)' : '';
      complain(read.error.message.replace(/\.$/, `${nan}.`));
    } else if (read.value !== undefined) {
      if (read.value.id === undefined && read.value.row === undefined) unnamed++;
      addTo(read.value.id === undefined ? byRow : byId, read.value.id ?? read.value.row ?? row, read.value);
    }
  }
  const traces = byId.size + byRow.size;
  if (traces === 0) return fail('unknown-shape', `${rows.name} has no scores that could be read${faults[0] === undefined ? '' : ` (${faults[0].replace(/\.$/, '')})`}: rows need an "id" or a "row" and a list of "scores".`);
  if (unnamed > 0 && rows.rows !== dataRows)
    return fail('unknown-shape', `${rows.name} has ${unnamed} rows of scores without "id" or "row", and ${rows.rows} rows where the data has ${dataRows}: it cannot be said which belong together.`);
  if (unread > faults.length) faults.push(`${rows.name}: ${unread - faults.length} more rows without scores.`);
  return ok({ name: rows.name, byId: [...byId], byRow: [...byRow], traces, faults });
}

/** Adds a row: all scores of a trace, or those of one step. */
function addTo<Key>(entries: Map<Key, Entry>, key: Key, { values, hard, readings, cut, step }: ScoreRow): void {
  const entry = entries.get(key);
  if (step === undefined) {
    const again = entry !== undefined;
    entries.set(key, { values: [...values], hard: [...(hard ?? [])], readings: readings && [...readings], cut, contradicted: again });
    return;
  }
  const list = entry ?? { values: [], hard: [], readings: undefined, cut: true, contradicted: false };
  if (list.values[step] !== undefined && list.values[step] !== values[0]) list.contradicted = true;
  list.values[step] = values[0];
  if (hard) list.hard[step] = hard[0];
  if (readings?.[0]) {
    const all = list.readings ?? [];
    all[step] = readings[0];
    list.readings = all;
  }
  entries.set(key, list);
}

/** The other half. */
export function tableSource({ name, byId: ids, byRow: rows }: ScoreTable): ScoreSource {
  const [byId, byRow] = [new Map(ids), new Map(rows)];
  const find = (trace: Trace) => {
    const { source } = trace;
    const names = [source.id, prmBenchScoreId(trace)].filter((id) => id !== undefined);
    return names.map((id) => byId.get(id)).find((entry) => entry !== undefined) ?? (source.row === undefined ? undefined : byRow.get(source.row));
  };
  return {
    name,
    batch: 256,
    hard: [...byId.values(), ...byRow.values()].some(({ hard }) => hard.length > 0),
    byId: byId.size > 0,
    // eslint-disable-next-line @typescript-eslint/require-await -- a source is asynchronous, this one has everything at hand
    async *score(wishes) {
      for (const [wish, asked] of wishes.entries()) yield { wish, answer: answer(name, asked, find(asked.trace)) };
    },
  };
}

function answer(name: string, { trace, until, partial }: ScoreWish, entry: Entry | undefined): ScoreAnswer {
  const steps = trace.steps.length;
  if (entry === undefined) {
    const who = trace.source.id === undefined ? '' : ` "${trace.source.id.slice(0, 60)}"`;
    return { ok: false, reason: 'no-scores', message: `${name} has no scores for it${who}.` };
  }
  if (entry.contradicted) return { ok: false, reason: 'misfit', message: `${name} has scores for it twice: take one of them out.` };
  const count = entry.values.length;
  const wanted = partial && entry.cut ? Math.min(count, steps) : (until ?? steps);
  if (count > steps || (count < steps && !(entry.cut && count >= wanted)))
    return { ok: false, reason: 'misfit', message: `${name} has ${count} scores for it, and it has ${steps} steps: they belong to another text, or to another cut of it.` };
  return { ok: true, scores: scoresOf(entry, wanted) };
}

function scoresOf({ values, hard, readings }: Entry, wanted: number): StepScores {
  // A list that was filled step by step may have holes.
  const soft = Array.from({ length: wanted }, (_, step) => values[step]);
  const missing = soft.findIndex((value) => value === undefined);
  return {
    soft,
    ...(hard.length > 0 && { hard: soft.map((_, step) => hard[step]) }),
    ...(readings && readings.some((list) => (list?.length ?? 0) > 1) && { readings: soft.map((_, step) => readings[step] ?? []) }),
    ...(missing >= 0 && { failed: `Step ${missing + 1} has no score that is a number.` }),
  };
}
