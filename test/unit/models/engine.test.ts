import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { scoreTrace } from '../../../src/core/verifier/score-trace.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../../src/core/verifier/settings.ts';
import type { ScoreEvent } from '../../../src/core/verifier/events.ts';
import { StepscopeError } from '../../../src/core/result.ts';
import type { LanguageModel } from '../../../src/core/model.ts';
import { verifierPrompt } from '../../../src/core/verifier/prompt.ts';
import { createRandom } from '../../../src/core/random.ts';
import { createEngine, type Engine } from '../../../src/models/onnx/engine.ts';
import { repoRoot } from '../formats/shared-data.ts';
import { failsWith } from './fails-with.ts';
import { bundledModel } from './shared-models.ts';

const ENGINE = path.join(repoRoot(), 'dist', 'engine.js');
const REQUEST = {
  problem: 'Anna has 12 apples. Anna buys 5 more apples. How many apples does Anna have now?',
  steps: ['Anna gets 5 more apples: 12 + 5 = 17.', 'So the answer is 17.'],
  settings: DEFAULT_VERIFIER_SETTINGS,
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function collect(events: AsyncIterable<ScoreEvent>, onEvent?: (event: ScoreEvent) => void): Promise<ScoreEvent[]> {
  const list: ScoreEvent[] = [];
  for await (const event of events) {
    list.push(event);
    onEvent?.(event);
  }
  return list;
}

describe('engine process', function () {
  this.timeout(120_000);
  let engine: Engine;
  let work = '';
  beforeEach(() => {
    engine = createEngine({ enginePath: ENGINE });
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-engine-'));
  });
  afterEach(() => {
    engine.dispose();
    rmSync(work, { recursive: true, force: true });
  });
  const copy = () => {
    const folder = path.join(work, 'model');
    cpSync(bundledModel('r-prm'), folder, { recursive: true });
    return folder;
  };

  it('scores a trace in another process, and ends with the client', async () => {
    const model = await engine.load(bundledModel('r-prm'));
    assert.notEqual(engine.pid, undefined);
    assert.notEqual(engine.pid, process.pid);
    const events = await collect(scoreTrace(model, REQUEST));
    assert.equal(events.filter((event) => event.type === 'step').length, 2);
    const pid = engine.pid ?? 0;
    engine.dispose();
    await untilDead(pid);
  });

  it('names a killed engine, keeps what was done, and runs again', async () => {
    const model = await engine.load(bundledModel('r-prm'));
    const first = engine.pid ?? 0;
    const kept: ScoreEvent[] = [];
    const run = collect(scoreTrace(model, { ...REQUEST, settings: { ...REQUEST.settings, k: 30, temperature: 1 } }), (event) => {
      kept.push(event);
      if (event.type === 'sample') process.kill(first, 'SIGKILL');
    });
    await assert.rejects(run, failsWith('engine-exited', /ended unexpectedly \(SIGKILL\).*run the command again/));
    assert.ok(kept.some((event) => event.type === 'sample'));
    const events = await collect(scoreTrace(model, REQUEST));
    assert.equal(events.at(-1)?.type, 'finished');
    assert.notEqual(engine.pid, first);
  });

  it('notices an engine that hangs, ends it, and runs again', async () => {
    const model = await engine.load(bundledModel('r-prm'));
    const first = engine.pid ?? 0;
    const run = collect(scoreTrace(model, { ...REQUEST, settings: { ...REQUEST.settings, k: 30 } }), (event) => {
      if (event.type === 'sample') process.kill(first, 'SIGSTOP');
    });
    await assert.rejects(run, failsWith('engine-hung', /did not answer for 4 s and was stopped.*run the command again/));
    await untilDead(first);
    assert.equal((await collect(scoreTrace(model, REQUEST))).at(-1)?.type, 'finished');
    assert.notEqual(engine.pid, first);
  });

  it('refuses a model that does not fit into memory, with both numbers', async () => {
    const folder = copy();
    const file = path.join(folder, 'stepscope.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"layers": 8', '"layers": 8000000'));
    await assert.rejects(engine.load(folder), failsWith('model-too-large', /needs about [\d.]+ GB of memory and [\d.]+ GB are free: convert it with --bits 4/));
  });

  // The engine's memory is read from /proc.
  (process.platform === 'linux' ? it : it.skip)('leaks neither memory nor requests over 200 random interleavings of runs and aborts', async () => {
    const model = await engine.load(bundledModel('r-prm'));
    const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${engine.pid}/status`, 'utf8'))?.[1]) / 1024;
    const random = createRandom(1, 1);
    let half = 0;
    for (let round = 0; round < 200; round += 4) {
      if (round === 100) half = resident();
      await Promise.all([0, 1, 2, 3].map(() => interleave(model, Math.floor(random() * 8), 1 + Math.floor(random() * 3))));
    }
    assert.equal((await collect(scoreTrace(model, REQUEST))).at(-1)?.type, 'finished');
    assert.ok(resident() - half < 60, `grew from ${half} to ${resident()} MB in the second half`);
  });

  it('stops when aborted, and serves the next request', async () => {
    const model = await engine.load(bundledModel('r-prm'));
    const controller = new AbortController();
    const run = collect(scoreTrace(model, { ...REQUEST, settings: { ...REQUEST.settings, k: 30 } }, controller.signal), (event) => {
      if (event.type === 'sample') controller.abort();
    });
    await assert.rejects(run, failsWith('aborted', /cancelled/));
    assert.equal((await collect(scoreTrace(model, REQUEST))).at(-1)?.type, 'finished');
  });

  it('shares one load between several callers', async () => {
    const [a, b] = await Promise.all([engine.load(bundledModel('r-prm')), engine.load(bundledModel('r-prm'))]);
    assert.equal(a.info.hash, b.info.hash);
    const [x, y] = await Promise.all([collect(scoreTrace(a, REQUEST)), collect(scoreTrace(b, REQUEST))]);
    const scores = (events: readonly ScoreEvent[]) => events.flatMap((event) => (event.type === 'step' ? [[event.step, event.score.pYes]] : [])).sort();
    assert.deepEqual(scores(x), scores(y));
  });

  describe('bad models: one sentence each, and the engine serves the next request', () => {
    const cases: readonly (readonly [string, (folder: string) => void, string, RegExp])[] = [
      ['no model in the folder', (folder) => rmSync(path.join(folder, 'stepscope.json')), 'model-missing', /model holds no converted model.*stepscope convert/],
      ['weights missing', (folder) => rmSync(path.join(folder, 'model.onnx.data')), 'model-missing', /model\.onnx\.data is missing: restore it/],
      ['weights truncated', (folder) => truncateSync(path.join(folder, 'model.onnx.data'), 1000), 'model-invalid', /model\.onnx\.data has 1000 bytes where \d+ belong/],
      [
        'weights altered',
        (folder) => {
          const file = path.join(folder, 'model.onnx.data');
          const bytes = readFileSync(file);
          bytes[5000] = (bytes[5000] ?? 0) ^ 1;
          writeFileSync(file, bytes);
        },
        'model-invalid',
        /model\.onnx\.data is not the file that was converted/,
      ],
      ['manifest damaged', (folder) => truncateSync(path.join(folder, 'stepscope.json'), 100), 'model-invalid', /stepscope\.json is damaged/],
      ['manifest of another kind', (folder) => writeFileSync(path.join(folder, 'stepscope.json'), '{"graph": 1}'), 'model-invalid', /stepscope\.json is damaged/],
      ['a tokenizer of another model', (folder) => replaceTokenizer(folder, (text) => text.replace('"<|im_end|>"', '"<|other|>"').replace(/"id":\s*4,/, '"id": 90000,')), 'tokenizer-mismatch', /tokenizer\.json does not fit the model/],
      ['a tokenizer that is no JSON', (folder) => replaceTokenizer(folder, () => 'nonsense'), 'tokenizer-mismatch', /tokenizer\.json does not fit the model: it cannot be read/],
      ['an empty tokenizer', (folder) => replaceTokenizer(folder, () => '{}'), 'tokenizer-mismatch', /tokenizer\.json does not fit the model/],
    ];
    for (const [what, spoil, reason, message] of cases) {
      it(what, async () => {
        const folder = copy();
        spoil(folder);
        await assert.rejects(engine.load(folder), failsWith(reason, message));
        const model = await engine.load(bundledModel('r-prm'));
        assert.equal((await collect(scoreTrace(model, REQUEST))).at(-1)?.type, 'finished');
      });
    }

    it('a folder that is not there', async () => {
      await assert.rejects(engine.load(path.join(work, 'absent')), failsWith('model-missing', /absent holds no converted model/));
    });
  });

  it('says so when its own script is missing', async () => {
    const broken = createEngine({ enginePath: path.join(work, 'no-engine.js') });
    await assert.rejects(broken.load(bundledModel('r-prm')), failsWith('engine-exited', /ended unexpectedly/));
    broken.dispose();
  });

  it('leaves no process behind when its client is killed', async () => {
    const script = path.join(work, 'client.cjs');
    mkdirSync(work, { recursive: true });
    writeFileSync(script, `const child = require('node:child_process').fork(${JSON.stringify(ENGINE)}, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }); process.send(child.pid); setInterval(() => {}, 1000);`);
    const { fork } = await import('node:child_process');
    const client = fork(script, { execArgv: [] });
    const pid = await new Promise<number>((resolve) => client.once('message', (message) => resolve(message as number)));
    assert.ok(isAlive(pid));
    client.kill('SIGKILL');
    await untilDead(pid);
    assert.ok(existsSync(ENGINE));
  });
});

/** Starts a run and aborts it after a few texts, or lets it end. */
async function interleave(model: LanguageModel, abortAfter: number, n: number): Promise<void> {
  const controller = new AbortController();
  let texts = 0;
  if (abortAfter === 0) setImmediate(() => controller.abort());
  const requests = [0, 1].map((step) => ({ prompt: verifierPrompt(REQUEST.problem, REQUEST.steps, step, 'reasoned'), n, maxNewTokens: 12, temperature: 1, topP: 1, seed: 0, stop: [] }));
  try {
    for await (const event of model.generate(requests, controller.signal)) if (event.type === 'text' && ++texts === abortAfter) controller.abort();
  } catch (error) {
    assert.ok(error instanceof StepscopeError && (error as StepscopeError).reason === 'aborted', String(error));
  }
}

/** Writes another tokenizer and a manifest that fits it, so that only the tokenizer itself is wrong. */
function replaceTokenizer(folder: string, change: (text: string) => string): void {
  const file = path.join(folder, 'tokenizer.json');
  const bytes = Buffer.from(change(readFileSync(file, 'utf8')));
  writeFileSync(file, bytes);
  const manifestFile = path.join(folder, 'stepscope.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { files: Record<string, object> };
  delete manifest.files['tokenizer.json'];
  writeFileSync(manifestFile, JSON.stringify(manifest));
}
