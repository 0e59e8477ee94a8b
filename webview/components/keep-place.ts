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
