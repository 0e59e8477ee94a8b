import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StepscopeError } from '../../../src/core/result.ts';
import { downloadModel } from '../../../src/models/hub/download-model.ts';
import { parseRepository } from '../../../src/models/hub/repository.ts';
import { accessFromEnvironment } from '../../../src/models/hub/request.ts';
import { startHub, type Fault, type HubServer } from './hub-server.ts';

const WEIGHTS = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
const FILES = {
  'config.json': Buffer.from('{"model_type": "llama"}'),
  'tokenizer.json': Buffer.from('{}'),
  'model.safetensors': WEIGHTS,
  'pytorch_model.bin': Buffer.alloc(5000),
  'README.md': Buffer.from('a card'),
};
const REPOSITORY = { id: 'owner/model', revision: 'main' };

describe('download from a hub (stand-in on loopback)', function () {
  this.timeout(30_000);
  let hub: HubServer;
  let folder = '';
  beforeEach(async () => {
    hub = await startHub('owner/model', FILES, [{ rfilename: '../outside.json', size: 2, blobId: '0'.repeat(40) }, { rfilename: '/etc/config.json', size: 2, blobId: '0'.repeat(40) }]);
    folder = mkdtempSync(path.join(os.tmpdir(), 'stepscope-hub-'));
  });
  afterEach(async () => {
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const download = (options: { readonly signal?: AbortSignal; readonly token?: string; readonly onDone?: (done: number) => void } = {}) =>
    downloadModel(REPOSITORY, folder, { endpoint: hub.endpoint, backOffMs: 1, ...(options.token === undefined ? {} : { token: options.token }) }, ({ done }) => options.onDone?.(done), options.signal);
  const fault = (...list: readonly Fault[]) => hub.faults.set('model.safetensors', [...list]);
  const asked = () => hub.requests.filter(({ path: asked }) => asked.endsWith('model.safetensors'));
  const isWhole = () => assert.deepEqual(readFileSync(path.join(folder, 'model.safetensors')), WEIGHTS);

  it('brings what a conversion needs, and nothing else', async () => {
    let last = 0;
    await download({ onDone: (done) => (last = done) });
    assert.deepEqual(readdirSync(folder).sort(), ['config.json', 'model.safetensors', 'tokenizer.json']);
    isWhole();
    assert.equal(last, FILES['config.json'].length + FILES['tokenizer.json'].length + WEIGHTS.length);
    const before = hub.requests.length;
    await download();
    assert.equal(hub.requests.length, before + 1, 'the second time only the list is asked for');
  });

  it('brings the chat template, whatever its shape', async () => {
    const chat = { 'tokenizer_config.json': '{}', 'special_tokens_map.json': '{}', 'chat_template.json': '{}', 'chat_template.jinja': 'x' };
    const chatty = await startHub('owner/model', { ...FILES, ...Object.fromEntries(Object.entries(chat).map(([name, text]) => [name, Buffer.from(text)])) });
    await downloadModel(REPOSITORY, folder, { endpoint: chatty.endpoint, backOffMs: 1 });
    await chatty.close();
    for (const [name, text] of Object.entries(chat)) assert.equal(readFileSync(path.join(folder, name), 'utf8'), text);
  });

  it('goes on with a range where a connection broke off, however often', async () => {
    fault(...[10_000, 7, 20_000].map((after): Fault => ({ type: 'drop', after })));
    await download();
    isWhole();
    const ranges = asked().map(({ range }) => range);
    assert.deepEqual(ranges, [undefined, 'bytes=10000-', 'bytes=10007-', 'bytes=30007-']);
  });

  it('goes on in a later run, too', async () => {
    fault({ type: 'drop', after: 12_345 }, ...Array.from({ length: 9 }, (): Fault => ({ type: 'status', status: 503 })));
    await assert.rejects(download(), /goes on from byte 12345/);
    assert.ok(existsSync(path.join(folder, 'model.safetensors.partial')) && !existsSync(path.join(folder, 'model.safetensors')));
    hub.faults.clear();
    await download();
    isWhole();
    assert.equal(asked().at(-1)?.range, 'bytes=12345-');
  });

  const survived: readonly (readonly [string, readonly Fault[]])[] = [
    ['a range that the server ignores', [{ type: 'drop', after: 5000 }, { type: 'ignore-range' }]],
    ['a range that the server gets wrong', [{ type: 'drop', after: 5000 }, { type: 'wrong-range' }]],
    ['a corrupt range', [{ type: 'drop', after: 5000 }, { type: 'corrupt' }]],
    ['more bytes than the file has', [{ type: 'too-much' }]],
    ['429 and 500', [{ type: 'status', status: 429 }, { type: 'status', status: 500 }]],
  ];
  for (const [what, faults] of survived) {
    it(`survives ${what}`, async () => {
      fault(...faults);
      await download();
      isWhole();
    });
  }

  it('gives up on a file that always comes corrupt, and leaves no file of that name', async () => {
    fault(...Array.from({ length: 9 }, (): Fault => ({ type: 'corrupt' })));
    await assert.rejects(download(), /model\.safetensors of owner\/model arrived twice with a wrong checksum/);
    assert.ok(!existsSync(path.join(folder, 'model.safetensors')));
  });

  it('does not trust a file that lies there with the right size', async () => {
    writeFileSync(path.join(folder, 'model.safetensors'), Buffer.alloc(WEIGHTS.length));
    await download();
    isWhole();
  });

  it('tries the list again, and names what is missing, forbidden or not there', async () => {
    hub.faults.set('list', [{ type: 'status', status: 502 }, { type: 'drop', after: 0 }]);
    await download();
    hub.faults.set('list', [{ type: 'status', status: 404 }]);
    await assert.rejects(download(), /owner\/model.*does not exist there: check the name/);
    hub.faults.set('list', [{ type: 'status', status: 401 }]);
    await assert.rejects(download(), /accept its terms on its page and set HF_TOKEN/);
    const bare = await startHub('owner/model', { 'config.json': FILES['config.json'] });
    await assert.rejects(downloadModel(REPOSITORY, folder, { endpoint: bare.endpoint }), /has no tokenizer\.json and no model\.safetensors/);
    await bare.close();
    await assert.rejects(downloadModel(REPOSITORY, folder, { endpoint: bare.endpoint, backOffMs: 1 }), /could not be reached after 5 tries \(ECONNREFUSED\)/);
  });

  it('stops when cancelled and keeps what has come', async () => {
    const controller = new AbortController();
    fault({ type: 'drop', after: 20_000 });
    const run = download({ signal: controller.signal, onDone: (done) => done > 15_000 && controller.abort() });
    await assert.rejects(run, (error: unknown) => error instanceof StepscopeError && (error as StepscopeError).reason === 'aborted');
    await download();
    isWhole();
  });

  it('sends the token to the hub and never shows it', async () => {
    hub.faults.set('list', [{ type: 'status', status: 403 }]);
    const error = await download({ token: 'hf_secret' }).catch((caught: unknown) => caught);
    assert.ok(error instanceof Error && !`${error.message}${error.stack ?? ''}`.includes('hf_secret'));
    assert.equal(hub.requests[0]?.authorization, 'Bearer hf_secret');
  });
});

describe('names of repositories', () => {
  it('reads ids, revisions and addresses of pages', () => {
    const read = (text: string) => {
      const result = parseRepository(text);
      return result.ok ? `${result.value.id}@${result.value.revision}` : undefined;
    };
    assert.equal(read('kevinpro/R-PRM-7B-DPO'), 'kevinpro/R-PRM-7B-DPO@main');
    assert.equal(read(' gpt2 '), 'gpt2@main');
    assert.equal(read('a/b@v1.0'), 'a/b@v1.0');
    assert.equal(read('https://huggingface.co/a/b'), 'a/b@main');
    assert.equal(read('https://mirror.example/a/b/tree/refs%2Fpr%2F1'), 'a/b@refs/pr/1');
    for (const bad of ['', 'a/b/c', '../x', 'a/..', 'a b/c', 'a/b@', 'a/b@../x', 'https://', 'a/b?x']) assert.equal(read(bad), undefined, bad);
  });

  it('takes the hub and the token from the environment', () => {
    assert.deepEqual(accessFromEnvironment({}), { endpoint: 'https://huggingface.co' });
    assert.deepEqual(accessFromEnvironment({ HF_ENDPOINT: 'http://127.0.0.1:9/', HF_TOKEN: ' t ' }), { endpoint: 'http://127.0.0.1:9', token: 't' });
  });
});
