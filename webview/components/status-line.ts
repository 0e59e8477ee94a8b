import { createPaced } from './paced.ts';
import { usesScreenReader } from './screen-reader.ts';

/** The shortest time between two things that are read out (ms). */
const PAUSE_MS = 3000;

export interface StatusLine {
  readonly element: HTMLElement;
  update(text: string): void;
}

/** What a view is doing, in a sentence, which a screen reader reads out: then not more often than can be listened to, and the last one always. */
export function createStatusLine(className = 'status'): StatusLine {
  const element = document.createElement('p');
  element.className = className;
  element.setAttribute('role', 'status');
  const update = createPaced<string>((text) => {
    if (element.textContent !== text) element.textContent = text;
  }, () => (usesScreenReader() ? PAUSE_MS : 0));
  return { element, update };
}
