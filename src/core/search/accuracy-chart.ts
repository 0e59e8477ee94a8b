import type { Chart, Series } from '../picture/chart.ts';

/** Which tokens a chart is about. */
export interface AccuracyAxis {
  /** Unique in a report. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Of the axis of tokens. */
  readonly tokens: string;
}

/** Accuracy (%) against tokens, a point a strategy; no chart where there is no point. */
export function accuracyChart({ id, name, description, tokens }: AccuracyAxis, series: readonly Series[]): Chart[] {
  const shown = series.filter(({ points }) => points.length > 0);
  if (shown.length === 0) return [];
  return [{ kind: 'points', loose: true, id, name, description, x: { name: tokens }, y: { name: 'accuracy, %', domain: [0, 100] }, series: shown }];
}
