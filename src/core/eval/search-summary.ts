import { meanEstimate, type Estimate } from '../metrics/statistics.ts';
import type { Chart, ChartPoint, Table } from '../picture/chart.ts';
import { accuracyChart } from '../search/accuracy-chart.ts';
import { armDifference, armMean, CORRECT, POLICY_TOKENS, VERIFIER_TOKENS, type Arm, type ArmValue } from '../search/arms.ts';
import { countMetric, estimateMetric, metricText, metricValue, MISSING, percentMetric } from './metrics.ts';
import type { SearchArm, SearchRow } from './search-item.ts';
import type { EvalSummary, Metric } from './summary.ts';

/** What is compared: the names of the arms in order, the first of which is the one that the others are held against. */
export interface SearchChoice {
  readonly arms: readonly string[];
  readonly seed: number;
}

const OF = 'questions';
const NOTHING = 'Not defined: no question was solved.';

/** Wilson: a question has one answer of an arm. */
export function searchAccuracy(rows: readonly SearchRow[], name: string): Metric {
  const cells = armsNamed(rows, name);
  return percentMetric({ id: `accuracy.${idOf(name)}`, name: 'Accuracy', group: name, of: OF }, cells.filter(({ correct }) => correct).length, cells.length);
}

/** All numbers of strategies on the same questions. */
export function summarizeSearch(rows: readonly SearchRow[], { arms, seed }: SearchChoice): EvalSummary {
  const lines = arms.map((name) => lineOf(rows, name));
  const [first] = lines;
  const headline = searchAccuracy(rows, arms[0] ?? '');
  const accuracies = arms.map((name) => searchAccuracy(rows, name));
  const passes = passMetrics(rows, seed);
  const tokens = lines.map((line) => tokenMetrics(line));
  const differences = first ? lines.slice(1).map((line) => differenceMetrics(first, line)) : [];
  return {
    eval: 'search',
    headline: metricText(headline),
    metrics: [...accuracies, ...passes, ...tokens.flat(), ...differences.flat()],
    charts: tokenChart(lines, accuracies, passes),
    tables: first ? [comparisonTable(lines, accuracies, tokens, differences, first.name)] : [],
    notes: notesOf(rows, arms),
  };
}

/** `best-of-n, min` as `best-of-n.min`. */
function idOf(name: string): string {
  return name.replace(', ', '.');
}

function armsNamed(rows: readonly SearchRow[], name: string): SearchArm[] {
  return rows.flatMap(({ item }) => item.arms.filter((arm) => arm.name === name));
}

function lineOf(rows: readonly SearchRow[], name: string): Arm {
  return {
    name,
    cells: new Map(rows.flatMap(({ row, item }) => item.arms.flatMap((arm) => (arm.name === name ? [[String(row), { correct: arm.correct, policyTokens: arm.policyTokens, verifierTokens: arm.verifierTokens }] as const] : [])))),
  };
}

function tokenMetrics(line: Arm): [policy: Metric, verifier: Metric] {
  const n = line.cells.size;
  const nameOf = (role: 'policy' | 'verifier') => ({ id: `${role}-tokens.${idOf(line.name)}`, name: role === 'policy' ? 'Policy tokens a question' : 'Verifier tokens a question', group: line.name, of: OF });
  const mean = (role: 'policy' | 'verifier', value: ArmValue) => estimateMetric(nameOf(role), 'tokens', armMean(line, value), { interval: 'bootstrap', n, missing: NOTHING });
  const unjudged = line.name === 'majority' || line.name === 'sampling';
  return [mean('policy', POLICY_TOKENS), unjudged && n > 0 ? countMetric({ ...nameOf('verifier'), why: 'It asks no verifier.' }, 'tokens', 0, n) : mean('verifier', VERIFIER_TOKENS)];
}

/** Paired: the arm less the reference, on the questions of both. */
function differenceMetrics(reference: Arm, line: Arm): [accuracy: Metric, tokens: Metric] {
  const group = `${line.name} less ${reference.name}`;
  const id = `${idOf(line.name)}-less-${idOf(reference.name)}`;
  const accuracy = armDifference(reference, line, CORRECT);
  const tokens = armDifference(reference, line, POLICY_TOKENS);
  return [
    estimateMetric({ id: `accuracy-difference.${id}`, name: 'Accuracy, paired difference (points)', group, of: OF }, 'percent', accuracy, { interval: 'bootstrap', scale: 100, n: accuracy?.n ?? 0, missing: NOTHING }),
    estimateMetric({ id: `policy-tokens-difference.${id}`, name: 'Policy tokens, paired difference', group, of: OF }, 'tokens', tokens, { interval: 'bootstrap', n: tokens?.n ?? 0, missing: NOTHING }),
  ];
}

/**
 * The chance that one of k of the n solutions is right, of which c are: 1 - C(n-c, k) / C(n, k), unbiased for k under n (Chen
 * et al., "Evaluating Large Language Models Trained on Code", section 2.1).
 */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1;
  let miss = 1;
  for (let i = n - c + 1; i <= n; i++) miss *= 1 - k / i;
  return 1 - miss;
}

/** Powers of two, and all of them: with k = n it is a plain share. */
function passMetrics(rows: readonly SearchRow[], seed: number): Metric[] {
  const counts = rows.flatMap(({ item }) => item.solutions ?? []);
  const n = Math.min(...counts.map((count) => count.n));
  if (counts.length === 0 || n < 1) return [];
  const ks = [...Array.from({ length: 9 }, (_, power) => 2 ** power).filter((k) => k < n), n];
  return ks.map((k) => {
    const name = { id: `pass.${k}`, name: `pass@${k}`, group: 'sampled solutions', of: OF };
    if (counts.every((count) => count.n === k)) return percentMetric(name, counts.filter(({ right }) => right > 0).length, counts.length);
    return estimateMetric(name, 'percent', meanEstimate(counts.map((count) => passAtK(count.n, count.right, k)), seed), { interval: 'bootstrap', scale: 100, n: counts.length, missing: NOTHING });
  });
}

function comparisonTable(lines: readonly Arm[], accuracies: readonly Metric[], tokens: readonly (readonly [Metric, Metric])[], differences: readonly (readonly [Metric, Metric])[], reference: string): Table {
  const value = (metric: Metric | undefined) => (metric ? metricValue(metric) : MISSING);
  return {
    name: `Strategies against ${reference}`,
    columns: [{ name: 'Strategy' }, { name: 'Questions', numeric: true }, { name: 'Accuracy, %', numeric: true }, { name: 'Policy tokens', numeric: true }, { name: 'Verifier tokens', numeric: true }, { name: `Accuracy less ${reference}, points`, numeric: true }, { name: `Policy tokens less ${reference}`, numeric: true }],
    rows: lines.map(({ name, cells }, at) => [name, String(cells.size), value(accuracies[at]), value(tokens[at]?.[0]), value(tokens[at]?.[1]), value(differences[at - 1]?.[0]), value(differences[at - 1]?.[1])]),
    note: 'Accuracy with 95% Wilson intervals; tokens are means a question, dropped candidates included, with 95% bootstrap intervals; differences are paired by question.',
  };
}

function tokenChart(lines: readonly Arm[], accuracies: readonly Metric[], passes: readonly Metric[]): Chart[] {
  const pointOf = (label: string, { value, low, high, n }: Metric, x: Estimate | undefined): ChartPoint[] =>
    value === undefined || x === undefined ? [] : [{ x: x.value, xLow: x.low, xHigh: x.high, y: value, n, label, ...(low !== undefined && high !== undefined && { low, high }) }];
  const tokensOf = (line: Arm) => armMean(line, ({ policyTokens = 0, verifierTokens = 0 }) => policyTokens + verifierTokens);
  const points = lines.flatMap((line, at) => (accuracies[at] ? pointOf(line.name, accuracies[at], tokensOf(line)) : []));
  const whole = lines.find(({ name }) => name === 'majority') ?? lines.find(({ name }) => name.startsWith('best-of-n'));
  const last = passes.at(-1);
  const bound = whole && last ? pointOf(last.name, last, armMean(whole, POLICY_TOKENS)) : [];
  if (points.length === 0) return [];
  const axis = {
    id: 'accuracy-tokens',
    name: 'Accuracy against tokens',
    description: `Accuracy (%, 95% interval) against the tokens of policy and verifier a question, a point a strategy; up and to the left is better. ${last ? `${last.name} is what a perfect choice among the sampled solutions would reach, at the cost of sampling them.` : ''}`.trim(),
    tokens: 'tokens a question, policy and verifier',
  };
  return accuracyChart(axis, [{ name: 'strategies', points }, { name: 'bound by sampling', points: bound }]);
}

function notesOf(rows: readonly SearchRow[], arms: readonly string[]): string[] {
  const whole = arms.filter((name) => name === 'sampling' || name === 'majority' || name.startsWith('best-of-n'));
  const unfinished = arms.flatMap((name) => {
    const count = armsNamed(rows, name).filter(({ answer }) => answer === null).length;
    return count === 0 ? [] : [`${name} ${count}`];
  });
  return [
    'Temperature and top-p of the policy are the same in all strategies; what else a strategy is told are its published settings.',
    'An answer counts by the comparison of answers of this tool: as text, as an exact number, or part by part; formulas that differ as text count as different.',
    'Tokens are those of every candidate, dropped ones included. Analyses that a strategy shares with another are made once and counted for both.',
    ...(whole.length > 1 ? [`${whole.join('; ')} look at the same solutions, so they share their luck; the tokens of sampling are those of its one solution.`] : []),
    ...(rows.some(({ item }) => item.solutions) ? ['pass@k is no strategy: it knows the right answer. A solution that was cut off counts as wrong.'] : []),
    ...(unfinished.length > 0 ? [`Without an answer, and counted as wrong: ${unfinished.join('; ')}.`] : []),
  ];
}
