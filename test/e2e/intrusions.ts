import assert from 'node:assert/strict';
import type { Frame, Page, Request } from 'playwright-core';
import { viewOf } from './accessibility.ts';
import { HOST, HOSTILE } from './hostile-texts.ts';
import { until, WAIT } from './waiting.ts';

/** The document of a view that is seen. */
export function viewFrame(page: Page, view: string): Promise<Frame> {
  return until(`the view ${view}`, WAIT, async () => {
    // A frame may go while it is asked.
    for (const frame of page.frames()) if ((await viewOf(frame).catch(() => undefined)) === view) return frame;
    return undefined;
  });
}

/** Watches what a hostile text may not do, from now on. */
export class IntrusionWatch {
  private requests: Request[] = [];

  constructor(private readonly page: Page) {
    page.on('request', (request) => {
      if (leaves(request)) this.requests.push(request);
    });
  }

  /** Fails if a script of the text ran, a view tried what its policy forbids, a request left, or the view holds more than text. */
  async assertNone(view: string, shows = /onerror/): Promise<void> {
    const frame = await viewFrame(this.page, view);
    assert.deepEqual(await frame.evaluate('stepscopeProbe.violations'), [], `${view} tried what its policy forbids`);
    const made = await frame.evaluate<string[]>(`[...document.querySelectorAll('a[href], img, iframe, object, embed, form, body script:not([nonce]), body style, svg[onload]')].map((one) => one.outerHTML.slice(0, 200))`);
    assert.deepEqual(made, [], `${view} made elements of a text`);
    assert.match(await frame.evaluate<string>('document.body.innerText + document.body.textContent'), shows, `${view} shows the text`);
    await this.assertNoneOutside();
  }

  /** The same of the workbench around the views. */
  async assertNoneOutside(): Promise<void> {
    for (const frame of this.page.frames()) {
      const found = await frame.evaluate<string[]>(`globalThis.stepscopeIntruded === true ? ['a script ran'] : [...document.querySelectorAll('[href], [src], [data-href]')].flatMap((one) => ['href', 'src', 'data-href'].map((name) => one.getAttribute(name) ?? '')).filter((address) => /stepscopeIntruded|closeAllEditors|${HOST.replace('.', '\\.')}/.test(address))`).catch(() => []);
      assert.deepEqual(found, [], frame.url());
    }
    assert.deepEqual(this.requests.map((request) => request.url()), []);
  }

  /** That the watch sees what it is for: the same text as HTML is stopped by the policy, and that is noticed. */
  async assertAwake(view: string): Promise<void> {
    const frame = await viewFrame(this.page, view);
    await frame.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(`<div id="control">${HOSTILE}</div>`)})`);
    const said = await until('a violation of the policy', WAIT, async () => {
      const violations = await frame.evaluate<string[]>('[...stepscopeProbe.violations]');
      return violations.some((one) => one.startsWith('img-src')) && violations.some((one) => one.startsWith('script-src')) ? violations : undefined;
    });
    assert.ok(said.some((one) => one.includes(HOST)), said.join('\n'));
    // Playwright tells of what was asked for before it tells that the policy stopped it.
    const why = await until('the end of each request', WAIT, async () => {
      const failures = await Promise.resolve(this.requests.map((request) => request.failure()?.errorText));
      return failures.length > 0 && !failures.includes(undefined) ? failures : undefined;
    });
    assert.deepEqual(why.filter((text) => text?.toLowerCase().includes('csp') !== true), [], 'the policy stops the request');
    this.requests = [];
    assert.equal(await frame.evaluate('globalThis.stepscopeIntruded'), undefined, 'the policy stops the script');
    await frame.evaluate("document.getElementById('control').remove(); stepscopeProbe.violations.length = 0");
    await this.assertNoneOutside();
  }
}

/** To the address of the text, or from a document of ours to anywhere but its own files. */
function leaves(request: Request): boolean {
  const { hostname } = new URL(request.url());
  if (hostname === HOST) return true;
  if (request.serviceWorker() !== null) return false;
  try {
    const isView = request.frame().parentFrame()?.parentFrame() != null;
    return isView && hostname !== '127.0.0.1' && hostname !== 'localhost' && !hostname.endsWith('.vscode-cdn.net') && !request.url().startsWith('data:');
  } catch {
    // The frame is being made.
    return false;
  }
}
