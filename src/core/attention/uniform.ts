import type { TokenizedText } from '../model.ts';

/**
 * What uniform attention over the visible tokens would be: [row][column], mean over the row's tokens of the share that the
 * column has of the tokens that they see, themselves included. `rows` and `columns` give each token its group; -1: none.
 */
export function uniformAttention(rows: readonly number[], columns: readonly number[], hidden: TokenizedText['hidden']): number[][] {
  const most = (groups: readonly number[]): number => groups.reduce((top, group) => Math.max(top, group + 1), 0);
  const sums = Array.from({ length: most(rows) }, () => new Array<number>(most(columns)).fill(0));
  const counts = new Array<number>(sums.length).fill(0);
  const seen = new Array<number>(most(columns)).fill(0);
  const { hiddenFrom, goneAt } = whenHidden(columns.length, hidden);
  let visible = 0;
  const count = (token: number, by: 1 | -1): void => {
    visible += by;
    const column = columns[token] ?? -1;
    if (column >= 0) seen[column] = (seen[column] ?? 0) + by;
  };
  rows.forEach((row, token) => {
    if ((hiddenFrom.get(token) ?? Infinity) > token) count(token, 1);
    for (const other of goneAt.get(token) ?? []) if (other < token) count(other, -1);
    const sum = sums[row];
    if (sum === undefined) return;
    counts[row] = (counts[row] ?? 0) + 1;
    if (visible > 0) seen.forEach((tokens, column) => (sum[column] = (sum[column] ?? 0) + tokens / visible));
  });
  return sums.map((sum, row) => sum.map((value) => value / (counts[row] ?? 1)));
}

/** Of each token that is hidden the first position that does not see it, and the other way round. */
function whenHidden(tokens: number, hidden: TokenizedText['hidden']): { readonly hiddenFrom: ReadonlyMap<number, number>; readonly goneAt: ReadonlyMap<number, readonly number[]> } {
  const hiddenFrom = new Map<number, number>();
  for (const { start, end, from } of hidden) {
    for (let token = start; token < Math.min(end, tokens); token++) hiddenFrom.set(token, Math.min(from, hiddenFrom.get(token) ?? from));
  }
  const goneAt = new Map<number, number[]>();
  for (const [token, from] of hiddenFrom) {
    const others = goneAt.get(from);
    if (others === undefined) goneAt.set(from, [token]);
    else others.push(token);
  }
  return { hiddenFrom, goneAt };
}
