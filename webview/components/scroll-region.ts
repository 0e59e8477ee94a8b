/** Lets keys scroll a text wherever it is longer than its place. */
export function scrollsByKeys(text: HTMLElement): void {
  new ResizeObserver(() => {
    if (text.scrollHeight > text.clientHeight) text.tabIndex = 0;
    else text.removeAttribute('tabindex');
  }).observe(text);
}

/** A part of the page that scrolls by itself, by keyboard too, so that the page never gets wider than the window. */
export function scrollRegion(className: string, label: string): HTMLElement {
  const region = document.createElement('div');
  region.className = className;
  region.tabIndex = 0;
  region.setAttribute('role', 'region');
  region.setAttribute('aria-label', label);
  return region;
}
