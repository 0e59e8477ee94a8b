import { provideVSCodeDesignSystem, vsCodeTextField } from '@vscode/webview-ui-toolkit';

export interface FilterBoxOptions {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  /** The text, once a person has stopped typing for a moment. */
  readonly onChange: (text: string) => void;
  /** Enter or the down arrow: on to the results. */
  readonly onLeave: () => void;
}

export interface FilterBox {
  readonly element: HTMLElement;
  focus(): void;
}

const TYPING_PAUSE_MS = 250;
let registered = false;

/** A field for a search that runs while one types. Escape empties it. */
export function createFilterBox({ label, placeholder, value, onChange, onLeave }: FilterBoxOptions): FilterBox {
  if (!registered) provideVSCodeDesignSystem().register(vsCodeTextField());
  registered = true;
  const field = document.createElement('vscode-text-field') as HTMLElement & { value: string; currentValue: string };
  field.setAttribute('aria-label', label);
  field.setAttribute('placeholder', placeholder);
  field.setAttribute('current-value', value);
  let said = value;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (): void => {
    clearTimeout(timer);
    if (field.value === said) return;
    said = field.value;
    onChange(said);
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(say, TYPING_PAUSE_MS);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && field.value !== '') {
      field.value = '';
      say();
    } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      say();
      onLeave();
    }
  });
  return { element: field, focus: () => field.focus() };
}
