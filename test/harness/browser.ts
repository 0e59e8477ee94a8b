import { chromium, type Browser, type Page } from 'playwright-core';
import { atEnd } from './ending.ts';
import type { Setup } from './setup.ts';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  // Nothing but this machine resolves, so that the workbench's own calls (gallery, updates) fail at once.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

export interface BrowserPage {
  readonly page: Page;
  close(): Promise<void>;
}

/** A new headless browser with one empty page. */
export async function openBrowser(setup: Setup): Promise<BrowserPage> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  const browser: Browser = await chromium.launch({
    executablePath: setup.chromium.program,
    args: FLAGS,
    env: { ...env, ...setup.chromium.env },
    timeout: 60_000,
  });
  // Playwright ends the browser with this process by itself; this is for a process that ends without its handlers.
  const forget = atEnd(() => void browser.close());
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  return {
    page: await context.newPage(),
    close: async () => {
      forget();
      await browser.close();
    },
  };
}
