/** What can have the focus in a part of a view. */
const STOPS = 'summary, button, vscode-button, [tabindex="0"]';

/** Changes what an element shows: what a person has unfolded stays so, and the focus stays at the same place of the order. */
export function keepPlace(element: HTMLElement, change: () => void): void {
  const stops = (): HTMLElement[] => [...element.querySelectorAll<HTMLElement>(STOPS)];
  const folds = (): HTMLDetailsElement[] => [...element.querySelectorAll('details')];
  const unfolded = folds().map(({ open }) => open);
  const at = stops().findIndex((stop) => stop === document.activeElement);
  change();
  folds().forEach((fold, index) => fold.toggleAttribute('open', unfolded[index] ?? fold.open));
  if (at >= 0) stops()[at]?.focus({ preventScroll: true });
}

/**
 * Changes a page, and leaves what a person looks at where it is on the screen: what has the focus, where that is in sight, else
 * the first of the parts that is. The page's own way to do so (overflow-anchor) is to be off: it goes by other elements.
 */
export function keepInSight(parts: HTMLElement, change: () => void): void {
  const seen = firstInSight(parts);
  const before = seen?.getBoundingClientRect().top ?? 0;
  change();
  if (seen?.isConnected === true) window.scrollBy(0, seen.getBoundingClientRect().top - before);
}

function firstInSight(parts: HTMLElement): Element | undefined {
  const isSeen = (element: Element): boolean => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  };
  const focused = document.activeElement;
  if (focused !== null && parts.contains(focused) && isSeen(focused)) return focused;
  return window.scrollY === 0 ? undefined : [...parts.children].find(isSeen);
}
