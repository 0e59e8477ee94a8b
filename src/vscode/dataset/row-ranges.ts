/** Rows from `start` to before `end`, 0-based. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** Children that a node of the tree has at most. */
export const MOST_CHILDREN = 100;

/** Splits rows into ranges of 100, 10,000, … rows, so that no node has more than 100 children; undefined where the rows themselves fit. */
export function rowRanges({ start, end }: RowRange): readonly RowRange[] | undefined {
  if (end - start <= MOST_CHILDREN) return undefined;
  let size = MOST_CHILDREN;
  while ((end - start) / size > MOST_CHILDREN) size *= MOST_CHILDREN;
  const ranges: RowRange[] = [];
  for (let from = start; from < end; from += size) ranges.push({ start: from, end: Math.min(end, from + size) });
  return ranges;
}

/** The ranges that hold a row, from the widest down, where the tree of `rows` rows has any. */
export function rangesTo(row: number, rows: number): readonly RowRange[] {
  const found: RowRange[] = [];
  for (let ranges = rowRanges({ start: 0, end: rows }); ranges !== undefined; ) {
    const range = ranges.find(({ start, end }) => row >= start && row < end);
    if (range === undefined) break;
    found.push(range);
    ranges = rowRanges(range);
  }
  return found;
}
