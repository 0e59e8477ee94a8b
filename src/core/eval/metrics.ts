import { proportion, type Estimate } from '../metrics/statistics.ts';
import type { Table } from '../picture/chart.ts';
import type { Metric } from './summary.ts';

/** Which metric it is, apart from its value. */
export type MetricName = Pick<Metric, 'id' | 'name' | 'group' | 'of' | 'why'>;

/** A share as a percentage with its Wilson interval; without a value where nothing was counted. */
export function percentMetric(name: MetricName, successes: number, n: number): Metric {
  const estimate = proportion(successes, n);
  return estimate ? { ...name, unit: 'percent', ...scaled(estimate, 100), interval: 'wilson' } : { ...name, unit: 'percent', n: 0, why: name.why ?? `There are no such ${name.of}.` };
}

/** An estimate in its own unit, times `scale`. Without one, `missing` says why. */
export function estimateMetric(name: MetricName, unit: Metric['unit'], estimate: Estimate | undefined, how: { readonly interval: NonNullable<Metric['interval']>; readonly scale?: number; readonly n: number; readonly missing: string }): Metric {
  if (!estimate) return { ...name, unit, n: how.n, why: how.missing };
  const { low, high, ...rest } = scaled(estimate, how.scale ?? 1);
  // Where all observations agree a resample cannot differ: that is no knowledge of the value.
  if (low === high) return { ...name, unit, ...rest, why: name.why ?? 'Every resample of these rows gives the same, so there is no interval: other rows may not.' };
  return { ...name, unit, ...rest, low, high, interval: how.interval };
}

/** A number that is counted and not estimated. */
export function countMetric(name: MetricName, unit: Metric['unit'], value: number, n: number): Metric {
  return { ...name, unit, value, n };
}

function scaled({ value, low, high, n }: Estimate, scale: number) {
  return { value: scale * value, low: scale * low, high: scale * high, n };
}

const DIGITS: Readonly<Record<Metric['unit'], number>> = { percent: 1, share: 3, ratio: 3, count: 0, tokens: 0, seconds: 1 };

/** `97.5 [95.6, 99.0]`, or `–`. */
export function metricValue({ value, low, high, unit }: Metric): string {
  if (value === undefined) return MISSING;
  const text = (number: number) => numberText(number, DIGITS[unit]);
  return low === undefined || high === undefined ? text(value) : `${text(value)} [${text(low)}, ${text(high)}]`;
}

/** `F1 97.5 [95.6, 99.0], n = 400 rows`. */
export function metricText(metric: Metric): string {
  const group = metric.group === undefined ? '' : ` (${metric.group})`;
  return `${metric.name}${group} ${metricValue(metric)}, n = ${numberText(metric.n, 0)} ${metric.of}`;
}

export const MISSING = '–';

/** Fixed digits, thousands apart: `12 345.7`. */
export function numberText(value: number | undefined, digits: number): string {
  if (value === undefined || Number.isNaN(value)) return MISSING;
  const [whole = '', fraction] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, '\u202f') : whole;
  const minus = value < 0 && Number(Math.abs(value).toFixed(digits)) !== 0 ? '−' : '';
  return `${minus}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** All metrics of a summary as one table. */
export function metricTable(metrics: readonly Metric[]): Table {
  return {
    name: 'Metrics',
    columns: [{ name: 'Metric' }, { name: 'Of' }, { name: 'Unit' }, { name: 'Value [95% interval]', numeric: true }, { name: 'n', numeric: true }, { name: 'Interval' }, { name: 'Remark' }],
    rows: metrics.map((metric) => [metric.name, metric.group ?? 'all', UNITS[metric.unit], metricValue(metric), `${numberText(metric.n, 0)} ${metric.of}`, metric.interval === undefined ? MISSING : INTERVALS[metric.interval], metric.why ?? '']),
  };
}

const UNITS: Readonly<Record<Metric['unit'], string>> = { percent: '%', share: '0 to 1', ratio: '', count: 'count', tokens: 'tokens', seconds: 's' };
const INTERVALS: Readonly<Record<NonNullable<Metric['interval']>, string>> = { wilson: 'Wilson', newcombe: 'Wilson, squared and added', bootstrap: 'bootstrap over rows', normal: 'normal, clustered by row' };
