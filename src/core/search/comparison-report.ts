import type { Estimate } from '../metrics/statistics.ts';
import type { Chart, Table } from '../picture/chart.ts';
import { accuracyChart } from './accuracy-chart.ts';
import { armAccuracy, armDifference, armMean, armPairs, CORRECT, modeProgress, POLICY_TOKENS, VERIFIER_TOKENS, type ArmValue } from './arms.ts';
import { settingDifferences, type ComparedArm } from './comparison.ts';
import { judges, THINKING_MODES } from './settings.ts';

/** Parts of the way from the first to the last step. */
const BINS = 5;

/** What a comparison says, in parts that a view or a file shows. Cells of a strategy are in the order of the arms. */
export interface ComparisonReport {
  /** What has to be seen before the numbers are. */
  readonly warnings: readonly string[];
  /** Accuracy against tokens, the policy's and the verifier's; a point an arm, by its name. */
  readonly charts: readonly Chart[];
  /** A row an arm, which opens by its name. */
  readonly arms: Table;
  /** A row an arm but the reference. */
  readonly differences: Table;
  /** Of the arms that use more than one mode. */
  readonly modes: readonly Chart[];
  readonly settings: Table;
}

/** `pause` is awaited between pieces of the computation, each of a few milliseconds. `reference`: the arm that the others are compared with. */
export async function comparisonReport(arms: readonly ComparedArm[], reference: ComparedArm, pause: () => Promise<unknown>): Promise<ComparisonReport> {
  const numbers: ArmNumbers[] = [];
  for (const arm of arms) {
    numbers.push({ arm, accuracy: armAccuracy(arm), policy: armMean(arm, POLICY_TOKENS), verifier: armMean(arm, VERIFIER_TOKENS) });
    await pause();
  }
  const differences: (readonly string[])[] = [];
  for (const arm of arms) {
    if (arm !== reference) differences.push(differenceRow(reference, arm));
    await pause();
  }
  const modes: Chart[] = [];
  for (const [at, arm] of arms.entries()) {
    modes.push(...modeChart(arm, at));
    await pause();
  }
  return {
    warnings: warningsOf(arms),
    charts: [tokenChart('policy', numbers, ({ policy }) => policy), tokenChart('verifier', numbers, ({ verifier }) => verifier)].flat(),
    arms: armTable(numbers),
    differences: {
      name: `Differences to ${reference.name}`,
      columns: [{ name: 'Strategy' }, { name: 'Problems of both', numeric: true }, { name: 'Accuracy, points', numeric: true }, { name: 'Right here only', numeric: true }, { name: 'Right there only', numeric: true }, { name: 'Policy tokens', numeric: true }, { name: 'Verifier tokens', numeric: true }],
      rows: differences,
      note: 'Paired: over the problems that both have, with 95% bootstrap intervals over these (2000 resamples). An interval with 0 in it shows no difference.',
    },
    modes,
    settings: settingsTable(arms),
  };
}

interface ArmNumbers {
  readonly arm: ComparedArm;
  readonly accuracy: Estimate | undefined;
  readonly policy: Estimate | undefined;
  readonly verifier: Estimate | undefined;
}

function warningsOf(arms: readonly ComparedArm[]): string[] {
  const texts: string[] = [];
  const shared = [...(arms[0]?.cells.keys() ?? [])].filter((key) => arms.every(({ cells }) => cells.has(key))).length;
  const all = new Set(arms.flatMap(({ outcomes }) => [...outcomes.keys()])).size;
  if (shared < all) texts.push(`${shared} of ${all} problems have ended under every strategy: each line rests on the problems of its own, the differences on those that both have.`);
  for (const { name, leftOut: { failed, cancelled } } of arms) if (failed + cancelled > 0) texts.push(`${name}: ${[...(failed > 0 ? [`${failed} failed`] : []), ...(cancelled > 0 ? [`${cancelled} cancelled`] : [])].join(', ')}; these are in no number. Resume the run to complete it.`);
  const differing = settingDifferences(arms.map(({ header }) => header)).filter(({ name }) => name === 'policy' || name === 'verifier' || name === 'seed' || name.startsWith('policy.') || name.startsWith('verifier.'));
  // A strategy that judges nothing has no verifier.
  const odd = differing.filter(({ values }) => new Set(values.filter((value) => value !== '–')).size > 1).map(({ name }) => name);
  if (odd.length > 0) texts.push(`The runs differ in more than their strategy: ${odd.join(', ')}. See the settings below.`);
  return [...texts, ...demonstrations(arms)];
}

function demonstrations(arms: readonly ComparedArm[]): string[] {
  const infos = arms.flatMap(({ header }) => header.models.map(({ info }) => info));
  return [...new Set(infos.flatMap(({ demonstration }) => demonstration ?? []))].map((purpose) => {
    const names = [...new Set(infos.flatMap(({ demonstration, name }) => (demonstration === purpose ? [name] : [])))];
    return `${names.join(' and ')} ${names.length === 1 ? 'is a demonstration model' : 'are demonstration models'}, made for ${purpose}: the numbers show that the instrument works, not what the strategies are worth elsewhere.`;
  });
}

function tokenChart(role: 'policy' | 'verifier', numbers: readonly ArmNumbers[], of: (numbers: ArmNumbers) => Estimate | undefined): Chart[] {
  const points = numbers.flatMap((one) => {
    const tokens = of(one);
    // A verifier that is never asked is no point on its axis.
    if (tokens === undefined || one.accuracy === undefined || (role === 'verifier' && !judges(one.arm.header.settings.strategy))) return [];
    const { value, low, high, n } = one.accuracy;
    return [{ x: tokens.value, xLow: tokens.low, xHigh: tokens.high, y: 100 * value, low: 100 * low, high: 100 * high, n, label: one.arm.name, ref: one.arm.name }];
  });
  const axis = {
    id: `accuracy-${role}`,
    name: `Accuracy against ${role} tokens`,
    description: `Accuracy (%, 95% Wilson interval) against the mean number of tokens that the ${role} writes for a problem (95% bootstrap interval), a point a strategy. Up and to the left is better.`,
    tokens: `${role} tokens a problem`,
  };
  return accuracyChart(axis, [{ name: 'strategies', points }]);
}

function armTable(numbers: readonly ArmNumbers[]): Table {
  return {
    name: 'Strategies',
    columns: [{ name: 'Strategy' }, { name: 'Problems', numeric: true }, { name: 'Accuracy, %', numeric: true }, { name: 'Policy tokens', numeric: true }, { name: 'Verifier tokens', numeric: true }, { name: 'Not counted' }, { name: 'Policy' }, { name: 'Verifier' }, { name: 'Seed', numeric: true }],
    rows: numbers.map(({ arm, accuracy, policy, verifier }) => {
      const { header, cells, leftOut } = arm;
      const model = (role: 'policy' | 'verifier') => header.models.find((one) => one.role === role)?.info;
      const { settings } = header;
      const judge = !judges(settings.strategy) ? 'asks none' : model('verifier') === undefined ? '–' : `${model('verifier')?.name ?? ''}, ${settings.verifier.mode === 'direct' ? 'direct' : `K = ${settings.verifier.k}`}`;
      const left = Object.entries(leftOut).flatMap(([why, count]) => (count === 0 ? [] : [`${count} ${why}`]));
      return [arm.name, String(cells.size), shown(accuracy, 100, 1), shown(policy, 1, 0), judges(settings.strategy) ? shown(verifier, 1, 0) : '0', left.length === 0 ? 'none' : left.join(', '), model('policy') === undefined ? '–' : `${model('policy')?.name ?? ''}, temperature ${settings.policy.temperature}`, judge, String(settings.seed)];
    }),
    refs: numbers.map(({ arm }) => arm.name),
    note: 'Accuracy with 95% Wilson intervals; tokens are means a problem, those of dropped candidates too, with 95% bootstrap intervals over problems. A search that spent its budget without an answer counts as wrong.',
  };
}

function differenceRow(reference: ComparedArm, arm: ComparedArm): string[] {
  const pairs = armPairs(reference, arm, CORRECT);
  const only = (there: number, here: number) => String(pairs.filter(([first, second]) => first === there && second === here).length);
  const both = [...arm.cells.keys()].filter((key) => reference.cells.has(key)).length;
  const difference = (value: ArmValue, scale: number, digits: number) => shown(armDifference(reference, arm, value), scale, digits, true);
  return [arm.name, String(both), difference(CORRECT, 100, 1), pairs.length === 0 ? '–' : only(0, 1), pairs.length === 0 ? '–' : only(1, 0), difference(POLICY_TOKENS, 1, 0), difference(VERIFIER_TOKENS, 1, 0)];
}

function modeChart({ name, rounds }: ComparedArm, at: number): Chart[] {
  const used = new Set(rounds.flat().flatMap(({ mode }) => mode ?? []));
  if (used.size < 2) return [];
  const bins = modeProgress(rounds, BINS);
  const series = THINKING_MODES.map((mode) => ({
    name: mode,
    points: bins.flatMap(({ from, to, shares }) => {
      const share = shares[mode];
      return share === undefined ? [] : [{ x: 50 * (from + to), y: 100 * share.value, low: 100 * share.low, high: 100 * share.high, n: share.n }];
    }),
  }));
  const counts = bins.map(({ n }) => n);
  return [{
    kind: 'lines',
    id: `modes-${at}`,
    name: `Thinking modes of ${name}, from the first step to the last`,
    description: `Share of the rounds in each mode (%, 95% bootstrap interval over problems), by where the step stands in its solution, in ${BINS} parts with ${counts.join(', ')} rounds of ${rounds.length} problems. n counts problems.`,
    x: { name: 'way from the first step to the last, %', domain: [0, 100] },
    y: { name: '% of rounds', domain: [0, 100] },
    series,
  }];
}

function settingsTable(arms: readonly ComparedArm[]): Table {
  const differences = settingDifferences(arms.map(({ header }) => header));
  return {
    name: 'Settings that differ',
    columns: [{ name: 'Setting' }, ...arms.map(({ name }) => ({ name }))],
    rows: differences.map(({ name, values }) => [name, ...values]),
    ...(differences.length === 0 && { note: 'Apart from the strategy all settings and models are the same.' }),
  };
}

/** `value [low, high]`; with `signed` a plus where it is over 0. */
function shown(estimate: Estimate | undefined, scale: number, digits: number, signed = false): string {
  if (estimate === undefined) return '–';
  const text = (value: number) => `${signed && value > 0 ? '+' : ''}${(value * scale).toFixed(digits).replace(/^-(0(?:\.0+)?)$/, '$1').replace('-', '−')}`;
  return `${text(estimate.value)} [${text(estimate.low)}, ${text(estimate.high)}]`;
}
