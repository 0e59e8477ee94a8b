export interface SliderOptions {
  readonly label: string;
  /** From 0 to 1, in hundredths. */
  readonly value: number;
  readonly onChange: (value: number) => void;
}

export interface Slider {
  readonly element: HTMLElement;
  set(value: number): void;
}

/** A slider over [0, 1] with its name and its number beside it. The toolkit has none, so this is the browser's own. */
export function createSlider({ label, value, onChange }: SliderOptions): Slider {
  const element = document.createElement('label');
  element.className = 'slider';
  const name = document.createElement('span');
  name.textContent = label;
  const input = document.createElement('input');
  Object.assign(input, { type: 'range', min: '0', max: '1', step: '0.01' });
  const shown = document.createElement('output');
  const show = (now: number): void => {
    shown.textContent = now.toFixed(2);
  };
  input.addEventListener('input', () => {
    const now = Number(input.value);
    show(now);
    onChange(now);
  });
  const set = (now: number): void => {
    // What a person is moving is not moved under the hand.
    if (Number(input.value) !== now && document.activeElement !== input) input.value = String(now);
    show(Number(input.value));
  };
  element.append(name, input, shown);
  input.value = String(value);
  show(value);
  return { element, set };
}
