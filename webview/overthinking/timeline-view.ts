import { markId, timelinePicture, type TimelineCurve, type TimelinePicture, type TimelineWords } from '../../src/core/bias/picture/timeline-picture.ts';
import type { Timeline } from '../../src/core/bias/timeline.ts';
import { svg } from '../../src/core/picture/svg.ts';
import { moved } from '../components/moved.ts';
import { svgElement } from '../components/svg.ts';

export interface TimelineView {
  readonly element: HTMLElement;
  update(timeline: Timeline, words: TimelineWords, curve: TimelineCurve | undefined, label: string): void;
  /** Selects a mark; undefined selects none. */
  select(mark: number | undefined): void;
  /** Where the cursor of the text is, and the marks that it is in. */
  cursor(at: number | undefined, marks: readonly number[]): void;
  focus(): void;
}

export interface TimelineViewOptions {
  /** A mark was gone to; `enter`: with Enter or a double click. */
  readonly onSelect: (mark: number, enter: boolean) => void;
  /** A place without a mark was pressed. */
  readonly onPlace: (at: number, enter: boolean) => void;
}

const NARROWEST = 260;

/**
 * The timeline, as wide as there is room. Marks are the options of a list whose focus stays on the list: left and right (or up
 * and down) go from mark to mark in the order of the text.
 */
export function createTimelineView({ onSelect, onPlace }: TimelineViewOptions): TimelineView {
  const element = document.createElement('div');
  element.className = 'timeline';
  element.tabIndex = 0;
  element.setAttribute('role', 'listbox');
  element.setAttribute('aria-orientation', 'horizontal');
  const root = svgElement(svg('svg', { role: 'presentation' }));
  element.append(root);
  let shown: { readonly timeline: Timeline; readonly words: TimelineWords; readonly curve: TimelineCurve | undefined } | undefined;
  let picture: TimelinePicture | undefined;
  let selected: number | undefined;
  let place: { readonly at: number | undefined; readonly marks: readonly number[] } = { at: undefined, marks: [] };

  function draw(): void {
    if (shown === undefined) return;
    const width = Math.max(NARROWEST, Math.floor(element.clientWidth));
    picture = timelinePicture(shown.timeline, shown.words, shown.curve, width);
    for (const [name, value] of Object.entries({ width, height: picture.height, viewBox: `0 0 ${width} ${picture.height}` })) root.setAttribute(name, String(value));
    root.replaceChildren(...picture.nodes.map(svgElement));
    mark();
    drawCursor();
  }

  function mark(): void {
    for (const other of root.querySelectorAll('[aria-selected="true"]')) other.setAttribute('aria-selected', 'false');
    const option = selected === undefined ? null : root.querySelector(`#${markId(selected)}`);
    option?.setAttribute('aria-selected', 'true');
    if (option === null) element.removeAttribute('aria-activedescendant');
    else element.setAttribute('aria-activedescendant', option.id);
  }

  function drawCursor(): void {
    root.querySelector('.cursor')?.remove();
    for (const option of root.querySelectorAll('.here')) option.classList.remove('here');
    for (const index of place.marks) root.querySelector(`#${markId(index)}`)?.classList.add('here');
    if (place.at === undefined || picture === undefined) return;
    const x = picture.x(place.at);
    root.append(svgElement(svg('path', { class: 'cursor', d: `M${x} 14V${picture.height - 34}`, 'aria-hidden': 'true' })));
  }

  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || shown === undefined) return;
    if (event.key === 'Enter' && selected !== undefined) {
      event.preventDefault();
      onSelect(selected, true);
      return;
    }
    const next = moved(event.key, selected ?? -1, shown.timeline.marks.length);
    if (next === undefined) return;
    event.preventDefault();
    selected = next;
    mark();
    onSelect(next, false);
  });
  const pressed = (event: MouseEvent, enter: boolean): void => {
    const option = event.target instanceof Element ? event.target.closest<SVGElement>('.mark') : null;
    if (option !== null) {
      selected = Number(option.dataset['index']);
      mark();
      onSelect(selected, enter);
    } else if (picture !== undefined && shown !== undefined) {
      onPlace(Math.min(shown.timeline.length, Math.max(0, picture.value(event.clientX - root.getBoundingClientRect().left))), enter);
    }
  };
  root.addEventListener('click', (event) => pressed(event, false));
  root.addEventListener('dblclick', (event) => pressed(event, true));
  new ResizeObserver(draw).observe(element);

  return {
    element,
    update(timeline, words, curve, label) {
      shown = { timeline, words, curve };
      if (selected !== undefined && selected >= timeline.marks.length) selected = undefined;
      element.setAttribute('aria-label', label);
      draw();
    },
    select(index) {
      selected = index;
      mark();
    },
    cursor(at, marks) {
      place = { at, marks };
      drawCursor();
    },
    focus: () => element.focus(),
  };
}
