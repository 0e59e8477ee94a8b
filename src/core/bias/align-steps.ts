/** A step of another trace that stands beside a step of the original. */
export interface PlacedStep {
  /** 0-based, in the other trace. */
  readonly step: number;
  /** Word for word the step that it stands beside. */
  readonly same: boolean;
}

export interface StepAlignment {
  /** For each step of the original, in order: the steps of the other that stand beside it; none where it was left out. */
  readonly rows: readonly (readonly PlacedStep[])[];
  /** 0-based step at which they first differ, missing steps included; undefined where they are equal. */
  readonly firstDifference: number | undefined;
}

/** More pairs of steps than this after the first difference are not compared: steps then stand beside each other by their number. */
const MOST_PAIRS = 250_000;

/**
 * Puts the steps of a trace beside those of the original: equal ones side by side, as many as keep their order (longest common
 * subsequence), the others by their place between these. What is more stands with the last step before it, or at the first.
 */
export function alignSteps(original: readonly string[], other: readonly string[]): StepAlignment {
  const rows = original.map((): PlacedStep[] => []);
  let common = 0;
  while (common < original.length && common < other.length && original[common] === other[common]) common++;
  const pairs = [...Array.from({ length: common }, (_, step) => [step, step] as const), ...commonSteps(original, other, common)];
  let [from, to] = [0, 0];
  for (const [left, right] of [...pairs, [original.length, other.length] as const]) {
    for (let step = to; step < right; step++) rows[Math.max(0, Math.min(from + step - to, left - 1))]?.push({ step, same: false });
    if (left < original.length) rows[left]?.push({ step: right, same: true });
    [from, to] = [left + 1, right + 1];
  }
  const equal = common === original.length && common === other.length;
  return { rows: rows.map((row) => row.sort((a, b) => a.step - b.step)), firstDifference: equal ? undefined : common };
}

/** Pairs of equal steps from `start` on, in order. */
function commonSteps(original: readonly string[], other: readonly string[], start: number): (readonly [number, number])[] {
  const [rows, columns] = [original.length - start, other.length - start];
  if (rows * columns > MOST_PAIRS) return [];
  /** [row][column]: length of the longest common subsequence of what comes from there on. */
  const longest = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1));
  const at = (row: number, column: number): number => longest[row]?.[column] ?? 0;
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const same = original[start + row] === other[start + column];
      (longest[row] ?? [])[column] = same ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    if (original[start + row] === other[start + column]) pairs.push([start + row++, start + column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row++;
    else column++;
  }
  return pairs;
}

/** UTF-16 units that two texts begin with alike; a character is not cut in two. */
export function commonStart(one: string, other: string): number {
  let end = 0;
  while (end < one.length && end < other.length && one[end] === other[end]) end++;
  const last = one.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
}
