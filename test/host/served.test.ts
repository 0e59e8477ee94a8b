import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startLoopback, type Loopback, type LoopbackOptions } from '../harness/loopback.ts';
import { applyVerifierChoice, readVerifierChoice } from '../../src/vscode/verifier-choice.ts';
import { eventually, fresh, hoverTexts, lensTitles, LONG, openText, PHOTOS, positionOf, problems, run, scores } from './traces.ts';

const SETTINGS = ['endpoints', 'servedModel', 'prompt', 'concurrency', 'keyVariable', 'model', 'samples'] as const;
const KEY = 'sk-verysecret-123';
const configuration = () => vscode.workspace.getConfiguration('stepscope.verifier');
/** The oldest editor tells its extensions of a change a moment after it was written. */
async function configure(name: (typeof SETTINGS)[number], value: unknown): Promise<void> {
  await configuration().update(name, value, vscode.ConfigurationTarget.Global);
  if (value !== undefined) await eventually(`"${name}" is set`, () => JSON.stringify(configuration().get(name)) === JSON.stringify(value));
}

/** What the fake model says of a step is that it is right, unless the step calls itself wrong. */
const WRONG = PHOTOS.replace('Mia gets 84 more photos: 64 + 84 = 148.', 'Mia gets 84 more photos, a wrong number.');

async function hover(editor: vscode.TextEditor, text: string): Promise<string> {
  return (await hoverTexts(editor.document, positionOf(editor.document, text))).map(({ value }) => value.replaceAll('\\', '')).join('\n');
}

describe('a served verifier', function () {
  this.timeout(LONG);
  const open: Loopback[] = [];

  async function start(options: LoopbackOptions = {}): Promise<Loopback> {
    const server = await startLoopback(options);
    open.push(server);
    return server;
  }

  async function use(...servers: readonly Loopback[]): Promise<void> {
    await configure('endpoints', servers.map(({ url }) => url));
  }

  afterEach(async () => {
    for (const name of SETTINGS) await configure(name, undefined);
    delete process.env['STEPSCOPE_TEST_KEY'];
    await Promise.all(open.splice(0).map((server) => server.kill()));
  });

  it('scores as a local one does, over several endpoints, and is asked nothing before it is used', async () => {
    const [a, b] = [await start({ delay: 50 }), await start({ delay: 50 })];
    await use(a, b);
    await configure('concurrency', 2);
    const editor = await openText(fresh(WRONG));
    await run('nextStep');
    await hover(editor, 'In all the boxes');
    assert.deepEqual([a.asked.length, b.asked.length], [0, 0], 'no request before a score was asked for');
    await run('scoreSteps');
    await eventually('four scores', async () => (await scores(editor.document)).join('|') === '✓ 0.94|✗ 0.06 · first error|✓ 0.94|✓ 0.94');
    assert.ok(a.asked.some(({ work }) => work) && b.asked.some(({ work }) => work), 'both have worked');
    assert.match(problems(editor.document)[0]?.message ?? '', /^Step 2 is the first step judged wrong: score 0\.06 under 0\.50 \(K=1, r-prm\)/);
    const text = await hover(editor, 'In all the boxes');
    assert.match(text, /r-prm, as served by vllm/);
    assert.doesNotMatch(text, /demonstration model|±/);
  });

  it('is not asked again for what is scored, and follows a change of its settings', async () => {
    const [first, second] = [await start(), await start({ ids: ['other'] })];
    await use(first);
    const editor = await openText(fresh(PHOTOS));
    await run('scoreSteps');
    const asked = first.asked.length;
    await run('scoreSteps');
    assert.equal(first.asked.length, asked);
    await use(second);
    await eventually('another model has no scores yet', async () => (await scores(editor.document)).join() === ',,,');
    await run('scoreSteps');
    await eventually('its own scores', async () => (await scores(editor.document)).every((score) => score.startsWith('✓')));
    assert.match(await hover(editor, 'In all the boxes'), /other, as served by vllm/);
    await use(first);
    await eventually('the first one’s are there still', async () => (await scores(editor.document)).every((score) => score.startsWith('✓')));
    assert.equal(first.asked.length, asked);
  });

  it('shows how far P(Yes) may be off', async () => {
    await use(await start({ listed: 1 }));
    const editor = await openText(fresh(PHOTOS));
    await run('scoreSteps');
    await eventually('scores', async () => (await scores(editor.document)).every((score) => score.startsWith('✓')));
    const text = await hover(editor, 'In all the boxes');
    assert.match(text, /soft 0\.9\d ± 0\.0\d ·/);
    assert.match(text, /P\(Yes\) 0\.9\d ± 0\.0\d/);
    assert.match(text, /lists only the likeliest tokens/);
  });

  it('gives verdicts where it gives no probabilities, says why, and has its notes in the hover', async () => {
    await use(await start({ flavour: 'ollama' }));
    const editor = await openText(fresh(WRONG));
    await run('scoreSteps');
    await eventually('verdicts', async () => (await scores(editor.document)).join('|') === '✓ Yes (verdict only)|✗ No (verdict only) · first error|✓ Yes (verdict only)|✓ Yes (verdict only)');
    const text = await hover(editor, 'a wrong number');
    assert.match(text, /soft – · hard 0\.00/);
    assert.match(text, /P\(Yes\) is missing: http:\/\/127\.0\.0\.1:\d+\/v1 returns no log-probabilities for this model/);
    assert.match(text, /_The server wraps the prompt in a chat template/);
    assert.match(problems(editor.document)[0]?.message ?? '', /hard score 0\.00 under 0\.50 \(K=1, verdict only, r-prm:latest\)/);
  });

  it('has other scores in each mode where it is told something else in each', async () => {
    const server = await start();
    await use(server);
    await configure('prompt', 'chat');
    const editor = await openText(fresh(PHOTOS));
    await run('scoreSteps');
    await run('scoreStepsDirect');
    await eventually('both are in the hover', async () => {
      const text = await hover(editor, 'In all the boxes');
      return text.includes('one greedy analysis') && text.includes('direct, without an analysis');
    });
    assert.ok(server.asked.some(({ path }) => path === '/v1/chat/completions'));
  });

  it('that dies in the middle leaves what was scored, and running again goes on', async () => {
    const server = await start({ delay: 150 });
    await use(server);
    await configure('concurrency', 1);
    const editor = await openText(fresh(PHOTOS));
    const running = run('scoreSteps');
    await eventually('the first score', async () => (await scores(editor.document)).some((score) => score.startsWith('✓')));
    await server.kill();
    await running;
    await eventually('the run is over', async () => !(await scores(editor.document)).some((score) => score.includes('scoring')));
    const before = await scores(editor.document);
    assert.ok(before.some((score) => score.startsWith('✓')), before.join());
    assert.ok(before.some((score) => score === ''), before.join());
    assert.ok(!(await lensTitles(editor.document)).some((title) => title.startsWith('Scoring')));
    await run('scoreSteps');
    await eventually('a server that is down changes nothing', async () => (await scores(editor.document)).join() === before.join());
    const again = await start({ port: server.port });
    await run('scoreSteps');
    await eventually('all scores', async () => (await scores(editor.document)).every((score) => score.startsWith('✓')));
    assert.equal(again.asked.filter(({ work }) => work).length, 3 * before.filter((score) => score === '').length, 'for each missing step: how long its prompt is, an analysis, a reading');
  });

  it('notices that its server was started again with another model', async () => {
    const server = await start();
    await use(server);
    const editor = await openText(fresh(PHOTOS));
    await run('scoreStep', editor.document.uri.toString(), 0);
    await server.kill();
    await start({ port: server.port, ids: ['other'] });
    await run('scoreStep', editor.document.uri.toString(), 1);
    await eventually('the scores of another model', async () => (await scores(editor.document)).join('|') === '|✓ 0.94||');
    assert.match(await hover(editor, 'more photos'), /other, as served by vllm/);
  });

  it('with a key that is wrong is refused, and works with the right one, which goes nowhere else', async () => {
    const server = await start({ key: KEY });
    await use(server);
    await configure('keyVariable', 'STEPSCOPE_TEST_KEY');
    const editor = await openText(fresh(PHOTOS));
    await run('scoreSteps');
    assert.equal(server.asked.length, 0, 'a variable that is not set is told of before anything is sent');
    process.env['STEPSCOPE_TEST_KEY'] = 'sk-wrong';
    await run('scoreSteps');
    assert.deepEqual(server.asked.map(({ authorization }) => authorization), ['Bearer sk-wrong']);
    await eventually('no step is scored', async () => (await scores(editor.document)).join() === ',,,');
    process.env['STEPSCOPE_TEST_KEY'] = KEY;
    await run('scoreSteps');
    await eventually('scores', async () => (await scores(editor.document)).every((score) => score.startsWith('✓')));
    assert.doesNotMatch(JSON.stringify(vscode.workspace.getConfiguration('stepscope')) + (await hover(editor, 'In all the boxes')), /verysecret/);
    process.env['STEPSCOPE_TEST_KEY'] = 'sk-wrong-again';
    await configure('samples', 2);
    // The editor may tell of a changed setting after the command: then the first try finds nothing to score.
    await eventually('a changed key makes another connection', async () => {
      await run('scoreSteps');
      return server.asked.at(-1)?.authorization === 'Bearer sk-wrong-again';
    });
  });

  it('stops within a second when cancelled, and keeps what is done', async () => {
    const server = await start({ delay: 400 });
    await use(server);
    await configure('concurrency', 1);
    const editor = await openText(fresh(PHOTOS));
    const running = run('scoreSteps');
    await eventually('the first score', async () => (await scores(editor.document)).some((score) => score.startsWith('✓')));
    const since = Date.now();
    await run('cancelScoring');
    await running;
    assert.ok(Date.now() - since < 1000, `${Date.now() - since} ms`);
    assert.ok((await scores(editor.document)).some((score) => score.startsWith('✓')));
    const asked = server.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 900));
    assert.equal(server.asked.length, asked, 'nothing more is asked');
  });

  it('with settings that are wrong is not asked', async () => {
    const server = await start();
    await use(server);
    await configure('concurrency', 0);
    const editor = await openText(fresh(PHOTOS));
    await run('scoreSteps');
    await eventually('no step is scored', async () => (await scores(editor.document)).join() === ',,,');
    assert.equal(server.asked.length, 0);
  });
});

describe('connecting to a server', function () {
  this.timeout(LONG);
  const connect = (argument: unknown) => vscode.commands.executeCommand<{ endpoints: string[] } | undefined>('stepscope.connectServer', argument);

  it('asks what it can do, and changes no setting by itself', async () => {
    const server = await startLoopback();
    try {
      assert.deepEqual((await connect({ endpoints: [server.url] }))?.endpoints, [`${server.url}/v1`]);
      assert.ok(server.asked.length > 0 && server.asked.every(({ work }) => !work));
      assert.deepEqual(configuration().get('endpoints'), []);
    } finally {
      await server.kill();
    }
  });

  it('answers where the server is down, where a model is not served, and where the address is none', async () => {
    const server = await startLoopback({ ids: ['a', 'b'] });
    assert.equal(await connect({ endpoints: [server.url] }), undefined);
    assert.equal(await connect({ endpoints: [server.url], model: 'c' }), undefined);
    assert.equal((await connect({ endpoints: [server.url], model: 'b', api: 'chat' }))?.endpoints.length, 1);
    await server.kill();
    assert.equal(await connect({ endpoints: [server.url], model: 'b' }), undefined);
    assert.equal(await connect({ endpoints: ['nonsense', 7] }), undefined);
  });
});

describe('choosing a verifier', () => {
  const target = vscode.ConfigurationTarget;

  afterEach(async () => {
    for (const name of ['endpoints', 'model', 'prompt', 'servedModel', 'concurrency', 'keyVariable']) {
      await configuration().update(name, undefined, target.Global);
      await configuration().update(name, undefined, target.Workspace);
    }
  });

  it('writes where it is set, so that it holds', async () => {
    const server = { endpoints: ['http://127.0.0.1:1/v1'], model: 'm', api: 'chat', concurrency: 3, keyVariable: 'K' } as const;
    for (const where of [target.Global, target.Workspace]) {
      await configuration().update('endpoints', ['http://127.0.0.1:2'], target.Global);
      await configuration().update('endpoints', ['http://127.0.0.1:3'], where);
      for (const choice of [{ type: 'bundled' }, { type: 'server', server }, { type: 'folder', folder: '/a/model' }] as const) {
        assert.equal(await applyVerifierChoice(choice), true);
        assert.deepEqual(readVerifierChoice(), { ok: true, value: choice });
      }
    }
  });
});

describe('the commands about verifiers', function () {
  this.timeout(LONG);

  for (const command of ['chooseVerifier', 'connectServer', 'forgetServerKey', 'addModel']) {
    it(`${command} opens and closes without an editor`, async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      const running = run(command);
      let over = false;
      void running.then(() => (over = true));
      await eventually('it is over', async () => {
        await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
        return over;
      });
    });
  }
});
