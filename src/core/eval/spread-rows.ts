/** So many of the rows, spread evenly over the file: benchmarks have their rows with an error first, or a subset after the other. */
export function spreadRows(rows: readonly number[], most: number): readonly number[] {
  return most >= rows.length ? rows : Array.from({ length: most }, (_, index) => rows[Math.floor((index * rows.length) / most)] ?? 0);
}
