import type { AnalysisPartView, AnalysisPiece } from '../../src/protocol/analysis-view.ts';
import { t } from '../components/l10n.ts';
import { moved } from '../components/moved.ts';

export interface AnalysisTextOptions {
  /** The pointer or the focus is on a quote; null: on none. */
  readonly onPoint: (quote: number | null) => void;
  /** Enter or a click on a quote. */
  readonly onChoose: (quote: number) => void;
}

export interface AnalysisText {
  readonly element: HTMLElement;
  update(parts: readonly AnalysisPartView[]): void;
  /** Marks the links of these quotes, and brings the first of them into sight. */
  mark(quotes: readonly number[]): void;
  /** Puts the focus on the link that had it last; on the text where there is none. */
  focus(): void;
}

/** What a sign after a quotation says that no source has. */
export const MISQUOTED = t('In quotation marks, and nowhere word for word in the question or the steps so far');

/** The parts of an analysis with the links to what they quote: one stop of the Tab key, arrows go from link to link. */
export function createAnalysisText({ onPoint, onChoose }: AnalysisTextOptions): AnalysisText {
  const element = document.createElement('div');
  element.id = 'analysis-text';
  element.setAttribute('role', 'tabpanel');
  element.setAttribute('aria-label', t('Analysis. Arrow keys go from link to link, Enter shows a link in the text, Escape goes back to the text.'));
  /** In the order of the text. */
  let links: HTMLElement[] = [];
  let current = 0;
  let pointed: number | null = null;

  function point(quote: number | null): void {
    if (quote === pointed) return;
    pointed = quote;
    onPoint(quote);
  }
  const quoteOf = (target: EventTarget | null): number | undefined => {
    const link = target instanceof Element ? target.closest<HTMLElement>('.quote') : null;
    return link === null ? undefined : Number(link.dataset['quote']);
  };
  function makeCurrent(index: number): void {
    current = Math.max(0, Math.min(index, links.length - 1));
    links.forEach((link, at) => (link.tabIndex = at === current ? 0 : -1));
    element.tabIndex = links.length === 0 ? 0 : -1;
  }

  element.addEventListener('mouseover', (event) => point(quoteOf(event.target) ?? null));
  element.addEventListener('mouseleave', () => point(quoteOf(document.activeElement) ?? null));
  element.addEventListener('focusin', (event) => {
    const index = links.findIndex((link) => link === event.target);
    if (index >= 0) makeCurrent(index);
    point(quoteOf(event.target) ?? null);
  });
  element.addEventListener('focusout', () => point(null));
  element.addEventListener('click', (event) => {
    const quote = quoteOf(event.target);
    if (quote !== undefined) onChoose(quote);
  });
  element.addEventListener('keydown', (event) => {
    const quote = quoteOf(event.target);
    if (quote === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = moved(event.key, current, links.length);
    if (next !== undefined) links[next]?.focus();
    else if (event.key === 'Enter' || event.key === ' ') onChoose(quote);
    else return;
    event.preventDefault();
  });

  return {
    element,
    update(parts) {
      links = [];
      pointed = null;
      element.replaceChildren(...parts.map((part) => section(part, (link) => links.push(link))));
      makeCurrent(0);
    },
    mark(quotes) {
      const marked = links.filter((link) => {
        const on = quotes.includes(Number(link.dataset['quote']));
        link.classList.toggle('marked', on);
        if (on) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
        return on;
      });
      marked[0]?.scrollIntoView({ block: 'nearest' });
    },
    focus: () => (links[current] ?? element).focus(),
  };
}

function section({ name, pieces }: AnalysisPartView, onLink: (link: HTMLElement) => void): HTMLElement {
  const part = document.createElement('section');
  if (name !== undefined) {
    const heading = document.createElement('h2');
    heading.textContent = name;
    part.append(heading);
  }
  const body = document.createElement('p');
  pieces.forEach((piece, index) => {
    body.append(pieceElement(piece, onLink));
    if (piece.misquoted === true && pieces[index + 1]?.misquoted !== true) body.append(misquotedSign());
  });
  part.append(body);
  return part;
}

function pieceElement({ text, quote, misquoted }: AnalysisPiece, onLink: (link: HTMLElement) => void): HTMLElement {
  const piece = document.createElement('span');
  piece.textContent = text;
  if (misquoted === true) piece.className = 'misquoted';
  if (quote === undefined) return piece;
  piece.classList.add('quote');
  piece.dataset['quote'] = String(quote.id);
  piece.setAttribute('role', 'link');
  piece.setAttribute('aria-label', `${text}, ${quote.places}`);
  piece.title = quote.places;
  onLink(piece);
  return piece;
}

function misquotedSign(): HTMLElement {
  const sign = document.createElement('span');
  sign.className = 'misquoted-sign';
  sign.setAttribute('role', 'img');
  sign.setAttribute('aria-label', MISQUOTED);
  sign.title = MISQUOTED;
  sign.textContent = '≠';
  return sign;
}
