import { EditorPage } from './editor.ts';
import { openWorkbench, type Workbench, type WorkbenchOptions } from './workbench.ts';

export interface Opened {
  readonly workbench: Workbench;
  readonly editor: EditorPage;
}

/**
 * One workbench for all tests of the `describe` around the call: opened before the first, ended after the last, with a
 * picture of each failure. Gives a function because the workbench is there only once tests run.
 */
export function useWorkbench(options: WorkbenchOptions): () => Opened {
  let opened: Opened | undefined;

  before('opens VS Code', async () => {
    const workbench = await openWorkbench(options);
    opened = { workbench, editor: new EditorPage(workbench) };
  });

  afterEach('pictures a failure', async function () {
    if (this.currentTest?.state !== 'failed' || !opened) return;
    const name = `failed-${this.currentTest.fullTitle().replace(/\W+/g, '-').toLowerCase()}`;
    const file = await opened.workbench.picture(name).catch(() => 'no picture could be taken');
    process.stderr.write(`Picture of the failure: ${file}\n`);
  });

  after('ends VS Code', async () => {
    await opened?.workbench.dispose();
  });

  return () => {
    if (!opened) throw new Error('The workbench is open only while tests run');
    return opened;
  };
}
