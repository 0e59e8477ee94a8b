import type { FirstErrorLabel, GivenData } from './given.ts';

/** Half-open range [start, end) of UTF-16 code units into the text named by its owner. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * One reasoning step. `span` points into the trace's untouched `response`, so concatenating
 * the steps and the text between them gives the response back exactly.
 */
export interface Step {
  /** 0-based position among the steps. Shown to people as `index + 1`. */
  readonly index: number;
  readonly span: Span;
}

/** Steps that belong together: those from `first` to before `end`, 0-based. */
export interface Unit {
  readonly first: number;
  readonly end: number;
  /** The planning word that opens it, as the text writes it. */
  readonly word?: string;
}

/** Where a trace came from, for messages and for provenance. */
export interface TraceSource {
  /** File name or URI as a person knows it. */
  readonly file: string;
  /** 0-based row in a data set; absent where the file is one trace. */
  readonly row?: number;
  /** The row's own id, where the file has one. */
  readonly id?: string;
  /** Which of several traces of one row this is, where the format has more than one. */
  readonly variant?: string;
}

/** A question and a solution, split into steps. */
export interface Trace {
  readonly source: TraceSource;
  readonly problem: string;
  /** The whole solution text, untouched. */
  readonly response: string;
  /** In order, disjoint, none of them empty. */
  readonly steps: readonly Step[];
  /** There where the steps came with the data rather than out of a text. */
  readonly stepsGiven?: true;
  /** The second level, where the segmentation has one: together they hold every step once. */
  readonly units?: readonly Unit[];
  /** The text after `</think>`, or the answer that the format sets apart (`#### 72`). Not a step. */
  readonly answer?: Span;
  /** The label that came with the data, kept apart from anything computed here. */
  readonly label?: FirstErrorLabel;
  /** What else came with the data. */
  readonly given?: GivenData;
}

/** The exact text of a step. */
export function stepText(trace: Trace, step: Step): string {
  return trace.response.slice(step.span.start, step.span.end);
}

/** All step texts in order. */
export function stepTexts(trace: Trace): string[] {
  return trace.steps.map((step) => stepText(trace, step));
}

/** How a person would name the trace: file, row where there is one, and which of the row's traces it is. */
export function sourceName(source: TraceSource): string {
  const row = source.row === undefined ? source.file : `${source.file} row ${source.row}`;
  return source.variant === undefined ? row : `${row} (${source.variant})`;
}
