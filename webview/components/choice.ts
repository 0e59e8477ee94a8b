import { provideVSCodeDesignSystem, vsCodeDropdown, vsCodeOption } from '@vscode/webview-ui-toolkit';

export interface Choice {
  readonly element: HTMLElement;
  /** Shows these names, and which is chosen; `off`: it is seen and cannot be used. */
  update(names: readonly string[], chosen: number, off?: boolean): void;
}

let registered = false;

/** A drop-down list of the toolkit with its name before it. `onChange` gets the position of the chosen name. */
export function createChoice(label: string, onChange: (chosen: number) => void): Choice {
  if (!registered) provideVSCodeDesignSystem().register(vsCodeDropdown(), vsCodeOption());
  registered = true;
  const element = document.createElement('div');
  element.className = 'choice';
  const name = document.createElement('span');
  name.textContent = label;
  const list = document.createElement('vscode-dropdown') as HTMLElement & { value: string };
  list.setAttribute('aria-label', label);
  element.append(name, list);
  let shown = '';
  list.addEventListener('change', () => onChange(Number(list.value)));
  return {
    element,
    update(names, chosen, off = false) {
      const now = JSON.stringify(names);
      if (now !== shown) {
        shown = now;
        list.replaceChildren(
          ...names.map((text, at) => {
            const option = document.createElement('vscode-option') as HTMLElement & { value: string };
            option.value = String(at);
            option.textContent = text;
            return option;
          }),
        );
      }
      list.value = String(chosen);
      list.toggleAttribute('disabled', off);
    },
  };
}
