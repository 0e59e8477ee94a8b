import type { Frame, Page } from 'playwright-core';
import { viewFrame } from './intrusions.ts';
import { focusView } from './keyboard-tour.ts';
import { until, WAIT } from './waiting.ts';
import { THEMES, type Theme, type Workbench } from './workbench.ts';

const WIDE = { width: 1280, height: 800 };
/** 400 pixels for a view: the bar of activities takes 48. Higher than a screen, so that a picture shows more of a long view. */
const NARROW = { width: 448, height: 1300 };

/**
 * Pictures of a view in all themes, each as wide as the window and at 400 pixels: `<name>-<theme>` and `<name>-400px-<theme>` for
 * each name in `parts`, whose function brings what is to be seen into sight. Fails for what axe-core finds, and where the narrow
 * view scrolls sideways. The oldest VS Code, where no axe-core looks, has one theme. Ends in the light theme, beside the other
 * editors again.
 */
export async function pictureLooks(workbench: Workbench, view: string, parts: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
  await activate(workbench.page, await viewFrame(workbench.page, view));
  // The command is there only where there is something to hide.
  if (await workbench.page.locator('.part.sidebar:visible, .editor-group-container').count() > 1) await workbench.runCommand('View: Maximize Editor Group and Hide Side Bars');
  const frame = await viewFrame(workbench.page, view);
  for (const theme of workbench.version === 'newest' ? (Object.keys(THEMES) as Theme[]).reverse() : (['light'] as const)) {
    const ending = theme.replaceAll(' ', '-');
    await workbench.setTheme(theme);
    for (const [name, show] of Object.entries(parts)) {
      await show();
      await workbench.screenshot(`${name}-${ending}`);
    }
    await workbench.page.setViewportSize(NARROW);
    await until('no scrolling sideways', WAIT, async () => ((await frame.evaluate<boolean>('innerWidth < 450 && document.documentElement.scrollWidth <= innerWidth')) ? true : undefined));
    for (const [name, show] of Object.entries(parts)) {
      await show();
      await workbench.picture(`${name}-400px-${ending}`);
    }
    await workbench.page.setViewportSize(WIDE);
  }
  await workbench.runCommand('View: Reset Editor Group Sizes');
}

/** The focus in the view, and its group the one that commands are about, which the workbench notices a little later. */
async function activate(page: Page, frame: Frame): Promise<void> {
  await until('the group of the view to be the active one', WAIT, async () => {
    await focusView(frame);
    const outer = await frame.parentFrame()?.frameElement();
    const [inside, group] = [await outer?.boundingBox(), await page.locator('.editor-group-container.active').boundingBox()];
    return inside && group && inside.x >= group.x && inside.x < group.x + group.width ? true : undefined;
  });
}

/** For a view that is seen as it stands. */
export const AS_IT_IS = (): Promise<void> => Promise.resolve();
