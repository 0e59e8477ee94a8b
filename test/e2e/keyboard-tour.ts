import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { viewFrame } from './intrusions.ts';
import { until, WAIT } from './waiting.ts';
import type { Workbench } from './workbench.ts';

/** More stops than any view has. */
const MOST_STOPS = 80;

/** Runs inside a view: numbers what the Tab key has to reach, and tells of where the focus is. */
const PROBE = `const CONTROLS = 'button, input, select, textarea, summary, a[href], [tabindex]:not([tabindex="-1"]), vscode-button, vscode-dropdown, vscode-text-field';
// The browser lets the arrow keys scroll what scrolls, unless something in it has the focus.
const scrolls = (one) => !one.hasAttribute('tabindex') && one.querySelector(CONTROLS) === null && [['overflowX', 'Width'], ['overflowY', 'Height']].some(([style, size]) => /auto|scroll/.test(getComputedStyle(one)[style]) && one['scroll' + size] > one['client' + size]);
globalThis.stepscopeTour = {
  controls: [...document.querySelectorAll('body *')].filter((one) => one.matches(CONTROLS) || scrolls(one))
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches('[disabled], :disabled, [tabindex="-1"], vscode-option') && one.getBoundingClientRect().width > 0),
  nameOf: (one) => one.tagName.toLowerCase() + (one.className && typeof one.className === 'string' ? '.' + one.className : '') + ' ' + (one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40),
  ring(one) {
    const border = (style) => ['Top', 'Bottom'].some((side) => style['border' + side + 'Style'] !== 'none' && parseFloat(style['border' + side + 'Width']) > 0 && style['border' + side + 'Color'] === focusColor);
    const probe = document.createElement('i');
    probe.style.color = 'var(--vscode-focusBorder)';
    document.body.append(probe);
    const focusColor = getComputedStyle(probe).color;
    probe.remove();
    const active = document.getElementById(one.getAttribute('aria-activedescendant') ?? '');
    return [one, active, ...(one.shadowRoot?.querySelectorAll('*') ?? [])].some((part) => {
      if (!part) return false;
      const style = getComputedStyle(part);
      const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && !/^(transparent|rgba\\(.*, 0\\))$/.test(style.outlineColor);
      return outlined || border(style);
    });
  },
  here() {
    const one = document.activeElement;
    if (!document.hasFocus() || one === null || one === document.body || one === document.documentElement) return null;
    // The grid of the toolkit hands the focus on to a cell.
    return { at: this.controls.indexOf(this.controls.includes(one) ? one : one.closest('[role=grid]')), name: this.nameOf(one), ring: this.ring(one) };
  },
}; stepscopeTour.controls.map((one) => stepscopeTour.nameOf(one))`;

interface Stop {
  readonly at: number;
  readonly name: string;
  readonly ring: boolean;
}

/**
 * Goes through a view with the Tab key alone, from its beginning to the end: every control is reached, once and in the order in
 * which it stands, each shows that it has the focus, and after the last the focus leaves the view. Gives the names of the stops.
 */
export async function tourByTab(workbench: Workbench, view: string): Promise<readonly string[]> {
  const frame = await viewFrame(workbench.page, view);
  await focusView(frame);
  const controls = await frame.evaluate<string[]>(PROBE);
  const stops: Stop[] = [];
  for (;;) {
    await workbench.press('Tab');
    const stop = await frame.evaluate<Stop | null>('stepscopeTour.here()');
    if (stop === null) break;
    stops.push(stop);
    assert.ok(stops.length < MOST_STOPS, `${view} keeps the focus: ${stops.slice(-6).map(({ name }) => name).join(' | ')}`);
  }
  assert.deepEqual(stops.map(({ at }) => at), controls.map((_, at) => at), `${view}: reached ${stops.map(({ name }) => name).join(' | ')} of ${controls.join(' | ')}`);
  assert.deepEqual(stops.filter(({ ring }) => !ring).map(({ name }) => name), [], `${view}: the focus is seen`);
  return controls;
}

/** Tabs on until the focus is on what the selector names. */
export async function tabTo(workbench: Workbench, view: string, selector: string): Promise<Frame> {
  const frame = await viewFrame(workbench.page, view);
  await focusView(frame);
  for (let presses = 0; presses < MOST_STOPS; presses++) {
    await workbench.press('Tab');
    if (await frame.evaluate<boolean>(`document.activeElement?.matches(${JSON.stringify(selector)}) === true`)) return frame;
  }
  throw new Error(`The Tab key does not lead to ${selector} in ${view}`);
}

/** The focus at the beginning of the view, where a person finds it who goes to its editor. */
export async function focusView(frame: Frame): Promise<void> {
  await until('the focus in the view', WAIT, async () => {
    await frame.evaluate("window.focus(); document.body.tabIndex = -1; document.body.focus({ preventScroll: true }); document.body.removeAttribute('tabindex')");
    return (await frame.evaluate<boolean>('document.hasFocus()')) ? true : undefined;
  });
}
