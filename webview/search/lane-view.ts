import { candidateId, type LanePicture } from '../../src/core/search/picture/lane-picture.ts';
import { svg } from '../../src/core/picture/svg.ts';
import { t } from '../components/l10n.ts';
import { svgElement } from '../components/svg.ts';

/** A candidate of the lane, by its place in it. */
export interface Place {
  readonly round: number;
  readonly candidate: number;
}

export interface LaneView {
  readonly element: HTMLElement;
  update(picture: LanePicture, label: string): void;
  /** Marks a candidate and brings it into sight; undefined marks none. */
  select(place: Place | undefined): void;
  focus(): void;
}

/**
 * The lane of rounds. Only columns that changed are drawn again. Candidates are the options of a list, the focus stays on the
 * list: left and right go from round to round, up and down from candidate to candidate, as they stand.
 */
export function createLaneView(onSelect: (place: Place) => void): LaneView {
  const element = document.createElement('div');
  element.className = 'lane-scroll';
  element.tabIndex = 0;
  element.setAttribute('role', 'listbox');
  element.setAttribute('aria-orientation', 'horizontal');
  const root = svgElement(svg('svg', { class: 'lane', role: 'presentation' }));
  element.append(root);
  const parts: { text: string; node: SVGElement }[] = [];
  let selected: Place | undefined;

  const optionOf = ({ round, candidate }: Place): Element | null => root.querySelector(`#${candidateId(round, candidate)}`);

  function mark(): void {
    for (const other of root.querySelectorAll('[aria-selected="true"]')) other.setAttribute('aria-selected', 'false');
    const option = selected === undefined ? null : optionOf(selected);
    option?.setAttribute('aria-selected', 'true');
    if (option === null) element.removeAttribute('aria-activedescendant');
    else element.setAttribute('aria-activedescendant', option.id);
  }

  function intoSight(): void {
    if (selected === undefined) return;
    const option = optionOf(selected);
    if (option === null) return;
    const box = option.getBoundingClientRect();
    const view = element.getBoundingClientRect();
    if (box.left < view.left + MARGIN) element.scrollLeft -= view.left + MARGIN - box.left;
    else if (box.right > view.right - MARGIN) element.scrollLeft += box.right - view.right + MARGIN;
  }

  /** The candidates of a round from top to bottom. */
  function places(round: number): Place[] {
    const column = root.children[round + 1];
    return [...(column?.querySelectorAll<SVGElement>('.candidate') ?? [])].map(({ dataset }) => ({ round, candidate: Number(dataset['candidate']) }));
  }

  function target(key: string): Place | undefined {
    const rounds = root.children.length - 1;
    const here = selected ?? { round: -1, candidate: 0 };
    const rank = Math.max(0, places(here.round).findIndex(({ candidate }) => candidate === here.candidate));
    const inRound = (round: number, step: number, at: number): Place | undefined => {
      // A round may have no candidate at all.
      for (let next = round; next >= 0 && next < rounds; next += step) {
        const found = places(next);
        if (found.length > 0) return found[Math.min(at, found.length - 1)];
      }
      return undefined;
    };
    switch (key) {
      case 'ArrowRight':
        return inRound(here.round + 1, 1, rank);
      case 'ArrowLeft':
        return inRound(here.round - 1, -1, rank);
      case 'ArrowDown':
        return selected === undefined ? inRound(0, 1, 0) : places(here.round)[rank + 1];
      case 'ArrowUp':
        return places(here.round)[rank - 1];
      case 'Home':
        return inRound(0, 1, 0);
      case 'End':
        return inRound(rounds - 1, -1, 0);
      default:
        return undefined;
    }
  }

  function select(place: Place | undefined): void {
    selected = place;
    mark();
    intoSight();
  }

  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const place = target(event.key);
    if (place === undefined) {
      if (event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End') event.preventDefault();
      return;
    }
    event.preventDefault();
    select(place);
    onSelect(place);
  });
  root.addEventListener('click', ({ target: clicked }) => {
    const option = clicked instanceof Element ? clicked.closest<SVGElement>('.candidate') : null;
    if (option === null) return;
    const place = { round: Number(option.dataset['round']), candidate: Number(option.dataset['candidate']) };
    select(place);
    onSelect(place);
  });

  return {
    element,
    update({ width, height, frame, columns }, label) {
      element.setAttribute('aria-label', t('{0}. Arrow keys go through the candidates.', label));
      for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) root.setAttribute(name, String(value));
      const atEnd = element.scrollLeft + element.clientWidth >= element.scrollWidth - MARGIN;
      const grown = parts.length > 0 && columns.length + 1 > parts.length;
      [frame, ...columns].forEach((part, at) => {
        const text = JSON.stringify(part);
        const known = parts[at];
        if (known?.text === text) return;
        const node = svgElement(part);
        if (known === undefined) root.append(node);
        else known.node.replaceWith(node);
        parts[at] = { text, node };
      });
      for (const { node } of parts.splice(columns.length + 1)) node.remove();
      mark();
      // Who looks at the newest round sees the next one come.
      if (grown && atEnd) element.scrollLeft = element.scrollWidth;
    },
    select,
    focus: () => element.focus(),
  };
}

const MARGIN = 40;
