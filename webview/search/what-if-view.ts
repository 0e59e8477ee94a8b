import { PENALTIES, THINKING_MODES, type ControllerSettings } from '../../src/core/search/settings.ts';
import type { WhatIf } from '../../src/protocol/search-view.ts';
import { createButton } from '../components/button.ts';
import { createChoice } from '../components/choice.ts';
import { t } from '../components/l10n.ts';
import { createSlider } from '../components/slider.ts';

export interface WhatIfView {
  readonly element: HTMLElement;
  update(whatIf: WhatIf | string): void;
}

export interface WhatIfActions {
  /** Undefined: as it was recorded. */
  readonly onChange: (settings: ControllerSettings | undefined) => void;
  readonly onRun: () => void;
}

const NAMES = ['good', 'low', 'bad'] as const;
const ABOUT = { good: t('good: simpler from here on'), low: t('low: complex under it'), bad: t('bad: discarded under it') } as const;

/** The settings of the mode controller as controls, and what they would have changed. */
export function createWhatIfView({ onChange, onRun }: WhatIfActions): WhatIfView {
  const element = document.createElement('section');
  element.className = 'what-if';
  const title = document.createElement('h2');
  title.textContent = t('What if');
  title.id = 'what-if-title';
  element.setAttribute('aria-labelledby', title.id);
  let settings: ControllerSettings | undefined;
  const change = (part: Partial<ControllerSettings>): void => {
    if (settings === undefined) return;
    settings = { ...settings, ...part };
    onChange(settings);
  };
  const sliders = NAMES.map((name) => ({ name, slider: createSlider({ label: ABOUT[name], value: 0, onChange: (value) => settings && change({ thresholds: { ...settings.thresholds, [name]: value } }) }) }));
  const penalty = createChoice(t('penalty'), (at) => change({ penalty: PENALTIES[at] ?? 'once' }));
  const mode = createChoice(t('initial mode'), (at) => change({ initialMode: THINKING_MODES[at] ?? 'complex' }));
  const reset = createButton(t('As Recorded'), () => onChange(undefined));
  const run = createButton(t('Run with These Settings'), onRun);
  run.title = t('Searches with the models; rounds that would be the same are taken over');
  const controls = document.createElement('div');
  controls.className = 'controls';
  controls.append(...sliders.map(({ slider }) => slider.element), penalty.element, mode.element);
  const bar = document.createElement('div');
  bar.className = 'bar';
  bar.append(reset, run);
  const verdict = document.createElement('p');
  verdict.setAttribute('role', 'status');
  verdict.className = 'verdict';
  const table = document.createElement('table');
  element.append(title, verdict, controls, bar, table);

  return {
    element,
    update(whatIf) {
      const none = typeof whatIf === 'string';
      for (const part of [controls, bar, table]) part.hidden = none;
      verdict.textContent = none ? whatIf : whatIf.verdict;
      settings = none ? undefined : whatIf.settings;
      if (none) return;
      for (const { name, slider } of sliders) slider.set(whatIf.settings.thresholds[name]);
      penalty.update(PENALTIES, PENALTIES.indexOf(whatIf.settings.penalty));
      mode.update(THINKING_MODES, THINKING_MODES.indexOf(whatIf.settings.initialMode));
      reset.toggleAttribute('disabled', !whatIf.changed);
      run.toggleAttribute('disabled', !whatIf.changed);
      table.replaceChildren(line('th', ['', t('recorded'), t('what if')]), ...whatIf.comparison.map(({ name, recorded, replayed }) => line('td', [name, recorded, replayed], recorded !== replayed)));
    },
  };
}

function line(tag: 'th' | 'td', texts: readonly string[], differs = false): HTMLElement {
  const row = document.createElement('tr');
  row.className = differs ? 'differs' : '';
  texts.forEach((text, at) => {
    const cell = document.createElement(at === 0 ? 'th' : tag);
    cell.scope = at === 0 ? 'row' : tag === 'th' ? 'col' : '';
    cell.textContent = differs && at === 2 ? `${text} ≠` : text;
    row.append(cell);
  });
  return row;
}
