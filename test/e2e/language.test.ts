import assert from 'node:assert/strict';
import { useWorkbench } from './hooks.ts';

/** A busy machine takes long to start the extension. */
const SLOW = 60_000;

describe('the editor in Simplified Chinese', () => {
  const opened = useWorkbench({ folder: 'test/e2e/workspace', theme: 'light', language: 'zh-cn' });

  it('offers commands and views in it', async () => {
    const { workbench } = opened();
    await workbench.runCommand('Stepscope: 打开已评分的示例');
    const titles = await workbench.commandTitles('Stepscope: 选择');
    assert.ok(titles.some((title) => title.includes('选择验证器…')), titles.join('\n'));
  });

  it('shows scores in it beside the text', async () => {
    const { workbench, editor } = opened();
    await editor.decoration('✗ 0.00 (已记录)', SLOW);
    await editor.lens('文件中记录了 6 个分数：在此评分');
    await editor.clickText('148 - 37');
    await workbench.statusBarItem('步骤 3/6 ✗ 0.00').waitFor({ timeout: SLOW });
    await editor.hover('148 - 37', '判定为错误，首个错误');
    await workbench.press('Escape');
  });

  it('hands the texts to views, which say what language they are in', async () => {
    const { workbench } = opened();
    await workbench.runCommand('Stepscope: 显示步骤分数');
    const view = await workbench.webview('#scores vscode-data-grid', SLOW);
    await view.getByText('步骤文本').waitFor({ timeout: SLOW });
    await view.getByText('判定为错误，首个错误').waitFor({ timeout: SLOW });
    assert.equal(await view.locator('html').getAttribute('lang'), 'zh-cn');
    await workbench.screenshot('scores-zh-cn');
  });

  it('keeps the report for bug reports in English', async () => {
    const { workbench, editor } = opened();
    await workbench.runCommand('Stepscope: 诊断');
    await workbench.notification('Stepscope 诊断：一切正常。', SLOW);
    await editor.clickText('Extension host: Node');
  });
});
