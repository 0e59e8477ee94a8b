/** A square table of counts: a row for what the first judge says, a column for what the second says. */
export type Agreement = readonly (readonly number[])[];

/** Cohen's kappa: agreement beyond chance, 1 at most. Undefined where nothing was judged, or both always say one and the same. */
export function cohenKappa(table: Agreement): number | undefined {
  const total = table.reduce((sum, row) => sum + row.reduce((inner, count) => inner + count, 0), 0);
  if (total === 0) return undefined;
  const firsts = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const seconds = table.map((_, column) => table.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const observed = table.reduce((sum, row, index) => sum + (row[index] ?? 0), 0) / total;
  const expected = firsts.reduce((sum, count, index) => sum + count * (seconds[index] ?? 0), 0) / total ** 2;
  return expected === 1 ? undefined : (observed - expected) / (1 - expected);
}
