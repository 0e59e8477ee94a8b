/** Draws what is in an element anew. What had the focus in it has it again, by its place among all that can have it. */
export function drawAnew(element: HTMLElement, draw: () => void): void {
  const focusable = (): HTMLElement[] => [...element.querySelectorAll<HTMLElement>('[tabindex="0"], summary, button, vscode-button')];
  const at = focusable().findIndex((one) => one === document.activeElement);
  draw();
  focusable()[at]?.focus({ preventScroll: true });
}
