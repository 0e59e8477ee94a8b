import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Setup } from './setup.ts';

/** Writes what page-watch.js sees in the frames of the page, a line of JSON each, for who reads the file in the extension host. */
export async function watchPage(page: Page, { repository }: Setup, file: string): Promise<void> {
  await page.exposeFunction('stepscopeSaw', (line: string) => appendFileSync(file, `${line}\n`));
  await page.addInitScript({ path: path.join(repository, 'test', 'harness', 'page-watch.js') });
}
