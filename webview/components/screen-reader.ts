/** The editor says by a class of the page that a screen reader is at work (its setting `editor.accessibilitySupport`). */
const MARK = 'vscode-using-screen-reader';

export function usesScreenReader(): boolean {
  return document.body.classList.contains(MARK);
}

/** Calls `listener` whenever the editor says that one has come. */
export function onScreenReader(listener: () => void): void {
  let before = usesScreenReader();
  new MutationObserver(() => {
    const now = usesScreenReader();
    if (now && !before) listener();
    before = now;
  }).observe(document.body, { attributes: true, attributeFilter: ['class'] });
}
