import { isRecord } from '../is-record.ts';
import { fail, ok, type Result } from '../result.ts';
import type { RunLog } from '../run/run-log.ts';
import type { BiasEvent } from './events.ts';

/** The fields that an event must have to be used: a log may have been edited, or cut off. */
const FIELDS: Readonly<Record<BiasEvent['type'], readonly string[]>> = {
  started: ['rows', 'estimate'],
  lack: ['part', 'message'],
  guesses: ['row', 'guesses'],
  trace: ['row', 'question', 'trace'],
  halves: ['halves'],
  masked: ['row', 'plan', 'mask', 'trace', 'comparison'],
  'not-applicable': ['row', 'plan', 'message'],
  attention: ['row', 'summary'],
  failed: ['row', 'part', 'message'],
  report: ['report'],
};

/** The events of a log. What was undefined when it was written is absent, which reads the same. */
export function readBiasEvents(name: string, { header, events }: RunLog, kind: 'bias' | 'masking' = 'bias'): Result<BiasEvent[], 'run-invalid'> {
  if (header.kind !== kind) return fail('run-invalid', `${name} is the log of another kind of run (${header.kind}), not of an experiment on internal bias.`);
  const bad = events.findIndex((event) => !isBiasEvent(event));
  return bad < 0 ? ok(events as BiasEvent[]) : fail('run-invalid', `${name}: event ${bad + 1} is none of an experiment on internal bias.`);
}

function isBiasEvent(event: unknown): event is BiasEvent {
  if (!isRecord(event) || typeof event['type'] !== 'string' || !Object.hasOwn(FIELDS, event['type'])) return false;
  if ('row' in event && !Number.isInteger(event['row'])) return false;
  if (isRecord(event['trace']) && (typeof event['trace']['text'] !== 'string' || !Array.isArray(event['trace']['steps']) || !Array.isArray(event['trace']['reflections']))) return false;
  return FIELDS[event['type'] as BiasEvent['type']].every((field) => event[field] !== undefined);
}
