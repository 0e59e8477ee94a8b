import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { runLine } from '../core/run/run-log.ts';
import type { RunEnd, RunHeader } from '../core/run/run.ts';
import type { LoggedSearchEvent, SearchEvent } from '../core/search/events.ts';
import { isOver } from '../core/search/lockstep.ts';
import type { SearchSettings } from '../core/search/settings.ts';
import { readSearchLog, type LoggedProblem, type NumberedProblem } from '../formats/runs/search-log.ts';
import { rewriteLog } from './rewrite-log.ts';
import { UsageError } from './usage.ts';

/** Where a search is written down. */
export interface SearchLogFile {
  /** What an earlier part of the run has of a problem, by its index. */
  earlier(problem: number): LoggedProblem | undefined;
  /** Previews are left out. */
  write(event: LoggedSearchEvent | RunEnd): void;
  close(): void;
}

/** Opens the log of a run: a new one, or with `resume` the one that is there. Throws a UsageError. */
export function openSearchLog(file: string | undefined, header: RunHeader<SearchSettings>, resume: boolean): SearchLogFile {
  if (file === undefined) return { earlier: () => undefined, write: () => undefined, close: () => undefined };
  const there = existsSync(file);
  if (there && !resume) throw new UsageError(`${file} is there already: name a new log, or go on with it by --resume.`);
  const earlier = new Map((there ? readEarlier(file, header) : []).map((problem) => [problem.problem, problem]));
  const handle = open(file, header, [...earlier.values()]);
  /** Rounds of `earlier` that are emitted again and stand in the log. */
  const repeated = new Map([...earlier].map(([problem, { rounds }]) => [problem, rounds.length]));
  return {
    earlier: (problem) => earlier.get(problem),
    write(event) {
      if (event.type === 'round-started' || event.type === 'candidate' || event.type === 'scored') return;
      if (event.type === 'started' && earlier.has(event.problem)) return;
      if (event.type === 'round' && event.record.round < (repeated.get(event.problem) ?? 0)) return;
      writeSync(handle, runLine(event));
    },
    close: () => closeSync(handle),
  };
}

/** The old lines are written anew, without the end and without a line that was cut off. */
function open(file: string, header: RunHeader<SearchSettings>, earlier: readonly NumberedProblem[]): number {
  const lines = earlier.flatMap(({ problem, started, rounds, notes, finished }) => {
    const events: readonly SearchEvent[] = [started, ...notes.map((message) => ({ type: 'note' as const, message })), ...rounds.map((record) => ({ type: 'round' as const, record })), ...(isOver(finished) && finished ? [finished] : [])];
    return events.map((event) => runLine({ ...event, problem }));
  });
  rewriteLog(file, [runLine(header), ...lines], 'name another file');
  return openSync(file, 'a');
}

function readEarlier(file: string, header: RunHeader<SearchSettings>): readonly NumberedProblem[] {
  const log = readSearchLog(file, readFileSync(file, 'utf8'));
  if (!log.ok) throw new UsageError(`${log.error.message} Name a new log.`);
  const { settings, models } = log.value.header;
  // A budget may grow: that is what many a run is taken up for.
  if (!isDeepStrictEqual({ ...settings, budget: header.settings.budget }, header.settings)) throw new UsageError(`${file} was made with other settings: use those, or name a new log.`);
  const identity = (from: RunHeader['models']) => JSON.stringify(from.map(({ role, info }) => [role, info.hash, info.template ?? null]));
  if (identity(models) !== identity(header.models)) throw new UsageError(`${file} was made with other models: use those, or name a new log.`);
  if (JSON.stringify(log.value.header.data ?? null) !== JSON.stringify(header.data ?? null)) throw new UsageError(`${file} is about other rows: use the same --data, --row and --limit, or name a new log.`);
  return log.value.problems;
}
