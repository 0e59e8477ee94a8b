import { isRecord } from '../is-record.ts';
import { fail, ok, type Result } from '../result.ts';
import type { RunEnd, RunHeader } from './run.ts';

/** A run as it was read back. Its events are checked by the reader of its kind, not here. */
export interface RunLog {
  readonly header: RunHeader;
  /** Without header and end. */
  readonly events: readonly unknown[];
  /** Absent where the run was cut off. */
  readonly end?: RunEnd;
}

/** One line of a log, with its line end. */
export function runLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** A log as text again. */
export function runLogText({ header, events, end }: RunLog): string {
  return [header, ...events, ...(end === undefined ? [] : [end])].map((line) => runLine(line as object)).join('');
}

/** Reads a log. A last line that was cut off in the middle is left out, as after a crash; any other bad line is named. */
export function parseRunLog(name: string, text: string): Result<RunLog, 'run-invalid'> {
  return allSteps(parseRunLogInSteps(name, text));
}

/** The same, a step a line: whoever must not be held up by a long log pauses between them. */
export function* parseRunLogInSteps(name: string, text: string): Generator<void, Result<RunLog, 'run-invalid'>> {
  const lines = text.split('\n');
  const events: unknown[] = [];
  let header: RunHeader | undefined;
  let end: RunEnd | undefined;
  for (const [index, line] of lines.entries()) {
    yield;
    if (line.trim() === '') continue;
    const value = parseLine(line);
    if (value === undefined) {
      if (index === lines.length - 1) break;
      return fail('run-invalid', `${name} line ${index + 1} is not a JSON object: a run's log has one a line.`);
    }
    if (header === undefined) {
      if (!isHeader(value)) return fail('run-invalid', `${name} does not begin with the line of a run ("type": "run", "version": 1): it is no log of Stepscope, or of another version.`);
      header = value;
    } else if (value['type'] === 'run-end') end = value as unknown as RunEnd;
    else {
      events.push(value);
      // The run was taken up again after an end.
      end = undefined;
    }
  }
  if (header === undefined) return fail('run-invalid', `${name} is empty: a run's log begins with its header.`);
  return ok({ header, events, ...(end && { end }) });
}

/** Runs all steps at once. */
export function allSteps<Value>(steps: Generator<void, Value>): Value {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHeader(value: object): value is RunHeader {
  const { type, version, kind, id, title, started, models } = value as Partial<RunHeader>;
  return type === 'run' && version === 1 && (kind === 'search' || kind === 'eval' || kind === 'bias' || kind === 'masking') && typeof id === 'string' && typeof title === 'string' && typeof started === 'string' && Array.isArray(models) && models.every((model: unknown) => isModel(model));
}

function isModel(value: unknown): boolean {
  const { role, info } = (value ?? {}) as { readonly role?: unknown; readonly info?: { readonly name?: unknown } | null };
  return (role === 'policy' || role === 'verifier') && typeof info?.name === 'string';
}
