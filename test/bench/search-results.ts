import { sameAnswer } from '../../src/core/answers/same-answer.ts';
import type { Estimate } from '../../src/core/metrics/statistics.ts';
import { armAccuracy, armDifference, armMean, CORRECT, modeShare, POLICY_TOKENS, VERIFIER_TOKENS, type Arm, type ArmCell } from '../../src/core/search/arms.ts';
import type { RoundRecord, SearchFinished, SolutionRound, StepRound } from '../../src/core/search/events.ts';
import { replay } from '../../src/core/search/replay.ts';
import { AGGREGATES } from '../../src/core/search/settings.ts';
import { ARMS } from './search-arms.ts';

/** One problem under one arm, as the results file has it. */
export interface SearchResult {
  readonly arm: string;
  readonly row: number;
  readonly gold: string;
  readonly rounds: readonly RoundRecord[];
  readonly finished: SearchFinished;
}

/** The lines of the table: strategies, by row. */
export function linesOf(results: readonly SearchResult[]): Arm[] {
  const of = (arm: string) => results.filter((result) => result.arm === arm);
  const line = (name: string, from: readonly SearchResult[], cell: (result: SearchResult) => ArmCell): Arm => ({ name, cells: new Map(from.map((result) => [String(result.row), cell(result)])) });
  const sampled = of('best-of-n');
  const byAnswer = ({ gold }: SearchResult, answer: string | undefined) => answer !== undefined && sameAnswer(answer, gold);
  return [
    line('plain sampling', sampled, (result) => ({ correct: byAnswer(result, solutions(result).candidates[0]?.answer), policyTokens: solutions(result).candidates[0]?.tokens ?? 0, verifierTokens: 0 })),
    line('majority voting at 8', sampled, (result) => ({ correct: byAnswer(result, solutions(result).votes[0]?.answer), policyTokens: result.finished.policyTokens, verifierTokens: 0 })),
    ...AGGREGATES.map((aggregate) =>
      line(`best-of-8, ${aggregate}`, sampled, (result) => {
        const record = solutions(result);
        const chosen = record.choices[aggregate];
        return { correct: byAnswer(result, chosen === undefined ? undefined : record.candidates[chosen]?.answer), policyTokens: record.policyTokens, verifierTokens: record.verifierTokens };
      }),
    ),
    ...ARMS.slice(1).map(({ id }) => line(id, of(id), ({ finished: { correct, policyTokens, verifierTokens } }) => ({ correct: correct === true, policyTokens, verifierTokens }))),
  ].filter(({ cells }) => cells.size > 0);
}

function solutions({ rounds }: SearchResult): SolutionRound {
  const [record] = rounds;
  if (record?.kind !== 'solution') throw new Error('A best-of-n result has no solutions.');
  return record;
}

/** Markdown: accuracy and tokens with 95% intervals, and paired differences to two of the lines. */
export function searchTable(lines: readonly Arm[]): string {
  const references = ['all-complex', 'pats'].flatMap((name) => lines.find((line) => line.name === name) ?? []);
  const head = ['strategy', 'accuracy, %', 'policy tokens', 'verifier tokens', ...references.flatMap(({ name }) => [`accuracy − ${name}`, `policy tokens − ${name}`])];
  const rows = lines.map((line) => [
    line.name,
    shown(armAccuracy(line), 100, 1),
    shown(armMean(line, POLICY_TOKENS), 1, 0),
    shown(armMean(line, VERIFIER_TOKENS), 1, 0),
    ...references.flatMap((reference) => (reference === line ? ['', ''] : [shown(armDifference(reference, line, CORRECT), 100, 1), shown(armDifference(reference, line, POLICY_TOKENS), 1, 0)])),
  ]);
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function shown(estimate: Estimate | undefined, scale: number, digits: number): string {
  if (estimate === undefined) return '–';
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((part) => (part * scale).toFixed(digits));
  return `${value} [${low}, ${high}]`;
}

/** How often each mode was used by the controller, and whether a replay of the records says the same; and who ended otherwise than with a solution. */
export function controllerTable(results: readonly SearchResult[]): string {
  const rows = ARMS.filter(({ settings }) => settings.strategy === 'pats').flatMap(({ id, settings }) => {
    const own = results.filter(({ arm }) => arm === id);
    if (own.length === 0) return [];
    const problems = own.map(({ rounds }) => rounds.filter((record): record is StepRound => record.kind === 'step'));
    const replayed = problems.map((rounds) => replay(rounds, settings));
    const same = replayed.every(({ firstChange, totals }, at) => firstChange === undefined && JSON.stringify(totals.modes) === JSON.stringify(own[at]?.finished.modes));
    const rules = (rule: string) => own.flatMap(({ rounds }) => rounds).filter((record) => record.rule === rule).length;
    return [[id, ...(['simple', 'medium', 'complex'] as const).map((mode) => shown(modeShare(problems, mode), 100, 1)), rules('penalty'), own.filter(({ finished }) => finished.reason !== 'done').length, same ? 'yes' : 'NO']];
  });
  const head = ['controller', 'simple, % of rounds', 'medium', 'complex', 'steps discarded', 'not ended', 'replay says the same'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
