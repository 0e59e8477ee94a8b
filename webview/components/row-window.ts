/** What of a long list is drawn: `first` is the row at the top, `offset` how much of it (pixels) is scrolled away. */
export interface RowWindow {
  readonly first: number;
  readonly offset: number;
}

/** Browsers draw no element that is higher than about 33 million pixels; a longer list scrolls faster than its rows are high. */
export const MOST_HEIGHT = 15_000_000;

/** Height of the scrolled content. */
export function contentHeight(rows: number, rowHeight: number): number {
  return Math.min(rows * rowHeight, MOST_HEIGHT);
}

/** The window at a scroll position; `view` is the height that rows are seen through. */
export function windowAt(scrollTop: number, rows: number, rowHeight: number, view: number): RowWindow {
  const hidden = Math.max(0, rows * rowHeight - view);
  const scrollable = Math.max(0, contentHeight(rows, rowHeight) - view);
  if (hidden === 0 || scrollable === 0) return { first: 0, offset: 0 };
  const scrolled = Math.min(scrollable, Math.max(0, scrollTop));
  const at = hidden === scrollable ? scrolled : (scrolled / scrollable) * hidden;
  const first = Math.floor(at / rowHeight);
  return { first, offset: at - first * rowHeight };
}

/** The scroll position at which `row` is at the top. */
export function scrollTo(row: number, rows: number, rowHeight: number, view: number): number {
  const hidden = Math.max(0, rows * rowHeight - view);
  const scrollable = Math.max(0, contentHeight(rows, rowHeight) - view);
  const at = Math.min(row * rowHeight, hidden);
  return hidden === scrollable ? at : (at / hidden) * scrollable;
}
