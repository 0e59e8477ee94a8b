import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { BiasEvent } from '../core/bias/events.ts';
import { readBiasEvents } from '../core/bias/read-events.ts';
import type { BiasSettings } from '../core/bias/settings.ts';
import { parseRunLog, runLine } from '../core/run/run-log.ts';
import type { RunEnd, RunHeader } from '../core/run/run.ts';
import { rewriteLog } from './rewrite-log.ts';
import { UsageError } from './usage.ts';

/** The log of an experiment, open for more. */
export interface BiasLog {
  /** What an earlier part of the run has reached. */
  readonly done: readonly BiasEvent[];
  write(event: BiasEvent | RunEnd): void;
}

/**
 * Opens the log of a run: a new file, or one that is there and is of the same model, settings and questions, to go on with.
 * Summaries of the earlier part are left out: they are made anew. Throws a UsageError.
 */
export function openBiasLog(file: string, header: RunHeader<BiasSettings>): BiasLog {
  const before = existsSync(file) ? readEarlier(file, header) : undefined;
  const done = before?.done ?? [];
  rewriteLog(file, [runLine(before?.header ?? header), ...done.map(runLine)], 'name another --log');
  return { done, write: (event) => appendFileSync(file, runLine(event)) };
}

function readEarlier(file: string, header: RunHeader<BiasSettings>): { readonly header: RunHeader; readonly done: readonly BiasEvent[] } {
  const log = parseRunLog(file, readFileSync(file, 'utf8'));
  if (!log.ok) throw new UsageError(`${log.error.message} Name another --log.`);
  const events = readBiasEvents(file, log.value);
  if (!events.ok) throw new UsageError(`${events.error.message} Name another --log.`);
  const differing = whatDiffers(log.value.header, header);
  if (differing !== undefined) throw new UsageError(`${file} is of a run with other ${differing}: give the same, or name another --log.`);
  return { header: log.value.header, done: events.value.filter(({ type }) => type !== 'halves' && type !== 'report' && type !== 'failed' && type !== 'lack') };
}

function whatDiffers(before: RunHeader, now: RunHeader): string | undefined {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const hashes = ({ models }: RunHeader) => models.map(({ info }) => info.hash);
  if (!same(hashes(before), hashes(now))) return 'models';
  if (!same(before.settings, now.settings)) return 'settings';
  return same(before.data, now.data) ? undefined : 'questions';
}
