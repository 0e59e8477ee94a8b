import path from 'node:path';
import process from 'node:process';
import color from 'picocolors';
import type { StepRound } from '../core/search/events.ts';
import { importedSearch } from '../core/search/imported.ts';
import { replay, type Replay } from '../core/search/replay.ts';
import { defaultSearchSettings, THINKING_MODES, type SearchSettings } from '../core/search/settings.ts';
import { openFile } from '../formats/open-file.ts';
import { readSearchLog } from '../formats/runs/search-log.ts';
import { readBytes } from './open-input.ts';
import { CONTROLLER_OPTIONS, readController } from './solve-options.ts';
import { readArguments, UsageError } from './usage.ts';

/** A recorded search, of a log or of a result file of the paper's code. */
interface Recorded {
  readonly name: string;
  readonly rounds: readonly StepRound[];
  /** The file has no tokens. */
  readonly imported: boolean;
}

/** `stepscope replay LOG`: what the mode controller would have done under other settings, without a model. Returns the exit code. */
export async function replayCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, { ...CONTROLLER_OPTIONS, json: { type: 'boolean', default: false } });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('replay takes one file: the log of a search, or a result file of PATS.');
  const { recorded, settings: base } = await readRecorded(file);
  const settings = { ...base, ...readController(values, base) };
  const replayed = recorded.map((search) => ({ ...search, replay: replay(search.rounds, settings) }));
  if (replayed.length === 0) throw new UsageError(`${file} has no search for steps with thinking modes: there is nothing to replay.`);
  if (values.json) for (const { name, replay: { rounds, ...numbers } } of replayed) [...rounds.map((round) => ({ type: 'replayed-round', search: name, ...round })), { type: 'replayed', search: name, ...numbers }].forEach((line) => process.stdout.write(`${JSON.stringify(line)}\n`));
  else replayed.flatMap(textOf).forEach((line) => process.stdout.write(`${line}\n`));
  return 0;
}

async function readRecorded(file: string): Promise<{ readonly recorded: readonly Recorded[]; readonly settings: SearchSettings }> {
  const bytes = await readBytes(file, 'name the log of a search, as stepscope solve --log writes it');
  const name = path.basename(file);
  const text = new TextDecoder().decode(bytes);
  if (/^\s*\{[^\n]*"type":"run"/.test(text)) {
    const log = readSearchLog(name, text);
    if (!log.ok) throw new UsageError(log.error.message);
    const searches = log.value.problems.map(({ started, rounds, problem }) => ({ name: started.id ?? `problem ${started.row ?? problem}`, rounds: rounds.filter((record) => record.kind === 'step'), imported: started.imported !== undefined }));
    return { recorded: searches.filter(hasModes), settings: log.value.header.settings };
  }
  const opened = await openFile(name, bytes);
  if (!opened.ok) throw new UsageError(`${name} is no log of a search and no result file of PATS: ${opened.error.message}`);
  const traces = Array.from({ length: opened.value.rows }, (_, row) => opened.value.trace(row));
  const searches = traces.flatMap((trace, row) => (trace.ok && trace.value.given?.rounds ? [{ name: `row ${row}`, rounds: importedSearch({ question: trace.value.problem }, trace.value.given.rounds, name).flatMap((event) => (event.type === 'round' && event.record.kind === 'step' ? [event.record] : [])), imported: true }] : []));
  return { recorded: searches.filter(hasModes), settings: defaultSearchSettings('pats') };
}

function hasModes({ rounds }: Recorded): boolean {
  return rounds.length > 0 && rounds.every(({ mode }) => mode !== undefined);
}

function textOf({ name, imported, replay: { rounds, firstChange, totals, recorded } }: Recorded & { readonly replay: Replay }): string[] {
  const lines = rounds.map(({ step, mode, decision, best, changed, exact, recorded: at }) => {
    const source = at === undefined ? 'not recorded' : `round ${at + 1}`;
    const state = changed ? color.bold('first change') : exact ? 'exact' : color.dim('counterfactual');
    return `  ${source.padEnd(13)} step ${String(step + 1).padEnd(3)} ${mode.padEnd(8)} best ${(best === undefined ? '–' : best.toFixed(3)).padEnd(6)} ${decision.rule.padEnd(23)} → ${decision.nextMode.padEnd(8)} ${state}`;
  });
  const shares = (of: Replay['totals']) => THINKING_MODES.map((mode) => `${mode} ${of.modes[mode]}`).join(', ');
  const tokens = (of: Replay['totals']) => (imported ? 'tokens not in the file' : `policy ${of.policyTokens} tokens, verifier ${of.verifierTokens} tokens`);
  const estimate = rounds.some(({ estimated }) => estimated) ? ' (partly estimated from the recorded candidates)' : '';
  return [
    color.bold(name),
    ...lines,
    `  recorded: ${shares(recorded)}; ${tokens(recorded)}`,
    `  ${firstChange === undefined ? 'replayed: the same' : `replayed: ${shares(totals)}; ${tokens(totals)}${estimate}`}`,
    '',
  ];
}
