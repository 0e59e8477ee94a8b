import type { Chart, Table } from '../picture/chart.ts';

/** A number of a report with what it needs to be believed. */
export interface Metric {
  /** For `--min` and for code: `f1`, `f1.gsm8k`, `prmscore.overall`. Unique in a summary. */
  readonly id: string;
  /** For people: `F1`. */
  readonly name: string;
  /** The subset or class that it is about; absent for all of the data. */
  readonly group?: string;
  /** `percent` is in [0, 100], `share` in [0, 1]; `ratio` is unbounded (kappa). */
  readonly unit: 'percent' | 'share' | 'ratio' | 'count' | 'tokens' | 'seconds';
  /** Absent where it is not defined: `why` says so. Never 0 in its place. */
  readonly value?: number;
  /** Ends of the 95% interval, in the unit; absent for a plain count, and where there is too little. */
  readonly low?: number;
  readonly high?: number;
  /** How the interval was made. */
  readonly interval?: 'wilson' | 'newcombe' | 'bootstrap' | 'normal';
  /** Observations that the value rests on, and what they are: `rows`, `steps`. */
  readonly n: number;
  readonly of: string;
  /** One sentence: why there is no value, or what has to be known about it. */
  readonly why?: string;
}

/** What a run came to. JSON, in the order in which a report shows it. */
export interface EvalSummary {
  /** Name of the eval. */
  readonly eval: string;
  /** In a few words, for lists: `F1 97.5 [95.6, 99.0], n = 400`. */
  readonly headline: string;
  /** The first is the one that the headline is about. */
  readonly metrics: readonly Metric[];
  readonly charts: readonly Chart[];
  readonly tables: readonly Table[];
  /** Sentences: what is not defined, approximated, left out or chosen. */
  readonly notes: readonly string[];
}
