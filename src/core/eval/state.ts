import { isRecord } from '../is-record.ts';
import { fail, ok, type Result } from '../result.ts';
import type { RunLog } from '../run/run-log.ts';
import type { RunHeader } from '../run/run.ts';
import { VERIFIER_MODES } from '../verifier/score.ts';
import { PROMPT_FORMS } from '../verifier/settings.ts';
import type { Eval, EvalSettings } from './eval.ts';
import { evalNamed } from './evals.ts';
import type { RowFailed } from './events.ts';
import type { EvalReport } from './report.ts';
import { rowsOfLog } from './run-state.ts';

/** What a log holds, without the numbers that are made of it. */
export type EvalState = Omit<EvalReport, 'summary' | 'eval'> & { readonly eval: Eval };

/**
 * Reads the log of an eval, whole or cut off. A part that was taken up again looks at everything anew that is not done, so
 * failures and notes are those of the last part: it begins with `started`.
 */
export function readEvalState(name: string, log: RunLog): Result<EvalState, 'run-invalid'> {
  const { header, end } = log;
  const { settings } = header;
  if (header.kind !== 'eval' || !hasSettings(settings)) return fail('run-invalid', `${name} does not say the settings of its evaluation: run it anew.`);
  const about = evalNamed(settings.eval);
  if (about === undefined) return fail('run-invalid', `${name} is of the eval "${settings.eval}", which this version does not have.`);
  const rows = rowsOfLog(log, about);
  const done = new Set(rows.map(({ row }) => row));
  const failed = new Map<number, RowFailed>();
  const notes = new Set<string>();
  for (const event of log.events) {
    if (!isRecord(event)) continue;
    if (event['type'] === 'started') {
      failed.clear();
      notes.clear();
    } else if (event['type'] === 'note' && typeof event['message'] === 'string') notes.add(event['message']);
    else if (isFailure(event) && !done.has(event.row)) failed.set(event.row, event);
  }
  return ok({ eval: about, header: { ...header, settings: withJudges(settings, header) }, rows, failed: [...failed.values()], notes: [...notes], ...(end && { end }) });
}

/** Logs of earlier versions do not say who judges: a model that is named did. */
function withJudges(settings: EvalSettings, { models }: RunHeader): EvalSettings {
  const names = models.flatMap(({ role, info }) => (role === 'verifier' ? [info.name] : []));
  return { ...settings, withModel: settings.withModel ?? names.length > 0, judges: settings.judges ?? [...settings.scores, ...names] };
}

/** All numbers of it: a second or so for some thousand rows. */
export function evalReport(state: EvalState): EvalReport {
  return { ...state, summary: state.eval.summarize(state.rows, state.header.settings) };
}

function isFailure(event: Readonly<Record<string, unknown>>): event is Readonly<Record<string, unknown>> & RowFailed {
  return event['type'] === 'row-failed' && typeof event['row'] === 'number' && typeof event['reason'] === 'string' && typeof event['message'] === 'string';
}

function hasSettings(value: unknown): value is EvalSettings {
  if (!isRecord(value)) return false;
  const { eval: name, verifier, options, scores } = value;
  return typeof name === 'string' && isRecord(verifier) && ['threshold', 'seed', 'k'].every((field) => typeof verifier[field] === 'number') && isRecord(options) && Array.isArray(scores) && scores.every((file) => typeof file === 'string') && (value['second'] === undefined || isSecond(value['second'])) && (value['judges'] === undefined || (Array.isArray(value['judges']) && value['judges'].every((judge) => typeof judge === 'string')));
}

function isSecond(value: unknown): boolean {
  return isRecord(value) && typeof value['model'] === 'string' && VERIFIER_MODES.some((mode) => mode === value['mode']) && PROMPT_FORMS.some((form) => form === value['prompt']);
}
