/** A row of a data set and the names of its traces; empty where it has one. */
export interface RowTraces {
  readonly row: number;
  readonly variants: readonly string[];
}

export interface VariantPair {
  readonly row: number;
  readonly left: string;
  readonly right: string;
}

/**
 * The pairs to offer, those of the current row first: `original` and `modified` where a row has both (PRMBench), else
 * its first two, since all pairs of a log with many samples would fill the list.
 */
export function pairsOf(rows: readonly RowTraces[], current: number | undefined): VariantPair[] {
  const pairs = rows.flatMap(({ row, variants }): VariantPair[] => {
    if (variants.includes('original') && variants.includes('modified')) return [{ row, left: 'original', right: 'modified' }];
    const [left, right] = variants;
    return left === undefined || right === undefined ? [] : [{ row, left, right }];
  });
  return [...pairs.filter(({ row }) => row === current), ...pairs.filter(({ row }) => row !== current)];
}
