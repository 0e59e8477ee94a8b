import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { errors, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { openBrowser, type BrowserPage } from '../harness/browser.ts';
import { Server, type Settings } from '../harness/server.ts';
import { readSetup, type Setup } from '../harness/setup.ts';
import { accessibilityViolations } from './accessibility.ts';
import { besideFolder, installBeside } from './beside.ts';
import { ErrorWatch } from './errors.ts';
import { normal, until, WAIT } from './waiting.ts';

/** The built-in themes by kind, each with the class that the workbench has once it is applied. */
export const THEMES = {
  light: { name: 'Default Light Modern', mark: 'vscode-theme-defaults-themes-light_modern-json' },
  dark: { name: 'Default Dark Modern', mark: 'vscode-theme-defaults-themes-dark_modern-json' },
  'high contrast': { name: 'Default High Contrast', mark: 'vscode-theme-defaults-themes-hc_black-json' },
  'high contrast light': { name: 'Default High Contrast Light', mark: 'vscode-theme-defaults-themes-hc_light-json' },
} as const;
export type Theme = keyof typeof THEMES;

export interface WorkbenchOptions {
  /** A folder of the checkout (relative to its root) or an absolute one. What is opened is a copy. */
  readonly folder?: string;
  /** More files for the opened folder: name and text. With neither `folder` nor `files` the window is empty. */
  readonly files?: Readonly<Record<string, string>>;
  /** Instead of these: files of a folder that is on no disk, which only an extension of the tests has. Nothing in it can be written. */
  readonly memoryFiles?: Readonly<Record<string, string>>;
  readonly settings?: Settings;
  readonly theme?: Theme;
  /** Watches how long the extension host is held up: see hostDelay(). */
  readonly hostProbe?: boolean;
  /** The editor's language as extensions are told it; the editor's own words stay English, since no language pack is installed. */
  readonly language?: string;
}

function screenshots(setup: Setup): string {
  return path.join(setup.repository, 'test', 'e2e', '__screenshots__', setup.version);
}

/** A VS Code window with the extension under development, driven like a person would. */
export class Workbench {
  private readonly errors: ErrorWatch;
  private readonly logFolder: string;
  private readonly changed: Record<string, unknown> = {};

  private constructor(
    readonly setup: Setup,
    private readonly scratch: string,
    private readonly server: Server,
    private readonly browser: BrowserPage,
    /** The opened folder on disk; tests may write into it. */
    readonly folder: string | undefined,
  ) {
    this.logFolder = path.join(scratch, 'data', 'data', 'logs');
    this.errors = new ErrorWatch(this.page, setup, this.logFolder);
  }

  static async open({ folder, files, memoryFiles, settings, theme = 'dark', hostProbe = false, language }: WorkbenchOptions): Promise<Workbench> {
    const setup = readSetup();
    const scratch = mkdtempSync(path.join(tmpdir(), 'stepscope-e2e-'));
    let opened: string | undefined;
    if (folder !== undefined || files !== undefined) {
      opened = path.join(scratch, 'workspace');
      mkdirSync(opened);
      if (folder !== undefined) cpSync(path.resolve(setup.repository, folder), opened, { recursive: true });
      for (const [name, text] of Object.entries(files ?? {})) writeFileSync(path.join(opened, name), text);
    }
    const all = { 'workbench.colorTheme': THEMES[theme].name, ...settings };
    if (hostProbe) installBeside(setup, scratch, 'host-probe');
    if (memoryFiles !== undefined) writeFileSync(path.join(installBeside(setup, scratch, 'memory-files'), 'files.json'), JSON.stringify(memoryFiles));
    const server = await Server.start(setup, path.join(scratch, 'data'), all);
    let browser: BrowserPage | undefined;
    try {
      browser = await openBrowser(setup);
      const workbench = new Workbench(setup, scratch, server, browser, opened);
      await workbench.load(memoryFiles === undefined ? opened : 'stepscope-memory:/', theme, language);
      return workbench;
    } catch (error) {
      const file = path.join(screenshots(setup), 'failed-to-open.png');
      await browser?.page.screenshot({ path: file }).catch(() => undefined);
      await browser?.close();
      await server.stop();
      rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      throw error;
    }
  }

  get page(): Page {
    return this.browser.page;
  }

  /** Where our extension keeps what belongs to the opened folder; undefined before it was told where. */
  get storage(): string | undefined {
    const place = path.join(this.scratch, 'data', 'data', 'User', 'workspaceStorage');
    return existsSync(place) ? readdirSync(place).map((name) => path.join(place, name, 'stepscope.stepscope')).find((folder) => existsSync(folder)) : undefined;
  }

  /** The longest that the extension host was held up since then (ms since 1970), in ms. Needs `hostProbe`. */
  hostDelay(since: number): number {
    const lines = readFileSync(path.join(besideFolder(this.setup, this.scratch, 'host-probe'), 'delays.txt'), 'utf8').trim().split('\n').map((line) => line.split(' ').map(Number));
    return Math.max(...lines.flatMap(([time = 0, delay = 0]) => (time >= since ? [delay] : [])));
  }

  /** `newest` or `oldest`. */
  get version(): Setup['version'] {
    return this.setup.version;
  }

  private async load(folder: string | undefined, theme: Theme, language: string | undefined): Promise<void> {
    // What the messages of a language pack would set.
    if (language !== undefined) await this.page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(language)}`);
    await this.page.addInitScript({ path: path.join(this.setup.repository, 'test', 'e2e', 'page-probe.js') });
    await this.page.goto(this.server.url({ folder }));
    await this.themed(theme);
    await this.page.locator('.statusbar-item').first().waitFor({ timeout: WAIT });
  }

  private async themed(theme: Theme): Promise<void> {
    await this.page.locator(`.monaco-workbench.${THEMES[theme].mark}`).waitFor({ timeout: WAIT });
  }

  // Commands and files

  private get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:not([style*="display: none"])');
  }

  /**
   * Opens the quick input with a key, types into it and does `then` with its rows. Again, where the input is closed meanwhile:
   * an editor that closes and a view that has just been drawn take the focus from it.
   */
  private async quickOpen<T>(key: string, text: string, then: (rows: Locator) => Promise<T>): Promise<T> {
    const input = this.quickInput.locator('input[type="text"]');
    return until(`what was asked of the quick input: ${text}`, WAIT, async () => {
      await this.press(key);
      try {
        await input.fill(text, { timeout: 10_000 });
        return await then(this.quickInput.locator('.monaco-list-row'));
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) throw error;
        await this.press('Escape');
        return undefined;
      }
    });
  }

  /** Runs a command by its whole title in the palette, category included: `Stepscope: Next Step`. */
  async runCommand(title: string): Promise<void> {
    const exact = this.page.getByText(title, { exact: true });
    await this.quickOpen('F1', `>${title}`, async (rows) => {
      await rows.filter({ has: exact }).first().click({ timeout: 10_000 });
      return true;
    });
  }

  /** The titles that the palette offers for `filter`. */
  async commandTitles(filter: string): Promise<string[]> {
    const titles = await this.quickOpen('F1', `>${filter}`, async (rows) => {
      await rows.filter({ hasText: filter }).first().waitFor({ timeout: 10_000 });
      return rows.locator('.quick-input-list-row .label-name').allInnerTexts();
    });
    await this.press('Escape');
    return titles.map(normal);
  }

  /** The rows of an open quick pick, and choosing one by a part of its text. */
  async quickPickRows(): Promise<string[]> {
    const rows = this.quickInput.locator('.monaco-list-row');
    await rows.first().waitFor({ timeout: WAIT });
    return (await rows.allInnerTexts()).map(normal);
  }

  async pick(text: string): Promise<void> {
    await this.quickInput.locator('.monaco-list-row', { hasText: text }).first().click({ timeout: WAIT });
  }

  /** Chooses the item of a quick pick whose label is `label`. */
  async pickLabel(label: string): Promise<void> {
    await this.quickInput.locator('.monaco-list-row', { has: this.page.getByText(label, { exact: true }) }).first().click({ timeout: WAIT });
  }

  /** Types into an open input box, in place of what is in it, and accepts that. */
  async enter(text: string): Promise<void> {
    const input = this.quickInput.locator('input').first();
    await input.waitFor({ timeout: WAIT });
    await input.fill(text);
    await input.press('Enter');
  }

  /** Gives a folder to the file dialog that the web workbench has in place of the system's. */
  async chooseFolder(folder: string, button: string): Promise<void> {
    const input = this.quickInput.locator('input').first();
    await input.fill(`${folder}${path.sep}`);
    // It has read the folder once it lists its parent.
    await this.quickInput.locator('.monaco-list-row', { hasText: '..' }).waitFor({ timeout: WAIT });
    await this.quickInput.getByRole('button', { name: button, exact: true }).click({ timeout: WAIT });
  }

  /** Gives a file of the opened folder to that dialog. */
  async chooseFile(name: string): Promise<void> {
    const input = this.quickInput.locator('input').first();
    await this.quickInput.locator('.monaco-list-row', { hasText: '..' }).waitFor({ timeout: WAIT });
    await input.fill(path.join(this.folder ?? '', name));
    await this.quickInput.locator('.monaco-list-row', { hasText: name }).first().waitFor({ timeout: WAIT });
    await input.press('Enter');
  }

  /** Accepts what that dialog proposes for a file to write, once it proposes `name` in the opened folder. */
  async saveAs(name: string): Promise<void> {
    const input = this.quickInput.locator('input').first();
    await until(`a dialog that proposes ${name}`, WAIT, async () => ((await input.inputValue({ timeout: 1000 }).catch(() => '')) === path.join(this.folder ?? '', name) ? true : undefined));
    await this.quickInput.locator('.monaco-list-row', { hasText: '..' }).waitFor({ timeout: WAIT });
    await input.press('Enter');
  }

  /** Waits until the quick input says `text`: its title, its question, a row or what is wrong with what was typed. */
  async quickInputSays(text: string): Promise<void> {
    const input = this.quickInput.locator('input').first();
    await until(`a quick input with "${text}"`, WAIT, async () => {
      if (!(await this.quickInput.isVisible())) return undefined;
      const said = `${await this.quickInput.innerText()} ${(await input.getAttribute('placeholder')) ?? ''}`;
      return normal(said).includes(text) ? said : undefined;
    });
  }

  /** Opens a file of the folder by its name, with quick open, and waits for its tab. */
  async openFile(name: string): Promise<void> {
    await this.quickOpen('ControlOrMeta+P', name, async (rows) => {
      await rows.filter({ hasText: name }).first().click({ timeout: 10_000 });
      return true;
    });
    await this.page.locator('.tab.active', { hasText: path.basename(name) }).first().waitFor({ timeout: WAIT });
  }

  /** One key or chord: `Escape`, `ControlOrMeta+A`. */
  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** The names that the explorer shows. */
  async explorer(): Promise<string[]> {
    const rows = this.page.locator('.explorer-folders-view .monaco-list-row');
    await rows.first().waitFor({ timeout: WAIT });
    return (await rows.allInnerTexts()).map(normal);
  }

  // What the extension shows outside the text

  /** The text of the first notification that contains `text`. Waits for it. */
  async notification(text: string, timeout = WAIT): Promise<string> {
    const items = this.page.locator('.notifications-toasts .notification-list-item, .notifications-center .notification-list-item');
    const item = items.filter({ hasText: text }).first();
    return until(`a notification with "${text}"`, timeout, async () => {
      if (await item.isVisible()) return normal(await item.innerText());
      // The newest VS Code shows no toasts when it is driven by a test: look into the notification centre.
      const bell = this.page.locator('#status\\.notifications a');
      if (!(await this.page.locator('.notifications-center').isVisible()) && (await bell.count()) > 0)
        await bell.click({ timeout: 2000 }).catch(() => undefined);
      return undefined;
    });
  }

  async clearNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
  }

  /** The text of the modal dialog. Waits for one; answer() ends it. A command that throws makes VS Code open one, too. */
  async dialog(): Promise<string> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor({ timeout: WAIT });
    return normal(await box.locator('.dialog-message-container').innerText());
  }

  async answer(button: string): Promise<void> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.getByRole('button', { name: button, exact: true }).click({ timeout: WAIT });
    await box.waitFor({ state: 'detached', timeout: WAIT });
  }

  /** The status bar entry that contains `text`. */
  statusBarItem(text: string): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  /** The rows of the Problems panel, each with the file rows between them, as a screen reader gets them. */
  async problems(): Promise<string[]> {
    await this.runCommand('Problems: Focus on Problems View');
    const rows = this.page.locator('.markers-panel .monaco-list-row');
    await this.page.locator('.markers-panel').first().waitFor({ timeout: WAIT });
    // The list fills a moment after the panel has come.
    await rows.first().waitFor({ timeout: 10_000 }).catch(() => undefined);
    return (await rows.allInnerTexts()).map(normal);
  }

  /** The inside of the webview in which `inside` (a selector) is found. */
  async webview(inside: string, timeout = WAIT): Promise<FrameLocator> {
    return until(`a webview with ${inside}`, timeout, async () => {
      const count = await this.page.locator('iframe.webview').count();
      for (let nth = 0; nth < count; nth++) {
        // Two nested frames: VS Code's own, and in it the one with the extension's document.
        const frame = this.page.locator('iframe.webview').nth(nth).contentFrame().locator('iframe#active-frame').contentFrame();
        if ((await frame.locator(inside).count()) > 0) return frame;
      }
      return undefined;
    });
  }

  // The Traces view

  /** The first row of the tree in the side bar that contains `text`. */
  treeRow(text: string): Locator {
    return this.page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
  }

  /** Unfolds that row; one that is unfolded already stays so. */
  async unfold(text: string): Promise<void> {
    const row = this.treeRow(text);
    await row.waitFor({ timeout: WAIT });
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click({ timeout: WAIT });
    await this.page.locator('.pane-body .monaco-list-row[aria-expanded="true"]', { hasText: text }).first().waitFor({ timeout: WAIT });
  }

  // Settings and looks

  /**
   * Changes workspace settings while VS Code runs. It watches those, but not the user's: a setting that only a user
   * may set has to be given when the workbench is opened.
   */
  changeSettings(settings: Settings): void {
    if (this.folder === undefined) throw new Error('An empty window has no workspace settings');
    Object.assign(this.changed, settings);
    mkdirSync(path.join(this.folder, '.vscode'), { recursive: true });
    writeFileSync(path.join(this.folder, '.vscode', 'settings.json'), JSON.stringify(this.changed, undefined, 2));
  }

  async setTheme(theme: Theme): Promise<void> {
    this.changeSettings({ 'workbench.colorTheme': THEMES[theme].name });
    await this.themed(theme);
  }

  /** Saves a picture as test/e2e/__screenshots__/<version>/<name>.png and gives its path. */
  async picture(name: string): Promise<string> {
    const file = path.join(screenshots(this.setup), `${name}.png`);
    await this.page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
    return file;
  }

  /** The picture of a state that is to be looked at; on the newest VS Code also fails for what axe-core finds in the views that it shows. */
  async screenshot(name: string): Promise<void> {
    const file = await this.picture(name);
    if (this.version !== 'newest') return;
    const found = await accessibilityViolations(this.page);
    if (found.length > 0) throw new Error(`${found.length} violations of accessibility in ${file}:\n${found.join('\n')}`);
  }

  /** Presses a button of the notification that contains `text`. */
  async answerNotification(text: string, button: string): Promise<void> {
    await this.notification(text);
    const item = this.page.locator('.notification-list-item', { hasText: text }).first();
    await item.hover();
    await item.getByRole('button', { name: button }).click({ timeout: WAIT });
  }

  // Errors and the end

  /** Errors of our extension so far. Reading them takes them: dispose() fails for those that nobody took. */
  takeErrors(): string[] {
    return this.errors.take();
  }

  /** What output channels and the extension host wrote to their log files (needs the native modules). */
  logs(pattern: RegExp): string {
    return readdirSync(this.logFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && pattern.test(entry.name))
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
  }

  /** All that the server and the extension host wrote to disk: settings, state and logs. */
  writtenData(): string {
    return readdirSync(path.join(this.scratch, 'data', 'data'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
      .join('\n');
  }

  /** Ends the browser and the server, removes what they left, and fails if our extension had an error. */
  async dispose(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    const [first, ...more] = this.takeErrors();
    rmSync(this.scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    if (first !== undefined) throw new Error(`The extension had ${more.length + 1} errors, the first one:\n${first}`);
  }
}

export function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  return Workbench.open(options);
}
