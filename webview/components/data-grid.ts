import {
  provideVSCodeDesignSystem,
  vsCodeDataGrid,
  vsCodeDataGridCell,
  vsCodeDataGridRow,
} from '@vscode/webview-ui-toolkit';

/** A column: its heading, its width as a CSS grid track, and how it fills a cell of a row. */
export interface Column<Row> {
  readonly title: string;
  readonly width: string;
  readonly fill: (cell: HTMLElement, row: Row) => void;
}

export interface GridOptions<Row> {
  /** What the table is, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Enter on a row, or a click. */
  readonly onChoose: (row: Row) => void;
  /** Classes of a row, beside those of the grid. */
  readonly rowClass: (row: Row) => string;
}

export interface Grid<Row> {
  readonly element: HTMLElement;
  /**
   * Shows these rows. Rows stay in place, so the focus stays where it is while numbers come in, and those that say the same as
   * before are not touched: filling all of a thousand held the view up for half a second, at each beat of a run. `anew`: what
   * cells show depends on more than their rows, and that has changed.
   */
  update(rows: readonly Row[], anew?: boolean): void;
}

let registered = false;

/** The toolkit's data grid, filled by hand: its own way of filling knows plain text only. */
export function createGrid<Row>({ label, columns, onChoose, rowClass }: GridOptions<Row>): Grid<Row> {
  if (!registered) provideVSCodeDesignSystem().register(vsCodeDataGrid(), vsCodeDataGridRow(), vsCodeDataGridCell());
  registered = true;

  const grid = document.createElement('vscode-data-grid');
  grid.setAttribute('generate-header', 'none');
  grid.setAttribute('aria-label', label);
  const tracks = columns.map((column) => column.width).join(' ');
  grid.setAttribute('grid-template-columns', tracks);
  grid.append(line(columns, tracks, 'header', (cell, column) => (cell.textContent = column.title)));

  let shown: readonly Row[] = [];
  const lines: HTMLElement[] = [];
  /** What each line says. */
  let said: string[] = [];
  const choose = (target: EventTarget | null): boolean => {
    const index = lines.findIndex((row) => target instanceof Node && row.contains(target));
    const row = shown[index];
    if (row === undefined) return false;
    onChoose(row);
    return true;
  };
  grid.addEventListener('click', (event) => choose(event.target));
  // Before the grid sees it: Enter in a cell would only move the focus into the cell.
  grid.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Enter' || !choose(event.target)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  return {
    element: grid,
    update(rows, anew = false) {
      shown = rows;
      const before = anew ? [] : said;
      said = rows.map((row) => JSON.stringify(row));
      while (lines.length > rows.length) lines.pop()?.remove();
      rows.forEach((row, index) => {
        let element = lines[index];
        if (element !== undefined && before[index] === said[index]) return;
        if (element === undefined) {
          element = line(columns, tracks, 'default', () => undefined);
          lines.push(element);
          grid.append(element);
        }
        element.className = rowClass(row);
        columns.forEach((column, at) => {
          const cell = element.children[at];
          if (cell instanceof HTMLElement) column.fill(cell, row);
        });
      });
    },
  };
}

function line<Row>(
  columns: readonly Column<Row>[],
  tracks: string,
  type: 'header' | 'default',
  fill: (cell: HTMLElement, column: Column<Row>) => void,
): HTMLElement {
  const row = document.createElement('vscode-data-grid-row');
  row.setAttribute('row-type', type);
  row.setAttribute('grid-template-columns', tracks);
  columns.forEach((column, index) => {
    const cell = document.createElement('vscode-data-grid-cell');
    cell.setAttribute('grid-column', String(index + 1));
    if (type === 'header') cell.setAttribute('cell-type', 'columnheader');
    fill(cell, column);
    row.append(cell);
  });
  return row;
}
