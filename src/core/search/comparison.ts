import type { RunHeader } from '../run/run.ts';
import type { Arm, ArmCell } from './arms.ts';
import type { RoundRecord, SearchFinished, SearchStarted, StepRound } from './events.ts';
import type { SearchSettings } from './settings.ts';

/** A problem of a run that is compared. */
export interface ComparedProblem {
  readonly started: SearchStarted;
  readonly rounds: readonly RoundRecord[];
  readonly finished?: SearchFinished;
}

/** A run that is compared: searches by one strategy with one set of settings. */
export interface ComparedRun {
  readonly header: RunHeader<SearchSettings>;
  readonly problems: readonly ComparedProblem[];
}

/** What became of a problem under an arm, with its place in the arm's run. */
export interface ArmOutcome {
  /** 0-based, among the run's problems. */
  readonly problem: number;
  readonly started: SearchStarted;
  readonly finished?: SearchFinished;
}

/** A run as an arm. Only problems that ended by themselves count: `done`, or with a budget spent. */
export interface ComparedArm extends Arm {
  /** The run's id. */
  readonly run: string;
  readonly header: RunHeader<SearchSettings>;
  readonly outcomes: ReadonlyMap<string, ArmOutcome>;
  /** Problems that are in no number: failed, cancelled, not ended yet. */
  readonly leftOut: { readonly failed: number; readonly cancelled: number; readonly open: number };
  /** The rounds of the problems that count, those that propose steps. */
  readonly rounds: readonly (readonly StepRound[])[];
}

/**
 * Runs as arms, with names that tell them apart. The same problem is the same question with the same right answer, whatever
 * file and row it came from; where a run has it more than once, the first meets the first.
 */
export function comparedArms(runs: readonly ComparedRun[]): ComparedArm[] {
  const names = armNames(runs.map(({ header }) => header));
  return runs.map(({ header, problems }, at) => {
    const keyed = problemKeys(problems).map((key, problem) => ({ key, problem, of: problems[problem] })).flatMap(({ key, problem, of }) => (of === undefined ? [] : [{ key, problem, ...of }]));
    const counted = keyed.filter(({ finished }) => finished?.reason === 'done' || finished?.reason === 'budget');
    const ended = (reason: SearchFinished['reason']) => keyed.filter(({ finished }) => finished?.reason === reason).length;
    return {
      name: names[at] ?? header.id,
      run: header.id,
      header,
      cells: new Map(counted.flatMap(({ key, started, finished }) => (finished === undefined ? [] : [[key, cellOf(started, finished)] as const]))),
      outcomes: new Map(keyed.map(({ key, problem, started, finished }) => [key, { problem, started, ...(finished && { finished }) }])),
      leftOut: { failed: ended('failed'), cancelled: ended('cancelled'), open: keyed.filter(({ finished }) => finished === undefined).length },
      rounds: counted.map(({ rounds }) => rounds.filter((record): record is StepRound => record.kind === 'step')),
    };
  });
}

function cellOf({ imported }: SearchStarted, { correct, policyTokens, verifierTokens }: SearchFinished): ArmCell {
  // Another program's file has no tokens.
  return { ...(correct === undefined ? {} : { correct }), ...(imported === undefined ? { policyTokens, verifierTokens } : {}) };
}

function problemKeys(problems: readonly ComparedProblem[]): string[] {
  const seen = new Map<string, number>();
  return problems.map(({ started: { question, gold } }) => {
    const same = JSON.stringify([question.trim(), gold ?? null]);
    const times = (seen.get(same) ?? 0) + 1;
    seen.set(same, times);
    return `${same} ${times}`;
  });
}

/** A setting whose value is not the same in all arms; `values` are in their order, `–` where an arm has none. */
export interface SettingDifference {
  readonly name: string;
  readonly values: readonly string[];
}

/** What was set differently, apart from the strategy, and whether the arms' models differ. */
export function settingDifferences(headers: readonly RunHeader<SearchSettings>[]): SettingDifference[] {
  const flat = headers.map(({ settings, models }) => new Map([
    ...models.map(({ role, info }) => [role, `${info.name} ${info.weights} ${info.hash.slice(0, 12)}`] as const),
    ...leaves(settings).filter(([name]) => name !== 'strategy'),
  ]));
  const names = [...new Set(flat.flatMap((one) => [...one.keys()]))];
  return names.map((name) => ({ name, values: flat.map((one) => one.get(name) ?? '–') })).filter(({ values }) => new Set(values).size > 1);
}

function leaves(value: object, before = ''): (readonly [string, string])[] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) => (typeof part === 'object' && part !== null ? leaves(part, `${before}${name}.`) : [[`${before}${name}`, String(part)] as const]));
}

/** The strategies; of the same strategy also what was set differently, or else the runs' titles. */
function armNames(headers: readonly RunHeader<SearchSettings>[]): string[] {
  const unique = (names: readonly string[]): string[] => names.map((name, at) => (names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${names.slice(0, at + 1).filter((other) => other === name).length})`));
  return unique(headers.map((header) => {
    const { strategy } = header.settings;
    const same = headers.filter(({ settings }) => settings.strategy === strategy);
    if (same.length === 1) return strategy;
    const at = same.indexOf(header);
    const parts = settingDifferences(same).map(({ name, values }) => `${name} ${values[at] ?? '–'}`);
    return parts.length === 0 ? strategy : `${strategy}, ${parts.join(', ')}`;
  }));
}
