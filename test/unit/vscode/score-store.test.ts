import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createScoreStore, type ScoreStore } from '../../../src/vscode/score-store.ts';
import { provenance, sample } from './scores.ts';

describe('score store', () => {
  let folder: string;
  const errors: unknown[] = [];
  const open = (): ScoreStore => createScoreStore(path.join(folder, 'scores'), (error) => errors.push(error));
  const file = async (): Promise<string> => path.join(folder, 'scores', (await readdir(path.join(folder, 'scores')))[0] ?? '');

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stepscope-store-'));
    errors.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('has nothing at first, and makes no folder for it', async () => {
    const store = open();
    await store.load('question');
    assert.equal(store.get('key'), undefined);
    assert.deepEqual(await readdir(folder), []);
  });

  it('shows a sample at once and finds it again after a restart', async () => {
    const store = open();
    store.add('question', 'key', 0, sample(0.9), provenance);
    assert.equal(store.get('key')?.samples.length, 1);
    await store.flush();
    const again = open();
    assert.equal(again.isLoaded('question'), false);
    await again.load('question');
    assert.equal(again.isLoaded('question'), true);
    assert.deepEqual(again.get('key'), { samples: [sample(0.9)], provenance });
  });

  it('reads what an older version stored, whose prompts were plain, and keeps a chat template', async () => {
    const store = open();
    const { prompt, ...older } = provenance;
    assert.equal(prompt, 'plain');
    store.add('question', 'older', 0, sample(0.9), older as typeof provenance);
    store.add('question', 'chat', 0, sample(0.9), { ...provenance, prompt: 'chat', template: 'abc' });
    store.add('question', 'newer', 0, sample(0.9), { ...provenance, prompt: 'telepathy' as 'chat' });
    await store.flush();
    const again = open();
    await again.load('question');
    assert.equal(again.get('older')?.provenance.prompt, 'plain');
    assert.deepEqual([again.get('chat')?.provenance.prompt, again.get('chat')?.provenance.template], ['chat', 'abc']);
    assert.equal(again.get('newer'), undefined);
  });

  it('keeps undefined through the disk: a sample without a verdict does not become 0', async () => {
    const store = open();
    store.add('question', 'key', 0, sample(undefined), provenance);
    await store.flush();
    const again = open();
    await again.load('question');
    const [read] = again.get('key')?.samples ?? [];
    assert.equal(read?.pYes, undefined);
    assert.equal(read?.verdict, undefined);
  });

  it('keeps the bound of a score, and why one is missing', async () => {
    const samples = [{ ...sample(0.9), pYesBound: 0.03 }, { ...sample(undefined), verdict: 'no' as const, unread: 'http://h/v1 returns no log-probabilities.' }];
    const store = open();
    samples.forEach((made, index) => store.add('question', 'key', index, made, provenance));
    await store.flush();
    const again = open();
    await again.load('question');
    assert.deepEqual(again.get('key')?.samples, samples);
  });

  it('gives samples in order and stops at a gap', async () => {
    const store = open();
    store.add('question', 'key', 2, sample(0.3), provenance);
    store.add('question', 'key', 0, sample(0.1), provenance);
    assert.deepEqual(store.get('key')?.samples.map(({ pYes }) => pYes), [0.1]);
    store.add('question', 'key', 1, sample(0.2), provenance);
    assert.deepEqual(store.get('key')?.samples.map(({ pYes }) => pYes), [0.1, 0.2, 0.3]);
    await store.flush();
  });

  it('survives a line that was cut off, and goes on after it', async () => {
    const store = open();
    store.add('question', 'one', 0, sample(0.9), provenance);
    store.add('question', 'two', 0, sample(0.8), provenance);
    await store.flush();
    const text = await readFile(await file(), 'utf8');
    await writeFile(await file(), text.slice(0, -40));
    const again = open();
    await again.load('question');
    assert.ok(again.get('one'));
    assert.equal(again.get('two'), undefined);
    again.add('question', 'three', 0, sample(0.7), provenance);
    await again.flush();
    const third = open();
    await third.load('question');
    assert.ok(third.get('one'));
    assert.ok(third.get('three'));
  });

  it('skips lines that are not records', async () => {
    const store = open();
    store.add('question', 'key', 0, sample(0.9), provenance);
    await store.flush();
    await appendFile(await file(), 'null\n[]\n{"type":"sample","key":"key","index":1}\n{"type":"sample","key":"key","index":1,"sample":{"pYes":7},"provenance":{}}\n');
    const again = open();
    await again.load('question');
    assert.equal(again.get('key')?.samples.length, 1);
  });

  it('writes in the order in which it was told, also what comes while it writes', async () => {
    const store = open();
    store.add('question', 'one', 0, sample(0.9), provenance);
    store.add('question', 'one', 1, sample(0.8), provenance);
    const writing = store.flush();
    store.add('question', 'two', 0, sample(0.7), provenance);
    store.add('other question', 'three', 0, sample(0.6), provenance);
    store.clear('question', ['one']);
    store.add('question', 'one', 0, sample(0.5), provenance);
    await writing;
    await store.flush();
    const again = open();
    await again.load('question');
    await again.load('other question');
    assert.deepEqual(['one', 'two', 'three'].map((key) => again.get(key)?.samples.map(({ pYes }) => pYes)), [[0.5], [0.7], [0.6]]);
  });

  it('forgets what is cleared, for good', async () => {
    const store = open();
    store.add('question', 'one', 0, sample(0.9), provenance);
    store.add('question', 'two', 0, sample(0.8), provenance);
    store.clear('question', ['one', 'unknown']);
    assert.equal(store.get('one'), undefined);
    await store.flush();
    const again = open();
    await again.load('question');
    assert.equal(again.get('one'), undefined);
    assert.ok(again.get('two'));
    again.add('question', 'one', 0, sample(0.6), provenance);
    await again.flush();
    const third = open();
    await third.load('question');
    assert.equal(third.get('one')?.samples[0]?.pYes, 0.6);
  });

  it('keeps a file for each question and reads only what is asked for', async () => {
    const store = open();
    store.add('first', 'one', 0, sample(0.9), provenance);
    store.add('second', 'two', 0, sample(0.8), provenance);
    await store.flush();
    assert.equal((await readdir(path.join(folder, 'scores'))).length, 2);
    const again = open();
    await again.load('second');
    assert.equal(again.get('one'), undefined);
    assert.ok(again.get('two'));
  });

  it('lives in memory where the disk refuses, and says so', async () => {
    await writeFile(path.join(folder, 'scores'), 'a file where the folder should be');
    const store = open();
    store.add('question', 'key', 0, sample(0.9), provenance);
    await store.flush();
    assert.equal(errors.length, 1);
    assert.ok(store.get('key'));
  });
});
