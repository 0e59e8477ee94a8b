import { fitColumns, type ColumnRoom } from './fit-columns.ts';
import { contentHeight, scrollTo, windowAt } from './row-window.ts';
import './virtual-grid.css';

export interface VirtualColumn<Name extends string> extends ColumnRoom {
  readonly name: Name;
  readonly title: string;
  /** What the column holds, for the heading's tooltip. */
  readonly about: string;
  readonly numeric?: boolean;
}

export interface GridSort<Name extends string> {
  readonly column: Name;
  readonly descending: boolean;
}

export interface VirtualGridOptions<Name extends string> {
  readonly label: string;
  readonly columns: readonly VirtualColumn<Name>[];
  /** Fills the line of the row at a position of the list; false where the row is not there yet. */
  readonly fill: (position: number, cells: ReadonlyMap<Name, HTMLElement>, line: HTMLElement) => boolean;
  /** Rows in sight that are not there yet: the first position and how many. */
  readonly onMissing: (start: number, count: number) => void;
  /** Enter on a row, or a double click; `others` with Shift. */
  readonly onChoose: (position: number, others: boolean) => void;
  /** Where it is absent, the list has one order. */
  readonly onSort?: (column: Name) => void;
  /** The place has changed: what is at the top, and what is selected. */
  readonly onMove: (top: number, selected: number) => void;
}

export interface VirtualGrid<Name extends string> {
  readonly element: HTMLElement;
  update(rows: number, sort: GridSort<Name> | undefined): void;
  /** Draws what is in sight again. */
  draw(): void;
  /** Goes to a place, once there are rows enough. */
  restore(top: number, selected: number): void;
  focus(): void;
}

/** Puts texts into the cells of a line, each as its tooltip too. Cells that say it already are left alone. */
export function fillCells<Name extends string>(cells: ReadonlyMap<Name, HTMLElement>, textOf: (name: Name) => string): void {
  for (const [name, cell] of cells) {
    const text = textOf(name);
    if (cell.textContent === text) continue;
    cell.textContent = text;
    cell.title = text;
  }
}

const ROW_HEIGHT = 24;
let ids = 0;

interface Line<Name extends string> {
  readonly element: HTMLElement;
  readonly cells: ReadonlyMap<Name, HTMLElement>;
}

/**
 * A grid of any number of rows of the same height, of which only those in sight are elements. The focus stays on the grid and
 * `aria-activedescendant` names the row, so scrolling never loses it.
 */
export function createVirtualGrid<Name extends string>(options: VirtualGridOptions<Name>): VirtualGrid<Name> {
  const { columns, label } = options;
  const id = `grid-${++ids}`;
  const grid = make('div', 'grid', { role: 'grid', tabindex: '0', 'aria-label': label, 'aria-colcount': String(columns.length) });
  const header = make('div', 'grid-header', { role: 'row', 'aria-rowindex': '1' });
  const content = make('div', 'grid-content', { role: 'rowgroup' });
  const layer = make('div', 'grid-layer', { role: 'presentation' });
  const { onSort } = options;
  const headings = columns.map((column) => heading(column, onSort && (() => onSort(column.name))));
  header.append(...headings.map(({ element }) => element));
  content.append(layer);
  grid.append(header, content);

  const lines: Line<Name>[] = [];
  let dropped: ReadonlySet<Name> = new Set();
  let rows = 0;
  /** The position that is drawn on the first line. */
  let drawn = 0;
  let selected = 0;
  let pending: { readonly top: number; readonly selected: number } | undefined;

  const view = (): number => Math.max(ROW_HEIGHT, grid.clientHeight - header.offsetHeight);
  const top = (): number => windowAt(grid.scrollTop, rows, ROW_HEIGHT, view()).first;
  const page = (): number => Math.max(1, Math.floor(view() / ROW_HEIGHT) - 1);

  function lineAt(index: number): Line<Name> {
    const known = lines[index];
    if (known !== undefined) return known;
    const element = make('div', 'grid-row', { role: 'row' });
    const cells = new Map<Name, HTMLElement>();
    columns.forEach((column, at) => {
      const cell = make('div', classOf('grid-cell', column), { role: 'gridcell', 'aria-colindex': String(at + 1) });
      cell.hidden = dropped.has(column.name);
      cells.set(column.name, cell);
      element.append(cell);
    });
    const line = { element, cells };
    lines.push(line);
    layer.append(element);
    return line;
  }

  /** Gives the columns the tracks that there is room for. */
  function fit(): void {
    const room = grid.clientWidth / parseFloat(getComputedStyle(grid).fontSize);
    const { shown, tracks, least, isNarrow, isTight } = fitColumns(columns, room);
    // The long column is hidden by the style sheet, which may show it where a row has nothing else.
    dropped = new Set(columns.filter((column) => !shown.includes(column) && column.most !== 'rest').map(({ name }) => name));
    for (const { element, name } of headings) element.hidden = dropped.has(name);
    for (const { cells } of lines) for (const [name, cell] of cells) cell.hidden = dropped.has(name);
    grid.classList.toggle('narrow', isNarrow);
    grid.classList.toggle('tight', isTight);
    grid.style.setProperty('--tracks', tracks);
    grid.style.setProperty('--least', `${least}em`);
  }

  /**
   * A row that stays in sight keeps its element, and after a jump each place has another one: a screen reader reads out the
   * selected row only where that is another element than before.
   */
  function rotate(first: number): void {
    const by = first - drawn;
    drawn = first;
    if (by === 0 || lines.length < 2) return;
    const moved = Math.abs(by) < lines.length ? by : Math.sign(by);
    const away = moved > 0 ? lines.splice(0, moved) : lines.splice(moved);
    const elements = away.map(({ element }) => element);
    if (moved > 0) {
      lines.push(...away);
      layer.append(...elements);
    } else {
      lines.unshift(...away);
      layer.prepend(...elements);
    }
  }

  function draw(): void {
    const height = view();
    const { first, offset } = windowAt(grid.scrollTop, rows, ROW_HEIGHT, height);
    rotate(first);
    const count = Math.max(0, Math.min(rows - first, Math.ceil((height + offset) / ROW_HEIGHT)));
    layer.style.height = `${Math.min(height, rows * ROW_HEIGHT)}px`;
    layer.style.top = `${header.offsetHeight}px`;
    const missing: number[] = [];
    for (let index = 0; index < count; index++) {
      const position = first + index;
      const { element, cells } = lineAt(index);
      element.hidden = false;
      element.id = `${id}-row-${position}`;
      element.style.transform = `translateY(${index * ROW_HEIGHT - offset}px)`;
      element.setAttribute('aria-rowindex', String(position + 2));
      element.setAttribute('aria-selected', String(position === selected));
      element.dataset['position'] = String(position);
      if (!options.fill(position, cells, element)) missing.push(position);
    }
    for (const { element } of lines.slice(count)) {
      element.hidden = true;
      element.removeAttribute('id');
    }
    const inSight = selected >= first && selected < first + count;
    if (inSight) grid.setAttribute('aria-activedescendant', `${id}-row-${selected}`);
    else grid.removeAttribute('aria-activedescendant');
    const [start] = missing;
    if (start !== undefined) options.onMissing(start, (missing.at(-1) ?? start) - start + 1);
  }

  function show(position: number): void {
    const first = top();
    const whole = Math.max(1, Math.floor(view() / ROW_HEIGHT));
    if (position <= first) grid.scrollTop = scrollTo(position, rows, ROW_HEIGHT, view());
    else if (position >= first + whole) grid.scrollTop = scrollTo(position - whole + 1, rows, ROW_HEIGHT, view());
  }

  function select(position: number): void {
    selected = Math.min(Math.max(0, position), Math.max(0, rows - 1));
    show(selected);
    draw();
    options.onMove(top(), selected);
  }

  function target(key: string): number | undefined {
    switch (key) {
      case 'ArrowDown':
        return selected + 1;
      case 'ArrowUp':
        return selected - 1;
      case 'PageDown':
        return selected + page();
      case 'PageUp':
        return selected - page();
      case 'Home':
        return 0;
      case 'End':
        return rows - 1;
      default:
        return undefined;
    }
  }

  grid.addEventListener('keydown', (event) => {
    // A heading is a button with keys of its own.
    if (event.target !== grid || event.ctrlKey || event.altKey || event.metaKey || rows === 0) return;
    const position = target(event.key);
    if (position === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (position === undefined) options.onChoose(selected, event.shiftKey);
    else select(position);
  });
  const positionOf = (target: EventTarget | null): number | undefined => {
    const line = target instanceof Element ? target.closest<HTMLElement>('.grid-row') : null;
    return line === null ? undefined : Number(line.dataset['position']);
  };
  layer.addEventListener('click', (event) => {
    const position = positionOf(event.target);
    if (position !== undefined) select(position);
  });
  layer.addEventListener('dblclick', (event) => {
    const position = positionOf(event.target);
    if (position !== undefined) options.onChoose(position, event.shiftKey);
  });
  grid.addEventListener('scroll', () => {
    draw();
    if (pending === undefined) options.onMove(top(), selected);
  });
  new ResizeObserver(() => {
    fit();
    draw();
  }).observe(grid);

  return {
    element: grid,
    draw,
    update(now, sort) {
      rows = now;
      content.style.height = `${contentHeight(rows, ROW_HEIGHT)}px`;
      grid.setAttribute('aria-rowcount', String(rows + 1));
      for (const { element, name, sorted } of headings) sorted(element, sort?.column === name ? sort.descending : undefined);
      if (pending !== undefined && rows > pending.selected) {
        const place = pending;
        pending = undefined;
        selected = place.selected;
        grid.scrollTop = scrollTo(place.top, rows, ROW_HEIGHT, view());
      }
      if (pending === undefined) selected = Math.min(selected, Math.max(0, rows - 1));
      draw();
    },
    restore(first, position) {
      pending = { top: first, selected: position };
      if (first === 0 && position === 0) {
        pending = undefined;
        selected = 0;
        grid.scrollTop = 0;
      }
    },
    focus: () => grid.focus(),
  };
}

function heading<Name extends string>(column: VirtualColumn<Name>, onSort: (() => void) | undefined) {
  const { name, title, about } = column;
  const element = make('div', classOf('grid-heading', column), { role: 'columnheader' });
  const text = make('span', 'heading-text', {});
  const arrow = make('span', 'heading-arrow', { 'aria-hidden': 'true' });
  text.textContent = title;
  if (onSort === undefined) {
    element.title = about;
    element.append(text);
  } else {
    const button = make('button', '', { type: 'button', title: about });
    button.append(text, arrow);
    button.addEventListener('click', onSort);
    element.append(button);
  }
  const sorted = (cell: HTMLElement, descending: boolean | undefined): void => {
    if (onSort === undefined) return;
    cell.setAttribute('aria-sort', descending === undefined ? 'none' : descending ? 'descending' : 'ascending');
    arrow.textContent = descending === undefined ? '' : descending ? '▼' : '▲';
  };
  return { element, name, sorted };
}

function classOf(base: string, { name, numeric, most }: VirtualColumn<string>): string {
  return `${base} column-${name}${numeric === true ? ' numeric' : ''}${most === 'rest' ? ' rest' : ''}`;
}

function make(tag: string, className: string, attributes: Readonly<Record<string, string>>): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
