/** A table of a report, and the twin of every picture. Cells are texts; a missing value is `–`. */
export interface Table {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
  /** What each row opens, in words that the run's kind understands; undefined for a row that opens nothing. */
  readonly refs?: readonly (string | undefined)[];
  /** The column whose cells name what a row opens; the first where absent. */
  readonly opens?: number;
  /** One sentence under it. */
  readonly note?: string;
}

export interface TableColumn {
  readonly name: string;
  /** Numbers are set to the right. */
  readonly numeric?: true;
}

export interface Axis {
  readonly name: string;
  /** Ends of the axis; by the data where absent. */
  readonly domain?: readonly [number, number];
  readonly scale?: 'linear' | 'log';
}

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Ends of an interval around y. */
  readonly low?: number;
  readonly high?: number;
  /** Ends of an interval around x. */
  readonly xLow?: number;
  readonly xHigh?: number;
  readonly n?: number;
  /** Names the point, where points have names. */
  readonly label?: string;
  /** What it opens, as in a table. */
  readonly ref?: string;
}

export interface Series {
  readonly name: string;
  readonly points: readonly ChartPoint[];
}

interface Titled {
  /** Unique in a report. */
  readonly id: string;
  readonly name: string;
  /** One or two sentences for those who do not see it: what it shows, and what comes out. */
  readonly description: string;
}

/** A value of a named thing with its interval: a line of a forest plot. */
export interface NamedInterval {
  readonly name: string;
  /** Absent where there is none: the line stays, empty. */
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  readonly n: number;
}

/** A picture as data. `src/core/picture/draw-chart.ts` draws it, `chart-table.ts` gives its table. */
export type Chart =
  /** Lines over a common axis; `mark` is a value of x that counts, such as the threshold in use; `diagonal` is y = x. */
  | (Titled & { readonly kind: 'lines'; readonly x: Axis; readonly y: Axis; readonly series: readonly Series[]; readonly mark?: { readonly x: number; readonly name: string }; readonly diagonal?: string })
  /** Points with intervals, each with its own name; `loose`: no line joins them. */
  | (Titled & { readonly kind: 'points'; readonly x: Axis; readonly y: Axis; readonly series: readonly Series[]; readonly loose?: true })
  /** A cloud of points; a point's label is said where one rests on it. */
  | (Titled & { readonly kind: 'scatter'; readonly x: Axis; readonly y: Axis; readonly series: readonly Series[] })
  /** A forest plot: values with intervals under each other; `reference` is a value of x to hold them against. */
  | (Titled & { readonly kind: 'intervals'; readonly x: Axis; readonly rows: readonly NamedInterval[]; readonly reference?: number })
  /** Counts: a row of `counts` for each of `rows`, a cell for each of `columns`; `agree` says which cells are agreement. */
  | (Titled & { readonly kind: 'matrix'; readonly x: { readonly name: string }; readonly y: { readonly name: string }; readonly columns: readonly string[]; readonly rows: readonly string[]; readonly counts: readonly (readonly number[])[]; readonly agree: readonly (readonly [row: number, column: number])[] })
  /** Bars from the left, each with its name, its value as it is written and what it counts as (`own answer`). */
  | (Titled & { readonly kind: 'bars'; readonly x: { readonly name: string }; readonly y: { readonly name: string }; readonly bars: readonly Bar[] });

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** `23 of 64`. */
  readonly text: string;
  /** What is to be known of it; a bar with a mark is drawn in another pattern. */
  readonly mark?: string;
}
