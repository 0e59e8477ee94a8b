import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startLoopback, type Loopback } from '../harness/loopback.ts';
import { writeTinyCheckpoint } from '../unit/models/tiny-checkpoint.ts';
import { useWorkbench } from './hooks.ts';

const SCORED = 90_000;
const KEY = 'sk-verysecret-123';
const THEMES = ['dark', 'high contrast', 'high contrast light', 'light'] as const;

describe('choosing a verifier', () => {
  let work = '';
  let server: Loopback;
  let blind: Loopback;

  before(async () => {
    blind = await startLoopback({ flavour: 'ollama' });
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-own-'));
    server = await startLoopback({ key: KEY, ids: ['r-prm', 'general'], listed: 1 });
  });
  after(async () => {
    await Promise.all([server.kill(), blind.kill()]);
    rmSync(work, { recursive: true, force: true });
  });

  const opened = useWorkbench({ folder: 'media/samples', theme: 'light' });

  it('adds a model of one’s own through its picks, and uses it', async () => {
    const { workbench } = opened();
    writeTinyCheckpoint(path.join(work, 'tiny'), path.join(workbench.setup.repository, 'models', 'r-prm', 'tokenizer.json'));
    await workbench.runCommand('Stepscope: Add Model…');
    await workbench.quickInputSays('Phi 3');
    await workbench.screenshot('add-model-light');
    await workbench.pick('A checkpoint on this machine');
    await workbench.quickInputSays('Folder of a checkpoint');
    await workbench.chooseFolder(path.join(work, 'tiny'), 'Add');
    await workbench.quickInputSays('How the weights are stored');
    await workbench.screenshot('add-model-precision-light');
    await workbench.pick('8-bit');
    await workbench.answerNotification('tiny-8bit is ready', 'Use as Verifier');
    await workbench.runCommand('Stepscope: Choose Verifier…');
    await workbench.quickInputSays('The model that scores steps');
    const rows = await workbench.quickPickRows();
    assert.ok(rows.some((row) => row.includes('tiny-8bit') && row.includes('parameters · 8-bit')), rows.join('\n'));
    assert.ok(rows.some((row) => row.startsWith('r-prm (bundled)') && row.includes('29M parameters')), rows.join('\n'));
    await workbench.screenshot('choose-verifier-own-light');
    await workbench.press('Escape');
  });

  it('connects to a server through its picks, and shows what it can and cannot do', async () => {
    const { workbench } = opened();
    await workbench.runCommand('Stepscope: Connect to Server…');
    await workbench.enter('localhost');
    await workbench.quickInputSays('This is no address of a server');
    assert.equal((await server.asked()).length, 0, 'nothing was sent');
    await workbench.screenshot('connect-address-light');
    await workbench.enter(server.url);
    await workbench.quickInputSays('Key for http://127.0.0.1');
    await workbench.enter(KEY);
    await workbench.quickInputSays('serves several models');
    await workbench.screenshot('connect-models-light');
    await workbench.pick('r-prm');
    await workbench.pick('Completions');
    await workbench.quickInputSays('What it can do');
    const rows = await workbench.quickPickRows();
    assert.ok(rows.some((row) => /^P\(Yes\) from the likeliest token;/.test(row)), rows.join('\n'));
    assert.ok(rows.some((row) => row.startsWith('Masks, attention')), rows.join('\n'));
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`connect-report-${theme.replaceAll(' ', '-')}`);
    }
    await workbench.pick('Use as Verifier');
  });

  it('scores with the server', async () => {
    const { workbench, editor } = opened();
    await workbench.openFile('photos.md');
    await editor.clickText('In all the boxes');
    await workbench.runCommand('Stepscope: Score Steps');
    await workbench.statusBarItem('6 of 6 steps scored').waitFor({ timeout: SCORED });
    await editor.decoration(/✓ 0\.9\d/);
    const text = await editor.hover('84 more photos', 'as served by vllm');
    assert.match(text, /soft 0\.9\d ± 0\.0\d/);
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await editor.hover('84 more photos', 'as served by vllm');
      await workbench.screenshot(`served-hover-${theme.replaceAll(' ', '-')}`);
      await workbench.press('Escape');
    }
  });

  it('lists all verifiers that are known, and which one is used', async () => {
    const { workbench } = opened();
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await workbench.runCommand('Stepscope: Choose Verifier…');
      await workbench.quickInputSays('Servers');
      await workbench.screenshot(`choose-verifier-${theme.replaceAll(' ', '-')}`);
      await workbench.press('Escape');
    }
    await workbench.runCommand('Stepscope: Choose Verifier…');
    await workbench.pick('r-prm (bundled)');
    await workbench.statusBarItem('The verifier is r-prm (bundled).').waitFor();
    await workbench.runCommand('Stepscope: Choose Verifier…');
    await workbench.pick('as served by vllm');
    await workbench.statusBarItem('The verifier is r-prm.').waitFor();
  });

  it('names what is wrong when the key is forgotten, and when the server is down', async () => {
    const { workbench, editor } = opened();
    await workbench.runCommand('Stepscope: Forget Server Key…');
    await workbench.pick(`127.0.0.1:${server.port}`);
    await workbench.notification('is forgotten');
    await workbench.runCommand('Stepscope: Clear Scores');
    await editor.clickText('In all the boxes');
    await workbench.runCommand('Stepscope: Score Steps');
    await workbench.notification(`http://127.0.0.1:${server.port}/v1 asks for a key (status 401`);
    await workbench.screenshot('server-key-light');
    await server.kill();
    await workbench.clearNotifications();
    await editor.clickText('In all the boxes');
    await workbench.runCommand('Stepscope: Score Steps');
    await workbench.notification(`The connection to http://127.0.0.1:${server.port}/v1 failed`);
    await workbench.screenshot('server-down-light');
    await workbench.clearNotifications();
  });

  it('tells once what a server does not do, and shows its verdicts as such', async () => {
    const { workbench, editor } = opened();
    workbench.changeSettings({ 'stepscope.verifier.endpoints': [blind.url] });
    await editor.clickText('In all the boxes');
    await workbench.runCommand('Stepscope: Score Steps');
    await workbench.notification('lists no log-probabilities');
    await workbench.statusBarItem('6 of 6 steps scored').waitFor({ timeout: SCORED });
    await editor.decoration('✓ Yes (verdict only)');
    await workbench.clearNotifications();
    await editor.clickText('In all the boxes');
    await workbench.runCommand('Stepscope: Show Step Scores');
    const view = await workbench.webview('.note');
    await view.getByText('P(Yes) is missing: ').waitFor();
    for (const theme of THEMES) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`verdict-only-${theme.replaceAll(' ', '-')}`);
    }
  });

  it('has written the key nowhere', () => {
    const written = opened().workbench.writtenData();
    assert.ok(written.includes(`127.0.0.1:${server.port}`), 'the address is in the settings');
    assert.doesNotMatch(written, /verysecret/);
  });
});

describe('in a folder that is not trusted', () => {
  let server: Loopback;
  before(async () => void (server = await startLoopback()));
  after(() => server.kill());
  const opened = useWorkbench({
    folder: 'media/samples',
    theme: 'dark',
    settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
  });

  it('takes no address of a server from it', async () => {
    const { workbench, editor } = opened();
    workbench.changeSettings({ 'stepscope.verifier.endpoints': [server.url] });
    await workbench.statusBarItem('Restricted Mode').waitFor();
    await workbench.openFile('photos.md');
    await editor.clickText('In all the boxes');
    await workbench.runCommand('Stepscope: Score Steps');
    await workbench.statusBarItem('6 of 6 steps scored').waitFor({ timeout: SCORED });
    await editor.hover('84 more photos', 'demonstration model');
    assert.equal((await server.asked()).length, 0);
    await workbench.runCommand('Stepscope: Choose Verifier…');
    await workbench.quickInputSays('The model that scores steps');
    assert.ok((await workbench.quickPickRows()).some((row) => row.startsWith('r-prm (bundled)')));
    await workbench.press('Escape');
  });
});
