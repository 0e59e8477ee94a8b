import type { AttentionCell, AttentionGrid, AttentionGridView } from '../../src/protocol/attention-view.ts';
import { heatSvg, type HeatPicture } from '../../src/core/attention/heat-map.ts';
import { svg } from '../../src/core/picture/svg.ts';
import { t } from '../components/l10n.ts';
import { svgElement } from '../components/svg.ts';

/** A cell by its place. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface MatrixView {
  readonly element: HTMLElement;
  update(view: AttentionGridView | undefined): void;
  /** The cell that has the focus. */
  readonly cell: () => Cell;
  goTo(cell: Cell): void;
  focus(): void;
}

export interface MatrixViewOptions {
  readonly grid: AttentionGrid;
  /** Enter on a cell, or a double click. */
  readonly onSelect: (cell: Cell) => void;
  /** The focus went to another cell. */
  readonly onMove: (cell: Cell) => void;
  /** `T` on a cell. */
  readonly onTokens?: (cell: Cell) => void;
}

const PAGE = 10;

interface MapElement {
  readonly picture: HeatPicture;
  readonly element: HTMLElement;
  readonly mark: SVGElement;
  readonly spoken: HTMLElement;
}

/**
 * Matrices of the same rows and columns side by side, with one cell that has the focus in all of them. Pictures are drawn by
 * the host; here are the frame around the cell, the keys, and what the cell says.
 */
export function createMatrixView({ grid, onSelect, onMove, onTokens }: MatrixViewOptions): MatrixView {
  const element = document.createElement('section');
  const title = document.createElement('h2');
  const note = document.createElement('p');
  note.className = 'quiet';
  const said = document.createElement('p');
  said.className = 'said';
  said.setAttribute('aria-live', 'polite');
  const row = document.createElement('div');
  row.className = 'maps';
  element.append(title, note, said, row);
  let shown: AttentionGridView | undefined;
  let text = '';
  let maps: readonly MapElement[] = [];
  let cells: ReadonlyMap<string, AttentionCell> = new Map();
  let at: Cell = { row: 0, column: 0 };

  const clamped = ({ row: r, column }: Cell): Cell => ({ row: Math.max(0, Math.min(r, (shown?.rows.length ?? 1) - 1)), column: Math.max(0, Math.min(column, (shown?.columns.length ?? 1) - 1)) });

  function mark(): void {
    if (shown === undefined) return;
    const sentence = cells.get(`${at.row} ${at.column}`)?.text ?? t('{0} → {1}: no number, since it comes later in the text.', shown.rows[at.row] ?? '', shown.columns[at.column] ?? '');
    said.textContent = sentence;
    for (const { picture, mark: frame, spoken } of maps) {
      const { left, top, cell } = picture;
      frame.setAttribute('x', String(left + at.column * cell));
      frame.setAttribute('y', String(top + at.row * cell));
      spoken.setAttribute('aria-label', sentence);
    }
  }

  function goTo(cell: Cell): void {
    at = clamped(cell);
    mark();
    onMove(at);
  }

  function target({ key, ctrlKey }: KeyboardEvent): Cell | undefined {
    switch (key) {
      case 'ArrowLeft':
        return { ...at, column: at.column - 1 };
      case 'ArrowRight':
        return { ...at, column: at.column + 1 };
      case 'ArrowUp':
        return { ...at, row: at.row - 1 };
      case 'ArrowDown':
        return { ...at, row: at.row + 1 };
      case 'PageUp':
        return { ...at, row: at.row - PAGE };
      case 'PageDown':
        return { ...at, row: at.row + PAGE };
      case 'Home':
        return ctrlKey ? { row: 0, column: 0 } : { ...at, column: 0 };
      case 'End':
        return ctrlKey ? { row: Infinity, column: Infinity } : { ...at, column: Infinity };
      default:
        return undefined;
    }
  }

  function onKey(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    const cell = target(event);
    if (cell === undefined && event.key !== 'Enter' && event.key.toLowerCase() !== 't') return;
    if (cell === undefined && event.key !== 'Enter' && (event.ctrlKey || onTokens === undefined)) return;
    event.preventDefault();
    if (cell !== undefined) goTo(cell);
    else if (event.key === 'Enter') onSelect(at);
    else onTokens?.(at);
  }

  /** The cell under the pointer. */
  function cellAt(event: MouseEvent, picture: HeatPicture, drawn: Element): Cell | undefined {
    const box = drawn.getBoundingClientRect();
    const scale = picture.width / box.width;
    const column = Math.floor(((event.clientX - box.left) * scale - picture.left) / picture.cell);
    const r = Math.floor(((event.clientY - box.top) * scale - picture.top) / picture.cell);
    const inside = shown !== undefined && r >= 0 && column >= 0 && r < shown.rows.length && column < shown.columns.length;
    return inside ? { row: r, column } : undefined;
  }

  function draw(view: AttentionGridView['maps'][number], index: number): MapElement {
    const { picture, name, description } = view;
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const heading = document.createElement('h3');
    heading.textContent = name;
    const made = document.createElement('p');
    made.className = 'quiet';
    made.textContent = description;
    caption.append(heading, made);
    const box = document.createElement('div');
    box.className = 'map';
    box.tabIndex = 0;
    box.setAttribute('role', 'grid');
    box.setAttribute('aria-label', `${name}. ${description}`);
    const line = document.createElement('div');
    line.setAttribute('role', 'row');
    line.className = 'spoken';
    const spoken = document.createElement('div');
    spoken.setAttribute('role', 'gridcell');
    spoken.id = `${grid}-cell-${index}`;
    line.append(spoken);
    box.setAttribute('aria-activedescendant', spoken.id);
    const drawn = svgElement({ ...heatSvg(picture, view), attributes: { class: 'heat', width: picture.width, height: picture.height, viewBox: `0 0 ${picture.width} ${picture.height}`, 'aria-hidden': 'true' } });
    const frame = svgElement(svg('rect', { class: 'focus', width: picture.cell, height: picture.cell }));
    drawn.append(frame);
    box.append(drawn, line);
    box.addEventListener('keydown', onKey);
    box.addEventListener('click', (event) => {
      const cell = cellAt(event, picture, drawn);
      if (cell !== undefined) goTo(cell);
    });
    box.addEventListener('dblclick', (event) => {
      const cell = cellAt(event, picture, drawn);
      if (cell !== undefined) onSelect(cell);
    });
    figure.append(caption, box);
    return { picture, element: figure, mark: frame, spoken };
  }

  return {
    element,
    cell: () => at,
    goTo,
    focus: () => maps[0]?.element.querySelector<HTMLElement>('.map')?.focus(),
    update(view) {
      element.hidden = view === undefined;
      const now = JSON.stringify(view);
      // The same picture keeps its elements, and so the focus.
      if (now === text) return;
      text = now;
      const focused = maps.findIndex(({ element: figure }) => figure.contains(document.activeElement));
      shown = view;
      cells = new Map((view?.cells ?? []).map((cell) => [`${cell.row} ${cell.column}`, cell]));
      title.textContent = view?.title ?? '';
      title.hidden = view?.title === undefined;
      note.textContent = view?.note ?? '';
      note.hidden = view?.note === undefined;
      maps = (view?.maps ?? []).map(draw);
      row.replaceChildren(...maps.map((map) => map.element));
      at = clamped(at);
      mark();
      if (focused >= 0) (maps[focused] ?? maps[0])?.element.querySelector<HTMLElement>('.map')?.focus();
    },
  };
}
