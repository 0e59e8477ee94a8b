import { moved } from './moved.ts';

export interface Tab {
  readonly name: string;
  readonly detail: string;
}

export interface TabStrip {
  readonly element: HTMLElement;
  /** Shows these tabs, `chosen` selected; the focus stays on the strip where it is there. */
  update(tabs: readonly Tab[], chosen: number): void;
}

/** A row of tabs: one stop of the Tab key, arrows, Home and End choose. `panel` is the id of what they switch. */
export function createTabStrip(label: string, panel: string, onChoose: (index: number) => void): TabStrip {
  const strip = document.createElement('div');
  strip.className = 'tabs';
  strip.setAttribute('role', 'tablist');
  strip.setAttribute('aria-label', label);
  const buttons: HTMLButtonElement[] = [];
  strip.addEventListener('keydown', (event) => {
    const index = buttons.findIndex((button) => button === event.target);
    const next = moved(event.key, index, buttons.length);
    if (next === undefined) return;
    event.preventDefault();
    buttons[next]?.focus();
    if (next !== index) onChoose(next);
  });
  return {
    element: strip,
    update(tabs, chosen) {
      while (buttons.length > tabs.length) buttons.pop()?.remove();
      tabs.forEach(({ name, detail }, index) => {
        const button = buttons[index] ?? make(index);
        const [first, second] = [document.createElement('span'), document.createElement('span')];
        first.className = 'tab-name';
        first.textContent = name;
        second.textContent = detail;
        button.replaceChildren(first, ' ', second);
        button.setAttribute('aria-selected', String(index === chosen));
        button.tabIndex = index === chosen ? 0 : -1;
      });
    },
  };

  function make(index: number): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'tab';
    button.setAttribute('role', 'tab');
    button.setAttribute('aria-controls', panel);
    button.addEventListener('click', () => onChoose(index));
    buttons.push(button);
    strip.append(button);
    return button;
  }
}
