import type { Table } from '../../src/core/picture/chart.ts';
import { createFilterBox } from '../components/filter-box.ts';
import { keepPlace } from '../components/keep-place.ts';
import { t } from '../components/l10n.ts';
import { plainTable } from '../components/plain-table.ts';
import { createVirtualGrid, fillCells, type VirtualColumn } from '../components/virtual-grid.ts';
import { arrangedRows, type TableSort } from './table-rows.ts';

export interface TableView {
  readonly element: HTMLElement;
  /** Shows a table with the same columns; filter, order and place stay. */
  update(table: Table): void;
}

/** A table of more rows than these, or one that opens things, is a grid with a filter. */
const MOST_PLAIN_ROWS = 24;
/** Rows that a grid shows at once at most. */
const MOST_IN_SIGHT = 14;

/** A table of a report, by its size plain or as a grid of which only what is in sight is drawn. */
export function createTableView(table: Table, onOpen: (ref: string) => void): TableView {
  return table.rows.length > MOST_PLAIN_ROWS || table.refs !== undefined ? gridView(table, onOpen) : plainView(table);
}

/** Whether `update` can show it: as many columns of the same names, and of the same kind. */
export function isSameTable(one: Table, other: Table): boolean {
  const kind = ({ rows, refs }: Table): boolean => rows.length > MOST_PLAIN_ROWS || refs !== undefined;
  return kind(one) === kind(other) && one.columns.map(({ name }) => name).join('\n') === other.columns.map(({ name }) => name).join('\n');
}

function plainView(first: Table): TableView {
  const element = document.createElement('div');
  const update = (table: Table): void => keepPlace(element, () => element.replaceChildren(plainTable(table)));
  update(first);
  return { element, update };
}

function gridView(first: Table, onOpen: (ref: string) => void): TableView {
  let table = first;
  let shown: readonly number[] = [];
  let filter = '';
  let sort: TableSort | undefined;
  const caption = document.createElement('h3');
  const about = document.createElement('p');
  about.className = 'quiet';
  const grid = createVirtualGrid<string>({
    label: labelOf(first),
    columns: columnsOf(first),
    fill(position, cells) {
      const row = shown[position];
      fillCells(cells, (name) => table.rows[row ?? -1]?.[Number(name)] ?? '');
      return row !== undefined;
    },
    onMissing: () => undefined,
    onChoose(position) {
      const ref = table.refs?.[shown[position] ?? -1];
      if (ref !== undefined) onOpen(ref);
    },
    onSort(name) {
      const column = Number(name);
      // A third press gives back the order of the report.
      sort = sort?.column !== column ? { column, descending: false } : sort.descending ? undefined : { column, descending: true };
      arrange();
    },
    onMove: () => undefined,
  });
  const box = createFilterBox({
    label: t('Filter {0}', first.name),
    placeholder: t('Filter'),
    value: '',
    onChange(text) {
      filter = text;
      arrange();
    },
    onLeave: () => grid.focus(),
  });

  function arrange(): void {
    shown = arrangedRows(table.rows, filter, sort);
    caption.textContent = filter === '' ? table.name : t('{0}: {1} of {2} rows', table.name, shown.length, table.rows.length);
    grid.element.style.height = `${(Math.min(MOST_IN_SIGHT, Math.max(2, table.rows.length)) + 1) * 24 + 6}px`;
    grid.update(shown.length, sort && { column: String(sort.column), descending: sort.descending });
  }

  const update = (next: Table): void => {
    table = next;
    about.textContent = next.note ?? '';
    about.hidden = next.note === undefined;
    grid.element.setAttribute('aria-label', labelOf(next));
    arrange();
  };
  const element = document.createElement('section');
  element.append(caption, box.element, grid.element, about);
  update(first);
  return { element, update };
}

/** What a screen reader says of it: the name has counts, which grow while a run goes on. */
function labelOf({ name, refs }: Table): string {
  return refs === undefined ? name : t('{0}. Enter opens a row.', name);
}

/** Widths by what the first rows hold; the last column of texts takes the rest. */
function columnsOf({ columns, rows }: Table): VirtualColumn<string>[] {
  const long = columns.findLastIndex(({ numeric }) => !numeric);
  return columns.map(({ name, numeric }, at) => {
    const letters = Math.max(name.length + 2, ...rows.slice(0, 200).map((cells) => cells[at]?.length ?? 0));
    const good = Math.min(18, Math.max(3.5, letters * 0.56 + 1.2));
    return { name: String(at), title: name, about: name, least: Math.min(good, 6), good, most: at === long ? 'rest' : good + 1, ...(numeric && { numeric }) };
  });
}
