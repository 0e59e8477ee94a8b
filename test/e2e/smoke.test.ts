import assert from 'node:assert/strict';
import { useWorkbench } from './hooks.ts';

describe('smoke', () => {
  const opened = useWorkbench({ folder: 'test/e2e/workspace' });

  it('opens a folder and shows its files', async () => {
    assert.deepEqual(await opened().workbench.explorer(), ['sum.txt']);
  });

  it('offers Stepscope commands in the palette', async () => {
    const titles = await opened().workbench.commandTitles('Stepscope: ');
    assert.ok(titles.length > 0);
  });

  it('opens a file', async () => {
    const { workbench, editor } = opened();
    await workbench.openFile('sum.txt');
    await editor.clickText('2 + 3 = 5');
    await editor.cursorAt(3);
    await workbench.screenshot('smoke');
  });
});
