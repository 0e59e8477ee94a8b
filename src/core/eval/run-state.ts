import { fail, ok, type Result } from '../result.ts';
import { allSteps, type RunLog } from '../run/run-log.ts';
import type { RunHeader } from '../run/run.ts';
import type { Eval, EvalSettings } from './eval.ts';
import type { EvalEvent, EvalRow, RowFailed } from './events.ts';

/** What a run has reached: the fold of its events. */
export interface EvalRunState {
  readonly rows: readonly EvalRow[];
  readonly failed: readonly RowFailed[];
  readonly notes: readonly string[];
  /** Rows that are done, for EvalContext.done. */
  readonly done: ReadonlySet<number>;
  add(event: EvalEvent): void;
}

/** Begins with the rows of an earlier part of the run. Its failures and notes come again where they still hold. */
export function createRunState(earlier: readonly EvalRow[] = []): EvalRunState {
  const rows = [...earlier];
  const failed: RowFailed[] = [];
  const notes: string[] = [];
  const done = new Set(earlier.map(({ row }) => row));
  return {
    rows,
    failed,
    notes,
    done,
    add(event) {
      switch (event.type) {
        case 'started':
          break;
        case 'note':
          if (!notes.includes(event.message)) notes.push(event.message);
          break;
        case 'row':
          rows.push(event.row);
          done.add(event.row.row);
          break;
        case 'row-failed':
          failed.push(event);
          break;
      }
    },
  };
}

/** The rows of a log, each once; a line that is no row of this eval is left out. */
export function rowsOfLog(log: RunLog, about: Pick<Eval, 'readRow'>): EvalRow[] {
  return allSteps(rowsOfLogInSteps(log, about));
}

/** The same, a step an event: whoever must not be held up by a long log pauses between them. */
export function* rowsOfLogInSteps({ events }: RunLog, about: Pick<Eval, 'readRow'>): Generator<void, EvalRow[]> {
  const rows = new Map<number, EvalRow>();
  for (const event of events) {
    yield;
    if (typeof event !== 'object' || event === null || (event as { type?: unknown }).type !== 'row') continue;
    const row = about.readRow((event as { row?: unknown }).row);
    if (row) rows.set(row.row, row);
  }
  return [...rows.values()];
}

/**
 * Whether a run may go on under a header: the same eval, data, scores, models and settings. More rows of the same data are
 * fine, and so is another threshold, which only matters when the rows are summarised (unless it stopped the scoring).
 */
export function sameRun(earlier: RunHeader, now: RunHeader<EvalSettings>): Result<true, 'another-run'> {
  const before = earlier.settings as Partial<EvalSettings> | undefined;
  const differs = (what: string, a: unknown, b: unknown) => (JSON.stringify(a) === JSON.stringify(b) ? [] : [what]);
  // A search looks at the threshold while it runs.
  const stops = now.settings.options['steps'] === 'stop' || now.models.some(({ role }) => role === 'policy');
  const unthresholded = (settings: Partial<EvalSettings> | undefined) => ({ ...settings?.verifier, ...(stops ? {} : { threshold: 0 }) });
  // The models are told apart by their hashes.
  const asked = (settings: Partial<EvalSettings> | undefined) => settings?.second && [settings.second.mode, settings.second.prompt];
  const what = [
    ...differs('eval', before?.eval, now.settings.eval),
    ...differs('data', earlier.data?.file, now.data?.file),
    ...differs('score files', before?.scores, now.settings.scores),
    ...differs('second judge', asked(before), asked(now.settings)),
    ...differs('options', before?.options, now.settings.options),
    ...differs('settings of the verifier', unthresholded(before), unthresholded(now.settings)),
    ...differs('model', earlier.models.map(({ info }) => info.hash), now.models.map(({ info }) => info.hash)),
  ];
  return what.length === 0 ? ok(true) : fail('another-run', `The run that is there differs in its ${what.join(', its ')}: ask for the same, or name a new folder.`);
}
