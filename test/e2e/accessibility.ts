import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Frame, Page } from 'playwright-core';

/** What axe-core finds in those views of ours that are seen: violations of serious and critical kind, a line each. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const frame of page.frames()) {
    const view = await viewOf(frame);
    if (view !== undefined) found.push(...(await violationsIn(frame, view)));
  }
  return found;
}

/** The name of the view whose document the frame has; undefined for all else that a workbench consists of. */
export async function viewOf(frame: Frame): Promise<string | undefined> {
  const outer = frame.parentFrame();
  if (outer?.parentFrame() == null || !(await (await outer.frameElement()).isVisible())) return undefined;
  return (await frame.evaluate<string>("document.querySelector('body > main')?.id ?? ''")) || undefined;
}

async function violationsIn(frame: Frame, view: string): Promise<string[]> {
  // Not as a script element, which the view's own policy forbids.
  if (!(await frame.evaluate<boolean>("'axe' in window"))) await frame.evaluate(readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await frame.evaluate<AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.slice(0, 3).map(({ html, failureSummary = '' }) => `${view}: ${id} (${help}): ${html.slice(0, 160)}: ${failureSummary.replace(/\s+/g, ' ').slice(0, 240)}`));
}
