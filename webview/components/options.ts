import './options.css';
import { provideVSCodeDesignSystem, vsCodeCheckbox, vsCodeRadio, vsCodeRadioGroup } from '@vscode/webview-ui-toolkit';

/** Something that can be chosen, or the sentence that says why it cannot. */
export interface Option {
  readonly name: string;
  readonly label: string;
  readonly lack?: string;
}

export interface Options {
  readonly element: HTMLElement;
  /** Shows these options, and which are chosen. What is there already stays in place, and keeps the focus. */
  update(options: readonly Option[], chosen: readonly string[]): void;
}

type Box = HTMLElement & { checked: boolean; disabled: boolean; value: string };

let registered = false;

/** A list of the toolkit's check boxes, or of its radio buttons. One that cannot be chosen says why below its name. */
export function createOptions(kind: 'checkbox' | 'radio', label: string, onChange: (chosen: readonly string[]) => void): Options {
  if (!registered) provideVSCodeDesignSystem().register(vsCodeCheckbox(), vsCodeRadio(), vsCodeRadioGroup());
  registered = true;
  const element = document.createElement(kind === 'radio' ? 'vscode-radio-group' : 'div');
  element.className = 'options';
  if (kind === 'radio') element.setAttribute('orientation', 'vertical');
  else element.setAttribute('role', 'group');
  element.setAttribute('aria-label', label);
  const boxes = new Map<string, { readonly line: HTMLElement; readonly box: Box; readonly why: HTMLElement }>();
  let filling = false;
  element.addEventListener('change', () => {
    if (!filling) onChange([...boxes].filter(([, { box }]) => box.checked).map(([name]) => name));
  });

  return {
    element,
    update(options, chosen) {
      filling = true;
      const names = options.map(({ name }) => name);
      for (const [name, { line }] of boxes) {
        if (names.includes(name)) continue;
        line.remove();
        boxes.delete(name);
      }
      options.forEach(({ name, label: text, lack }, index) => {
        const { line, box, why } = boxes.get(name) ?? make(name);
        if (box.textContent !== text) box.textContent = text;
        box.disabled = lack !== undefined;
        box.checked = chosen.includes(name);
        why.textContent = lack ?? '';
        why.hidden = lack === undefined;
        if (element.children[index] !== line) element.insertBefore(line, element.children[index] ?? null);
      });
      filling = false;
    },
  };

  function make(name: string) {
    const box = document.createElement(`vscode-${kind}`) as Box;
    box.value = name;
    const why = document.createElement('span');
    why.className = 'why';
    why.id = `why-${label}-${name}`.replace(/[^\w-]/g, '-');
    box.setAttribute('aria-describedby', why.id);
    const line = document.createElement('div');
    line.className = 'option';
    line.append(box, why);
    const made = { line, box, why };
    boxes.set(name, made);
    return made;
  }
}
