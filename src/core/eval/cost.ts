import { meanEstimate } from '../metrics/statistics.ts';
import { countMetric, estimateMetric, numberText, percentMetric } from './metrics.ts';
import type { StoredScores } from './step-item.ts';
import type { Metric } from './summary.ts';

/** More rows than this need no bootstrap to know what a row costs. */
const MOST_BOOTSTRAPPED = 5000;

/** What the scores cost, where their source says so. */
export function costMetrics(scores: readonly StoredScores[]): Metric[] {
  const tokens = scores.flatMap((row) => (row.tokens === undefined ? [] : [row.tokens]));
  const samples = sum(scores.map((row) => row.samples ?? 0));
  const total = sum(tokens);
  // A direct reading writes nothing: there is no such cost to report.
  const written = total > 0;
  const perRow = { id: 'tokens.row', name: 'Verifier tokens a row', of: 'rows' };
  return [
    ...(!written ? [] : [countMetric({ id: 'tokens', name: 'Verifier tokens', of: 'rows' }, 'tokens', total, tokens.length)]),
    ...(!written
      ? []
      : [
          tokens.length > MOST_BOOTSTRAPPED
            ? countMetric(perRow, 'tokens', total / tokens.length, tokens.length)
            : estimateMetric(perRow, 'tokens', meanEstimate(tokens), { interval: 'bootstrap', n: tokens.length, missing: 'No row says what it cost.' }),
        ]),
    ...(samples === 0 ? [] : [percentMetric({ id: 'unparsed', name: 'Analyses without a verdict', of: 'analyses' }, sum(scores.map((row) => row.unparsed ?? 0)), samples)]),
  ];
}

export function costNotes(scores: readonly StoredScores[]): string[] {
  const known = scores.filter(({ tokens }) => tokens !== undefined).length;
  if (known === 0 && scores.length > 0) return ['The scores came without what they cost.'];
  const unparsed = sum(scores.map((row) => row.unparsed ?? 0));
  return unparsed === 0 ? [] : [`${numberText(unparsed, 0)} analyses reached no verdict: they are counted, and left out of the scores.`];
}

/** What several judges of a row cost together, where one of them says so. */
export function jointCost(judges: readonly StoredScores[]): StoredScores {
  const of = (field: 'tokens' | 'samples' | 'unparsed') => {
    const known = judges.flatMap((scores) => scores[field] ?? []);
    return known.length === 0 ? {} : { [field]: sum(known) };
  };
  return { soft: [], ...of('tokens'), ...of('samples'), ...of('unparsed') };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
