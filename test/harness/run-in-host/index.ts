// Runs the tests of test/host inside a real extension host: starts a server, opens its workbench in a browser with the
// test module in the URL, and ends with the code that VS Code reports when that module's run() is done.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openBrowser } from '../browser.ts';
import { Server } from '../server.ts';
import { readSetup } from '../setup.ts';
import { watchPage } from '../watch-page.ts';

async function main(): Promise<number> {
  const setup = readSetup();
  const scratch = mkdtempSync(path.join(tmpdir(), 'stepscope-host-'));
  const folder = path.join(scratch, 'workspace');
  // A copy: tests may write into it.
  cpSync(path.join(setup.repository, 'test', 'host', 'workspace'), folder, { recursive: true });
  const server = await Server.start(setup, path.join(scratch, 'data'));
  try {
    const browser = await openBrowser(setup);
    try {
      // VS Code looks for these two names when it was opened for a test run.
      const ended = new Promise<number>((resolve) => {
        void browser.page.exposeFunction('codeAutomationExit', resolve);
      });
      await browser.page.exposeFunction('codeAutomationLog', (type: string, values: unknown[]) => {
        const text = values.map(String).join(' ');
        // The workbench complains about much that is no concern of ours, such as a gallery that it cannot reach.
        const ours = /stepscope\.stepscope/.test(text) || ['out', 'dist'].some((folder) => text.includes(path.join(setup.repository, folder)));
        if (process.env['STEPSCOPE_TEST_VERBOSE'] || (type === 'error' && ours)) console.error(text);
      });
      const seen = process.env['STEPSCOPE_BENCH_SEEN'];
      if (seen !== undefined) await watchPage(browser.page, setup, seen);
      const tests = path.join(setup.repository, 'out', 'test', process.env['STEPSCOPE_HOST_MODULE'] ?? 'host', 'index.js');
      await browser.page.goto(server.url({ folder, tests }));
      return await ended;
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

main().then(
  (code) => process.exit(code === 0 ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
