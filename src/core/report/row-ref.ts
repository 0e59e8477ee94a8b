/** A row of the data that a report is about, and the step to look at: what a row of its tables opens. */
export interface RowRef {
  /** 0-based, both. */
  readonly row: number;
  readonly step?: number;
}

/** As `Table.refs` has it. */
export function rowRef({ row, step }: RowRef): string {
  return step === undefined ? `row ${row}` : `row ${row} step ${step}`;
}

/** Undefined for what is no such reference. */
export function parseRowRef(ref: string): RowRef | undefined {
  const [, row, step] = /^row (\d{1,15})(?: step (\d{1,15}))?$/.exec(ref) ?? [];
  return row === undefined ? undefined : { row: Number(row), ...(step !== undefined && { step: Number(step) }) };
}
