import process from 'node:process';
import color from 'picocolors';
import { mean, proportion } from '../core/metrics/statistics.ts';
import type { LoggedSearchEvent, RoundRecord, SearchFinished } from '../core/search/events.ts';
import { valueOf } from '../core/search/path.ts';
import { THINKING_MODES, type SearchSettings } from '../core/search/settings.ts';
import type { RunProblem } from '../core/search/lockstep.ts';
import { visibleText } from '../formats/visible-text.ts';

/** Prints a search. */
export interface SolveOutput {
  readonly event: (event: LoggedSearchEvent) => void;
  /** All problems that have ended, by their index, and what was asked of whom. */
  readonly end: (finished: ReadonlyMap<number, SearchFinished>) => void;
}

/** Every event as a line, previews too; then one line about all problems. */
export function solveJson(settings: SearchSettings, models: readonly object[]): SolveOutput {
  const print = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
  return {
    event: print,
    end: (finished) => print({ type: 'summary', ...summaryOf(finished), settings, models }),
  };
}

/** One problem round by round; of a data set a line a problem. */
export function solveText(problems: readonly RunProblem[], settings: SearchSettings, models: readonly string[]): SolveOutput {
  const write = (line: string) => process.stdout.write(`${line}\n`);
  const single = problems.length === 1;
  if (!single) write(color.dim(HEAD));
  return {
    event(event) {
      if (event.type === 'round' && single) roundLines(event.record).forEach(write);
      if (event.type === 'solution-check' && single) write(`  simple solution as a whole: ${event.aggregate} ${fixed(event.value)}, ${event.passed ? 'holds' : 'fails: again in complex mode'}`);
      if (event.type === 'note' || (event.type === 'finished' && event.message !== undefined)) process.stderr.write(`${single ? '' : `${nameOf(problems[event.problem], event.problem)}: `}${visibleText(event.message ?? '')}\n`);
      if (event.type === 'finished' && !single) write(problemLine(nameOf(problems[event.problem], event.problem), event));
    },
    end(finished) {
      if (single) for (const end of finished.values()) singleLines(end).forEach(write);
      else summaryLines(finished).forEach(write);
      write(color.dim(`  ${settings.strategy}; ${models.join(', ')}; policy temperature ${settings.policy.temperature}, top-p ${settings.policy.topP}, seed ${settings.seed}`));
    },
  };
}

const HEAD = `  ${'problem'.padEnd(22)} ${'answer'.padEnd(14)} ${'correct'.padEnd(9)} ${'rounds'.padStart(6)}  ${'simple/medium/complex'.padEnd(21)} ${'policy'.padStart(8)} ${'verifier'.padStart(9)}`;

function nameOf(problem: RunProblem | undefined, index: number): string {
  return problem?.id ?? `row ${problem?.row ?? index}`;
}

/** Words beside the glyph: nothing hangs on colour. */
function correctness(correct: boolean | undefined): string {
  return correct === undefined ? '– no gold' : correct ? '✓ correct' : '✗ wrong';
}

function problemLine(name: string, { answer, correct, rounds, modes, policyTokens, verifierTokens, reason }: SearchFinished): string {
  const shares = THINKING_MODES.map((mode) => modes[mode]).join('/');
  const why = reason === 'done' ? '' : `  (${reason})`;
  return `  ${cut(name, 22)} ${cut(answer ?? '–', 14)} ${correctness(correct).padEnd(9)} ${String(rounds).padStart(6)}  ${shares.padEnd(21)} ${String(policyTokens).padStart(8)} ${String(verifierTokens).padStart(9)}${why}`;
}

function roundLines(record: RoundRecord): string[] {
  const left = record.candidates.filter(({ dropped }) => dropped === undefined).length;
  const tokens = `${record.policyTokens} + ${record.verifierTokens} tokens`;
  const counts = `${record.candidates.length} candidates, ${left} left`;
  if (record.kind === 'solution') {
    const votes = record.votes.map(({ answer, candidates }) => `${visibleText(answer)} ×${candidates.length}`).join(', ');
    return [`  ${record.rule}: ${counts}; answers ${votes === '' ? '–' : votes}; ${tokens}`];
  }
  const { round, step, mode, rule, nextMode, chosen, accepted, final } = record;
  const candidate = chosen === undefined ? undefined : record.candidates[chosen];
  const modes = mode === undefined ? '' : `${mode}${nextMode === undefined || final ? '' : ` → ${nextMode}`}`;
  const head = `  ${String(round + 1).padStart(3)}  step ${String(step + 1).padEnd(3)} ${modes.padEnd(18)} ${counts.padEnd(22)} best ${fixed(candidate && valueOf(candidate))}  ${color.bold(rule)}${final ? ', final' : ''}; ${tokens}`;
  return candidate === undefined ? [head] : [head, `       ${accepted ? '✓' : '✗ discarded:'} ${visibleText(candidate.step)}`];
}

function singleLines({ answer, correct, rounds, modes, policyTokens, verifierTokens, seconds, reason }: SearchFinished): string[] {
  const shares = rounds > 0 && THINKING_MODES.some((mode) => modes[mode] > 0) ? ` (${THINKING_MODES.map((mode) => `${mode} ${modes[mode]}`).join(', ')})` : '';
  return [
    `  answer: ${color.bold(answer === undefined ? 'none' : visibleText(answer))}${correct === undefined ? '' : `   ${correctness(correct)}`}${reason === 'done' ? '' : `   stopped: ${reason}`}`,
    `  ${rounds} rounds${shares}, policy ${policyTokens} tokens, verifier ${verifierTokens} tokens, ${seconds.toFixed(1)} s`,
  ];
}

/** Missing values are null. */
function summaryOf(finished: ReadonlyMap<number, SearchFinished>): object {
  const ends = [...finished.values()];
  const judged = ends.filter(({ correct }) => correct !== undefined);
  const accuracy = proportion(judged.filter(({ correct }) => correct === true).length, judged.length);
  const average = (value: (end: SearchFinished) => number) => mean(ends.map(value)) ?? null;
  return {
    problems: ends.length,
    withGold: judged.length,
    accuracy: accuracy ?? null,
    ended: Object.fromEntries((['done', 'budget', 'cancelled', 'failed'] as const).map((reason) => [reason, ends.filter((end) => end.reason === reason).length])),
    rounds: average(({ rounds }) => rounds),
    modes: Object.fromEntries(THINKING_MODES.map((mode) => [mode, average(({ modes }) => modes[mode])])),
    policyTokens: average(({ policyTokens }) => policyTokens),
    verifierTokens: average(({ verifierTokens }) => verifierTokens),
  };
}

function summaryLines(finished: ReadonlyMap<number, SearchFinished>): string[] {
  const ends = [...finished.values()];
  const judged = ends.filter(({ correct }) => correct !== undefined);
  const accuracy = proportion(judged.filter(({ correct }) => correct === true).length, judged.length);
  const average = (value: (end: SearchFinished) => number, digits = 0) => (mean(ends.map(value)) ?? NaN).toFixed(digits);
  const percent = (value: number) => (100 * value).toFixed(1);
  return [
    '',
    `  accuracy: ${accuracy === undefined ? '– (no gold answers)' : `${color.bold(`${percent(accuracy.value)}%`)} [${percent(accuracy.low)}, ${percent(accuracy.high)}] (95% Wilson, n = ${accuracy.n})`}`,
    `  a problem: ${average(({ rounds }) => rounds, 1)} rounds (${THINKING_MODES.map((mode) => `${mode} ${average(({ modes }) => modes[mode], 1)}`).join(', ')}), policy ${average(({ policyTokens }) => policyTokens)} tokens, verifier ${average(({ verifierTokens }) => verifierTokens)} tokens`,
  ];
}

function fixed(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(3);
}

function cut(text: string, width: number): string {
  const plain = visibleText(text).replace(/\s+/g, ' ');
  return (plain.length <= width ? plain : `${plain.slice(0, width - 1)}…`).padEnd(width);
}
