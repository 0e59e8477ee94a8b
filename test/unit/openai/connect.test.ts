import assert from 'node:assert/strict';
import { chatInstruction } from '../../../src/core/verifier/chat-prompt.ts';
import { VERDICT_MARKER, VERDICTS, verifierPrompt } from '../../../src/core/verifier/prompt.ts';
import { analysisOf } from './fake-model.ts';
import { LLAMA_CPP, OLLAMA, VLLM } from './flavours.ts';
import { connectTo, failsWith, generate, servers, verify } from './serving.ts';

describe('connecting to a server', () => {
  const { start, stop } = servers();
  afterEach(stop);

  describe('asks what it can, and claims nothing else', () => {
    it('vLLM: 20 log-probabilities, continues, names its stops', async () => {
      const server = await start({ flavour: VLLM, context: 4096 });
      const model = await connectTo([server]);
      const facts = model.facts.get(`${server.url}/v1`);
      assert.ok(facts !== undefined);
      const { dialect, top, continues, stops, seeds, several, context } = facts;
      assert.deepEqual([dialect.model, dialect.extras, continues, stops, seeds, several, context], ['r-prm', true, true, true, true, true, 4096]);
      assert.ok(top > 0 && top <= 20);
      assert.deepEqual([model.info.name, model.info.weights, model.info.context, model.info.parameters], ['r-prm', 'as served by vllm', 4096, 0]);
      assert.deepEqual(model.capabilities, { probabilities: true });
    });

    it('llama.cpp: the context that it runs with, its parameters, stops that it does not name', async () => {
      const server = await start({ flavour: LLAMA_CPP, context: 2048 });
      const model = await connectTo([server]);
      assert.equal(model.facts.get(`${server.url}/v1`)?.stops, false);
      assert.deepEqual([model.info.context, model.info.parameters, model.capabilities.probabilities], [2048, 29365760, true]);
    });

    it('Ollama: no log-probabilities, a template around the prompt', async () => {
      const server = await start({ flavour: OLLAMA });
      const model = await connectTo([server], { model: 'r-prm' });
      const facts = model.facts.get(`${server.url}/v1`);
      assert.deepEqual([facts?.top, facts?.continues, model.info.name, model.info.context], [0, false, 'r-prm:latest', 0]);
      assert.equal(model.capabilities.probabilities, false);
      assert.deepEqual(model.capabilities.notes, [
        'The server lists no log-probabilities: a step gets a verdict and a hard score, no P(Yes).',
        'The server wraps the prompt in a chat template, so the model does not read it as it is.',
        'The server does not say how long a text it reads: a prompt may be cut without a word.',
      ]);
    });

    it('a server that refuses fields it does not know is asked without them', async () => {
      const server = await start({ strict: true });
      const model = await connectTo([server]);
      const facts = model.facts.get(`${server.url}/v1`);
      assert.deepEqual([facts?.dialect.extras, model.capabilities.probabilities], [false, true]);
      const { samples } = await generate(model, [verify('right')]);
      assert.equal(samples[0]?.finish, 'stop');
    });

    it('chat: only a server that goes on with a reply is said to continue one', async () => {
      const vllm = await start({ flavour: VLLM });
      const stubborn = await start({ flavour: { ...VLLM, prefills: false } });
      const [a, b] = await Promise.all([connectTo([vllm], { api: 'chat' }), connectTo([stubborn], { api: 'chat' })]);
      assert.deepEqual([a.capabilities.probabilities, b.capabilities.probabilities], [true, false]);
    });
  });

  it('names a model by what the servers say of it, not by where they are', async () => {
    const [a, b, c] = [await start(), await start(), await start({ id: 'other' })];
    const hash = async (server: typeof a, api?: 'chat') => (await connectTo([server], api === undefined ? {} : { api, instruction: chatInstruction('reasoned') })).info.hash;
    assert.equal(await hash(a), await hash(b));
    assert.match(await hash(a), /^[0-9a-f]{64}$/);
    assert.notEqual(await hash(a), await hash(c));
    assert.notEqual(await hash(a), await hash(a, 'chat'));
  });

  it('notices that a server was given another model, or is gone', async () => {
    const server = await start();
    const model = await connectTo([server]);
    const { signal } = new AbortController();
    const asked = server.asked.length;
    assert.equal(await model.stillServed(signal), true);
    assert.deepEqual(server.asked.slice(asked).map(({ path }) => path), ['/v1/models']);
    await server.kill();
    assert.equal(await model.stillServed(signal), false);
    await start({ port: Number(new URL(server.url).port), id: 'other' });
    assert.equal(await model.stillServed(signal), false);
    await assert.rejects(model.stillServed(AbortSignal.abort()), failsWith('aborted', /cancelled/));
  });

  it('sends each endpoint its own key', async () => {
    const [a, b] = [await start(), await start()];
    await connectTo([a, b], { key: (address) => (address === a.url ? 'key-of-a' : undefined) });
    assert.ok(a.asked.every(({ headers }) => headers.authorization === 'Bearer key-of-a'));
    assert.ok(b.asked.every(({ headers }) => headers.authorization === undefined));
  });

  it('takes an address with and without /v1', async () => {
    const { url } = await start();
    for (const endpoint of [url, `${url}/`, `${url}/v1`, `${url}/v1/`]) assert.equal((await connectTo([{ url: endpoint }])).info.name, 'r-prm');
  });

  it('chat sends the instruction first, then the prompt, and begins the reply where it reads', async () => {
    const server = await start();
    const model = await connectTo([server], { api: 'chat', instruction: 'Judge.' });
    const request = verify('right');
    const { samples } = await generate(model, [request]);
    assert.equal(samples[0]?.text, analysisOf(request.prompt));
    assert.ok(Math.abs((samples[0].readout?.[0] ?? 0) - 0.9 / 0.96) < 1e-9);
    const last = server.asked.at(-1);
    assert.equal(last?.path, '/v1/chat/completions');
    const begun = samples[0].text.slice(0, samples[0].text.indexOf(VERDICT_MARKER) + VERDICT_MARKER.length);
    assert.deepEqual(last.body['messages'], [
      { role: 'system', content: 'Judge.' },
      { role: 'user', content: request.prompt },
      { role: 'assistant', content: begun },
    ]);
    assert.deepEqual([last.body['continue_final_message'], last.body['add_generation_prompt'], last.body['logprobs'], last.body['max_tokens']], [true, false, true, 1]);
  });

  it('switches off the samplers that servers switch on by themselves', async () => {
    const server = await start();
    await generate(await connectTo([server]), [verify('right', { n: 2, temperature: 0.95, topP: 0.9 })]);
    const sampled = server.asked.filter(({ body }) => body['temperature'] === 0.95);
    assert.equal(sampled.length, 2);
    for (const { body } of sampled) assert.deepEqual([body['top_p'], body['top_k'], body['min_p'], body['repetition_penalty']], [0.9, -1, 0, 1]);
    assert.notEqual(sampled[0]?.body['seed'], sampled[1]?.body['seed']);
  });

  it('reads a prompt in one pass: the same numbers as after an analysis', async () => {
    const server = await start();
    const model = await connectTo([server]);
    const prompts = ['right', 'wrong'].map((step) => verifierPrompt('How many?', [step], 0, 'direct'));
    const readings = await model.nextTokenProbabilities(prompts, VERDICTS);
    assert.deepEqual(readings.map((reading) => reading.ok && Math.round(100 * (reading.probabilities[0] ?? 0))), [94, 6]);
    assert.ok(readings.every((reading) => reading.ok && reading.tokens > 0));
  });

  describe('refuses in one sentence', () => {
    it('a model that is not served', async () => {
      await assert.rejects(connectTo([await start()], { model: 'qwen' }), failsWith('server-refused', /\/v1 has no model "qwen": it serves r-prm\.$/));
    });

    it('several models, none named', async () => {
      const flavour = { ...VLLM, models: () => ({ object: 'list', data: [{ id: 'a' }, { id: 'b' }] }) };
      await assert.rejects(connectTo([await start({ flavour })]), failsWith('server-refused', /serves several models: name one of a, b\.$/));
    });

    it('endpoints of two models', async () => {
      const other = { ...VLLM, models: (id: string, context: number) => JSON.parse(JSON.stringify(VLLM.models(id, context)).replace('kevinpro', 'somebody')) as object };
      await assert.rejects(connectTo([await start(), await start({ flavour: other })]), failsWith('model-invalid', /serves another "r-prm" \(somebody\/r-prm\).*one model/));
    });

    it('something that is no such server', async () => {
      const flavour = { ...VLLM, models: () => ({ hello: 'world' }) };
      await assert.rejects(connectTo([await start({ flavour })]), failsWith('server-malformed', /is no list of models/));
    });

    it('no server at the address', async () => {
      const gone = await start();
      await gone.kill();
      await assert.rejects(connectTo([gone]), failsWith('server-unreachable', /ECONNREFUSED\): check the address/));
    });

    for (const address of ['localhost:8000', 'file:///etc', 'nonsense', 'http://127.0.0.1:1/v1?key=abc']) {
      it(`the address ${address}`, async () => {
        await assert.rejects(connectTo([{ url: address }]), failsWith('server-refused', /no address of a server|query/));
      });
    }
  });
});
