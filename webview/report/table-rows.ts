/** The order of a table: a column by its position. */
export interface TableSort {
  readonly column: number;
  readonly descending: boolean;
}

/** Positions of the rows in which every word of `filter` stands in some cell, in the order of `sort`; ties stay as they were. */
export function arrangedRows(rows: readonly (readonly string[])[], filter: string, sort: TableSort | undefined): number[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const found = rows.flatMap((cells, index) => {
    const text = words.length === 0 ? '' : cells.join('\n').toLowerCase();
    return words.every((word) => text.includes(word)) ? [index] : [];
  });
  if (sort === undefined) return found;
  const cell = (index: number): string => rows[index]?.[sort.column] ?? '';
  return found.sort((one, other) => compareCells(cell(one), cell(other), sort.descending));
}

/** Numbers by their value, texts by the alphabet after them; what is missing comes last in either order. */
function compareCells(one: string, other: string, descending: boolean): number {
  const missing = Number(isMissing(one)) - Number(isMissing(other));
  if (missing !== 0 || isMissing(one)) return missing;
  const [a, b] = [numberOf(one), numberOf(other)];
  if (a !== undefined && b !== undefined) return descending ? b - a : a - b;
  if (a !== undefined || b !== undefined) return a === undefined ? 1 : -1;
  const order = one.localeCompare(other);
  return descending ? -order : order;
}

function isMissing(cell: string): boolean {
  return cell === '' || cell === '–';
}

/** What a cell begins with: `97.5% [95.2%, 98.5%]` is 97.5, `1,234` and `12 345` (with the narrow space of `numberText`) are whole numbers, `−2` is below 0. */
function numberOf(cell: string): number | undefined {
  const text = cell.trim().replaceAll('\u202f', '').replace(/^\+/, '').replaceAll('−', '-');
  const [number] = /^-?\d[\d,]*(\.\d+)?(e[+-]?\d+)?/i.exec(text) ?? [];
  return number === undefined ? undefined : Number(number.replaceAll(',', ''));
}
