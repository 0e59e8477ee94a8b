import type { Span } from '../../src/core/trace/trace.ts';
import { t } from '../components/l10n.ts';

/** A text in which parts stand out: those that are hidden are struck through, and a bar shows where the mask starts. */
export function struckText(text: string, hidden: readonly Span[], startAt?: number): DocumentFragment {
  const cuts = [...new Set([0, text.length, ...hidden.flatMap(({ start, end }) => [start, end]), ...(startAt === undefined ? [] : [startAt])])].filter((cut) => cut >= 0 && cut <= text.length).sort((a, b) => a - b);
  const found = document.createDocumentFragment();
  cuts.forEach((from, index) => {
    if (from === startAt) found.append(startMark());
    const to = cuts[index + 1];
    if (to === undefined) return;
    const part = document.createElement(hidden.some(({ start, end }) => start <= from && to <= end) ? 'del' : 'span');
    part.textContent = text.slice(from, to);
    found.append(part);
  });
  return found;
}

function startMark(): HTMLElement {
  const mark = document.createElement('span');
  mark.className = 'start-mark';
  mark.setAttribute('role', 'img');
  mark.setAttribute('aria-label', t('the mask starts here'));
  mark.textContent = '▏';
  return mark;
}
