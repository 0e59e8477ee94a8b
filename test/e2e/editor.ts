import type { Locator } from 'playwright-core';
import { normal, until, WAIT } from './waiting.ts';
import type { Workbench } from './workbench.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** What is in and around the text of the visible editors. */
export class EditorPage {
  constructor(private readonly workbench: Workbench) {}

  private get lensLinks(): Locator {
    return this.workbench.page.locator('.codelens-decoration a');
  }

  /** The texts of all CodeLenses on screen. Waits for the first one. */
  async lenses(): Promise<string[]> {
    await this.lensLinks.first().waitFor({ timeout: WAIT });
    return (await this.lensLinks.allInnerTexts()).map(normal);
  }

  /** Waits for a CodeLens that contains `text`. */
  async lens(text: string): Promise<Locator> {
    const link = this.lensLinks.filter({ hasText: text }).first();
    await link.waitFor({ timeout: WAIT });
    return link;
  }

  async clickLens(text: string): Promise<void> {
    await (await this.lens(text)).click({ timeout: WAIT });
  }

  /** The texts that decorations add to the lines on screen, in reading order. They are not part of any element's text. */
  async decorations(): Promise<string[]> {
    return this.workbench.page.evaluate<string[]>('stepscopeProbe.decorations()');
  }

  /** Waits for a decoration whose text matches; gives that text. */
  async decoration(text: string | RegExp, timeout = WAIT): Promise<string> {
    const matches = (shown: string): boolean => (typeof text === 'string' ? shown.includes(text) : text.test(shown));
    return until(`a decoration with ${text}`, timeout, async () => (await this.decorations()).find(matches));
  }

  /** Where `text` is, once it has stopped moving: a CodeLens that comes late pushes lines down. */
  private async place(text: string): Promise<Point> {
    const script = `stepscopeProbe.place(${JSON.stringify(text)})`;
    let before: Point | null = null;
    return until(`"${text}" in an editor`, WAIT, async () => {
      const now = await this.workbench.page.evaluate<Point | null>(script);
      const still = now !== null && now.x === before?.x && now.y === before.y;
      before = now;
      return still ? now : undefined;
    });
  }

  /** Clicks into the text: puts the cursor there and the focus into that editor. */
  async clickText(text: string): Promise<void> {
    const { x, y } = await this.place(text);
    await this.workbench.page.mouse.click(x, y);
  }

  /** Rests the mouse on `text` and gives what the hover says; with `expected`, waits until it says that. */
  async hover(text: string, expected = ''): Promise<string> {
    const { x, y } = await this.place(text);
    const box = this.workbench.page.locator('.monaco-hover:not(.hidden) .monaco-hover-content');
    let round = 0;
    return until(`a hover at "${text}"${expected && ` with "${expected}"`}`, WAIT, async () => {
      // A hover that had nothing to say yet doesn't come back by itself: leave now and then.
      if (round++ % 20 === 0) {
        await this.workbench.page.mouse.move(2, 2);
        await this.workbench.page.mouse.move(x - 2, y);
        await this.workbench.page.mouse.move(x, y);
      }
      const shown = normal((await box.allInnerTexts()).join(' '));
      return shown !== '' && shown !== 'Loading...' && shown.includes(expected) ? shown : undefined;
    });
  }

  /** Line and column of the cursor, 1-based, as the status bar says. It lags behind: wait with cursorAt(). */
  async cursor(): Promise<{ line: number; column: number }> {
    const item = this.workbench.page.locator('#status\\.editor\\.selection');
    await item.waitFor({ timeout: WAIT });
    const [line, column] = (normal(await item.innerText()).match(/\d+/g) ?? []).map(Number);
    if (line === undefined || column === undefined) throw new Error('The status bar shows no cursor position');
    return { line, column };
  }

  /** Waits until the cursor is on that line (and column), 1-based. */
  async cursorAt(line: number, column?: number): Promise<void> {
    await until(`the cursor at line ${line}${column === undefined ? '' : `, column ${column}`}`, WAIT, async () => {
      const now = await this.cursor();
      return now.line === line && (column === undefined || now.column === column) ? now : undefined;
    });
  }
}
