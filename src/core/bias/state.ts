import { isRecord } from '../is-record.ts';
import { fail, ok, type Result } from '../result.ts';
import type { RunLog } from '../run/run-log.ts';
import type { RunEnd, RunHeader } from '../run/run.ts';
import type { BiasEvent, BiasReport } from './events.ts';
import { readBiasEvents } from './read-events.ts';
import { biasReport } from './report.ts';
import type { BiasSettings } from './settings.ts';

/** An experiment as it was read back, whole or cut off. */
export interface BiasState {
  readonly header: RunHeader<BiasSettings>;
  /** Those that hold, without summaries (see settledEvents). */
  readonly events: readonly BiasEvent[];
  readonly report: BiasReport;
  readonly end?: RunEnd;
}

/**
 * Reads a log. The report is the one that it ends with, else it is made of what was reached, which takes a second or so for
 * some hundred questions.
 */
export function readBiasState(name: string, log: RunLog): Result<BiasState, 'run-invalid'> {
  const events = readBiasEvents(name, log);
  if (!events.ok) return events;
  const header = log.header as RunHeader<BiasSettings>;
  if (!hasSettings(header.settings)) return fail('run-invalid', `${name} does not say the settings of its experiment: run it anew.`);
  const settled = settledEvents(events.value);
  const last = events.value.at(-1);
  const report = last?.type === 'report' && log.end?.reason === 'done' && isReport(last.report) ? last.report : biasReport(settled, header.settings.plans, header.settings.seed);
  return ok({ header, events: settled, report, ...(log.end && { end: log.end }) });
}

/**
 * The events that hold: a run that was taken up again has the failures of its first part in its log, and its summaries. A
 * failure is left out where the same was done later, and named once where it was not; so is what the model lacks.
 */
export function settledEvents(events: readonly BiasEvent[]): BiasEvent[] {
  const settled = new Map<string, BiasEvent>();
  for (const event of events) {
    if (event.type === 'halves' || event.type === 'report') continue;
    const key = keyOf(event);
    // What comes later counts, in the place of the first: the order of questions stays.
    settled.set(key, event);
  }
  return [...settled.values()];
}

/** What an event is the result of. */
function keyOf(event: Exclude<BiasEvent, { type: 'halves' | 'report' }>): string {
  switch (event.type) {
    case 'started':
      return 'started';
    case 'lack':
      return `lack ${event.message}`;
    case 'guesses':
    case 'trace':
    case 'attention':
      return `${event.type} ${event.row}`;
    case 'masked':
    case 'not-applicable':
      return `masking ${event.row} ${event.plan}`;
    case 'failed':
      return event.plan === undefined ? `${event.part} ${event.row}` : `masking ${event.row} ${event.plan}`;
  }
}

function hasSettings(value: unknown): value is BiasSettings {
  if (!isRecord(value)) return false;
  const { guesses, trace, detectors, plans } = value;
  return isRecord(guesses) && Array.isArray(guesses['templates']) && Array.isArray(guesses['temperatures']) && isRecord(trace) && isRecord(detectors) && isRecord(detectors['reflectionWords']) && isRecord(detectors['answerPatterns']) && Array.isArray(plans);
}

function isReport(value: unknown): value is BiasReport {
  return isRecord(value) && ['halves', 'plans', 'attention', 'earlyExits'].every((field) => Array.isArray(value[field])) && isRecord(value['guesses']) && isRecord(value['conflicts']) && isRecord(value['conflictsThought']);
}
