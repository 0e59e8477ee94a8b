import assert from 'node:assert/strict';
import { connectTo, servers } from '../openai/serving.ts';
import { LLAMA_CPP, OLLAMA } from '../openai/flavours.ts';
import { abilityText, knownDetail, serverReport, serverText, sizeText } from '../../../src/vscode/describe-verifier.ts';
import { createKnownVerifiers, hashesOf, knownServer, serverKey } from '../../../src/vscode/known-verifiers.ts';
import type { ServerChoice } from '../../../src/vscode/server-settings.ts';
import { memoryStores } from './memory.ts';

const INFO = { name: 'mine', hash: 'h', weights: '8-bit, block 64', parameters: 29_365_760, context: 2048 };
const choice = (url: string, more: Partial<ServerChoice> = {}): ServerChoice => ({ endpoints: [`${url}/v1`], model: undefined, api: 'completions', concurrency: 64, keyVariable: undefined, ...more });

describe('verifiers that are known', () => {
  const { start, stop } = servers();
  afterEach(stop);

  it('are remembered, the newest of them, and tell of a change of what scores are keyed by', () => {
    let learned = 0;
    const { memento } = memoryStores();
    const known = createKnownVerifiers(memento, () => learned++);
    assert.equal(known.learn('/a', INFO), undefined);
    assert.deepEqual(known.learn('/a', { ...INFO, capabilities: { probabilities: true } }), INFO);
    assert.equal(learned, 1);
    known.learn('/a', { ...INFO, hash: 'other' });
    assert.equal(learned, 2);
    for (let model = 0; model < 20; model++) known.learn(`/${model}`, INFO);
    assert.equal(known.get('/a'), undefined);
    assert.equal(known.all().length, 20);
  });

  it('behind a server have one identity a mode where they are told something else in each', async () => {
    const server = await start();
    const plain = knownServer(choice(server.url), await connectTo([server]));
    assert.equal(hashesOf(plain).reasoned, hashesOf(plain).direct);
    const chat = choice(server.url, { api: 'chat' });
    const hashes = hashesOf(knownServer(chat, await connectTo([server], { api: 'chat', instruction: 'whatever it was connected with' })));
    assert.notEqual(hashes.reasoned, hashes.direct);
    assert.notEqual(hashes.reasoned, hashesOf(plain).reasoned);
    assert.notEqual(serverKey(chat), serverKey(choice(server.url)));
    assert.equal(serverKey(choice(server.url, { concurrency: 2, keyVariable: 'K' })), serverKey(choice(server.url)));
  });

  it('are described by size and by what they can and cannot do', () => {
    assert.equal(sizeText(INFO), '29M parameters · 8-bit, block 64');
    assert.equal(sizeText({ parameters: 7_615_616_512, weights: 'as served by vllm' }), '7.6B parameters · as served by vllm');
    assert.equal(sizeText({ parameters: 294_176, weights: '4-bit' }), '0.3M parameters · 4-bit');
    assert.equal(sizeText({ parameters: 0, weights: '' }), 'size not told');
    assert.equal(serverText(choice('http://a', { endpoints: ['http://a/v1', 'http://b/v1'], api: 'chat' })), 'http://a/v1 and 1 more (chat)');
    assert.equal(abilityText({ probabilities: true, masks: true, attention: false, notes: ['It is slow.'] }), 'Gives P(Yes), masks. Not chat prompts, internals. It is slow.');
    assert.equal(abilityText({ probabilities: true, masks: true, attention: true, gates: true, hidden: true }), 'Gives P(Yes), masks, internals. Not chat prompts.');
    assert.equal(abilityText({ probabilities: true, masks: true, attention: true }), 'Gives P(Yes), masks, attention. Not chat prompts, gates, hidden states.');
    assert.equal(abilityText({ probabilities: false }), 'Gives verdicts. Not P(Yes), chat prompts, masks, internals.');
    assert.equal(knownDetail({ ...INFO, server: choice('http://h'), capabilities: { probabilities: true } }), 'http://h/v1 (completions). Gives P(Yes). Not chat prompts, masks, internals.');
  });

  it('behind a server are reported as they were seen', async () => {
    const llama = serverReport(await connectTo([await start({ flavour: LLAMA_CPP, context: 2048 })]));
    assert.match(llama.can.join(' '), /P\(Yes\) from the \d+ likeliest tokens; beyond, with a bound\. The same seed gives the same text\. Reads 2048 tokens/);
    assert.deepEqual(llama.cannot, ['Masks, attention, gates and hidden states need a model folder.']);
    const ollama = serverReport(await connectTo([await start({ flavour: OLLAMA })]));
    assert.doesNotMatch(ollama.can.join(' '), /P\(Yes\)|Reads/);
    assert.match(ollama.cannot[0] ?? '', /no log-probabilities: a step gets a verdict and a hard score, no P\(Yes\)\.$/);
  });
});
