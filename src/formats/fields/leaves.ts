import { isRecord } from '../../core/is-record.ts';
import { pathName } from './field-path.ts';

/** Values of one path over the sample rows. */
export interface Leaf {
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  /** One for each row that has the field. */
  readonly values: readonly unknown[];
}

const MOST_ROWS = 50;
const MOST_PATHS = 300;
const DEEPEST = 3;

/** All paths of objects in the first rows, to a small depth; lists are leaves. */
export function leavesOf(rows: readonly unknown[]): Leaf[] {
  const found = new Map<string, { name: string; values: unknown[] }>();
  const visit = (value: unknown, path: string, depth: number): void => {
    if (!isRecord(value)) return;
    for (const [name, item] of Object.entries(value)) {
      const here = path === '' ? pathName(name) : `${path}.${pathName(name)}`;
      if (isRecord(item) && depth < DEEPEST) {
        visit(item, here, depth + 1);
        continue;
      }
      const leaf = found.get(here);
      if (leaf) leaf.values.push(item);
      else if (found.size < MOST_PATHS) found.set(here, { name, values: [item] });
    }
  };
  for (const row of rows.slice(0, MOST_ROWS)) visit(row, '', 0);
  return [...found].map(([path, leaf]) => ({ path, ...leaf }));
}

/** The fields of the objects in lists, as lists of their values: `steps[].text`. */
export function innerLeaves(leaves: readonly Leaf[]): Leaf[] {
  return leaves.flatMap(({ path, values }) => {
    const lists = values.filter((value): value is readonly unknown[] => Array.isArray(value) && value.some(isRecord));
    const names = [...new Set(lists.flatMap((list) => list.flatMap((item) => (isRecord(item) ? Object.keys(item) : []))))].slice(0, MOST_PATHS);
    return names.map((name) => ({ path: `${path}[].${pathName(name)}`, name, values: lists.map((list) => list.map((item) => (isRecord(item) && Object.hasOwn(item, name) ? item[name] : undefined))) }));
  });
}

/** The share of the values that pass, in [0, 1]. */
export function share({ values }: Leaf, test: (value: unknown) => boolean): number {
  return values.filter(test).length / values.length;
}

/** The names of the fields that the rows have at their top, in the order of the alphabet. */
export function fieldNames(rows: readonly unknown[]): string[] {
  return [...new Set(rows.flatMap((row) => (isRecord(row) ? Object.keys(row) : [])))].sort();
}

/** Whether two lists of names, as fieldNames gives them, are the same. */
export function sameFields(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
