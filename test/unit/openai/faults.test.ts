import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { GenerateRequest } from '../../../src/core/model.ts';
import { analysisOf } from './fake-model.ts';
import { isWork, sendJson, type Asked, type Misbehaviour } from './fake-server.ts';
import { VLLM } from './flavours.ts';
import { connectTo, failsWith, generate, servers, verify } from './serving.ts';

const STREAM = { 'content-type': 'text/event-stream' };

/** Misbehaves in the first `times` requests of a method. */
function first(times: number, how: (response: ServerResponse, asked: Asked) => void): Misbehaviour {
  return (response, asked, count) => {
    if (count >= times) return false;
    how(response, asked);
    return true;
  };
}

const chunk = (text: string) => `data: ${JSON.stringify({ choices: [{ index: 0, text, logprobs: null, finish_reason: null }] })}\n\n`;

describe('servers that misbehave', function () {
  this.timeout(20_000);
  const { start, stop } = servers();
  afterEach(stop);

  const passing: readonly (readonly [string, (response: ServerResponse, asked: Asked) => void])[] = [
    ['429 with Retry-After', (response) => sendJson(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '0.05' })],
    ['503 with a date to come back', (response) => sendJson(response, 503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }, { 'retry-after': new Date(Date.now()).toUTCString() })],
    ['500', (response) => response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error')],
    ['a reset', (response) => response.socket?.resetAndDestroy()],
    ['a reset in the middle', (response) => response.writeHead(200, STREAM).write(chunk('Ana'), () => response.socket?.resetAndDestroy())],
    ['a stream that ends in the middle', (response) => response.writeHead(200, STREAM).end(chunk('Ana'))],
    ['a stream cut inside a chunk', (response) => response.writeHead(200, STREAM).end(`${chunk('Ana')}data: {"choices": [{"ind`)],
    ['a chunk that is no JSON', (response) => response.writeHead(200, STREAM).end('data: <oops>\n\ndata: [DONE]\n\n')],
    ['an error inside the stream', (response) => response.writeHead(200, STREAM).end(`${chunk('Ana')}data: {"error": {"message": "EngineCore died", "type": "InternalServerError", "code": 500}}\n\ndata: [DONE]\n\n`)],
    ['a page where a stream belongs', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>proxy</html>')],
    ['a chunk without end', (response) => response.writeHead(200, STREAM).end(`data: ${'x'.repeat(17 * 2 ** 20)}`)],
    ['a server that is shut down meanwhile', (response) => response.writeHead(200, STREAM).end(`data: ${JSON.stringify({ choices: [{ index: 0, text: 'Ana', finish_reason: 'abort', stop_reason: null }] })}\n\ndata: [DONE]\n\n`)],
    ['silence', () => undefined],
    ['silence in the middle', (response) => response.writeHead(200, STREAM).write(chunk('Ana'))],
  ];
  for (const [what, how] of passing) {
    it(`${what}: asked again, and the answer is whole`, async () => {
      const server = await start({ misbehave: first(2, how) });
      const model = await connectTo([server], { idleTimeout: 400 });
      const request = verify('right');
      const { samples, failed, streamed } = await generate(model, [request]);
      assert.deepEqual(failed, []);
      assert.equal(samples.length, 1);
      assert.equal(samples[0]?.text, analysisOf(request.prompt));
      assert.ok(samples[0].readout !== undefined);
      const shown = streamed.get('0/0') ?? '';
      assert.ok(shown === samples[0].text, shown);
    });
  }

  it('connects to a server that is busy at first', async () => {
    let busy = 2;
    const server = await start({ flavour: { ...VLLM, models: (id, context) => (busy-- > 0 ? { error: { message: 'slow down', code: 429 } } : VLLM.models(id, context)) } });
    assert.equal((await connectTo([server])).info.name, 'r-prm');
  });

  it('a reading that fails is made again without a new analysis', async () => {
    let broken = 2;
    const server = await start({
      misbehave(response, { body }) {
        if (body['stream'] === true || broken-- <= 0) return false;
        sendJson(response, 500, {});
        return true;
      },
    });
    const { samples } = await generate(await connectTo([server]), [verify('wrong')]);
    assert.ok((samples[0]?.readout?.[0] ?? 1) < 0.1);
    assert.equal(server.asked.filter((asked) => isWork(asked) && asked.body['stream'] === true).length, 1);
  });

  it('waits as long as it is asked to, and does not count it as a failure', async () => {
    const lines: string[] = [];
    const server = await start({ misbehave: first(12, (response) => sendJson(response, 429, {}, { 'retry-after': '0.01' })) });
    const { samples } = await generate(await connectTo([server], { retries: 1, log: (line) => lines.push(line) }), [verify('right')]);
    assert.equal(samples.length, 1);
    assert.ok(lines.length > 0 && lines.length <= 12);
    assert.match(lines[0] ?? '', /has too many requests: ask with less concurrency\. Asking again in 0\.0 s\.$/);
  });

  it('gives up after a bounded number of times, in one sentence that names the server', async () => {
    const server = await start({ misbehave: (response) => (response.writeHead(502).end(), true) });
    const model = await connectTo([server], { retries: 2 });
    const { failed } = await generate(model, [verify('right')]);
    assert.deepEqual(failed.map(({ reason }) => reason), ['server-unreachable']);
    assert.match(failed[0]?.message ?? '', /^http:\/\/127\.0\.0\.1:\d+\/v1 failed with status 502: look at its log\.$/);
    assert.equal(server.asked.filter(isWork).length, 3);
  });

  it('a server that is gone fails the batch, and serves the next one when it is back', async () => {
    const lines: string[] = [];
    const server = await start();
    const model = await connectTo([server], { log: (line) => lines.push(line) });
    await generate(model, [verify('right')]);
    await server.kill();
    await assert.rejects(generate(model, [verify('right'), verify('wrong')]), failsWith('server-unreachable', /ECONNREFUSED\): check the address and that the server runs/));
    await start({ port: Number(new URL(server.url).port) });
    assert.equal((await generate(model, [verify('right')])).samples.length, 1);
    assert.match(lines[0] ?? '', /ECONNREFUSED.*Asking whether it is back\.$/);
    assert.match(lines.at(-1) ?? '', /is back\.$/);
  });

  it('a request that is refused fails alone; a key that is not accepted ends the batch', async () => {
    const refuses = (status: number): Misbehaviour => (response, { body }) => {
      if (!String(body['prompt']).includes('odd')) return false;
      sendJson(response, status, { error: { message: 'no thanks.' } });
      return true;
    };
    const model = await connectTo([await start({ misbehave: refuses(422) })]);
    const { samples, failed } = await generate(model, [verify('odd', { n: 3 }), verify('right')]);
    assert.deepEqual([samples.map(({ request }) => request), failed.map(({ request, reason }) => [request, reason])], [[1], [[0, 'server-refused']]]);
    assert.match(failed[0]?.message ?? '', /refused the request \(status 422 \(no thanks\)\)\.$/);
    const locked = await connectTo([await start({ misbehave: refuses(401) })]);
    await assert.rejects(generate(locked, [verify('odd'), verify('right')]), failsWith('server-refused', /asks for a key \(status 401/));
  });

  it('stops when cancelled, though no server says a word, and ends the work there', async () => {
    let closed = 0;
    const server = await start({
      misbehave(response) {
        response.on('close', () => closed++);
        response.writeHead(200, STREAM).write(chunk('Ana'));
        return true;
      },
    });
    const model = await connectTo([server], { concurrency: 4 });
    const controller = new AbortController();
    const run = generate(model, Array.from({ length: 20 }, () => verify('right')), controller.signal);
    while (server.asked.filter(isWork).length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    await assert.rejects(run, failsWith('aborted', /cancelled/));
    while (closed < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(server.asked.filter(isWork).length, 4, 'nothing new was asked');
    await assert.rejects(model.nextTokenProbabilities(['Reply: '], [' Yes', ' No'], controller.signal), failsWith('aborted', /cancelled/));
  });

  it('ends the work on the server when the reader leaves', async () => {
    const server = await start();
    const model = await connectTo([server], { concurrency: 2 });
    for await (const event of model.generate(Array.from({ length: 50 }, () => verify('right')))) if (event.type === 'sample') break;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(server.asked.filter(isWork).length < 10);
  });

  describe('several endpoints', () => {
    const many = (n: number): GenerateRequest[] => Array.from({ length: n }, (_, i) => verify(`${i % 3 === 0 ? 'wrong' : 'right'} ${i}`));

    it('share the work within their limits', async () => {
      const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 2));
      const list = [await start({ before: slow }), await start({ before: slow })];
      const { samples } = await generate(await connectTo(list, { concurrency: 5 }), many(60));
      assert.equal(samples.length, 60);
      for (const server of list) {
        assert.ok(server.asked.filter(isWork).length > 40, 'about half of 120');
        assert.ok(server.busiest <= 7, `${server.busiest} at once; the probe asks 7`);
      }
    });

    it('one dies under load: nothing of 200 is lost, nothing comes twice', async () => {
      const healthy = await start();
      const dying = await start({
        misbehave(response, _asked, count) {
          if (count < 60) return false;
          if (count === 60) void dying.kill();
          response.socket?.resetAndDestroy();
          return true;
        },
      });
      const model = await connectTo([healthy, dying], { concurrency: 16 });
      const requests = many(200);
      const { samples, failed } = await generate(model, requests);
      assert.deepEqual(failed, []);
      assert.deepEqual(samples.map(({ request }) => request), requests.map((_, i) => i));
      samples.forEach((sample, i) => {
        assert.equal(sample.text, analysisOf(requests[i]?.prompt ?? ''));
        assert.equal((sample.readout?.[0] ?? NaN) > 0.5, i % 3 !== 0);
      });
      assert.ok(dying.asked.filter(isWork).length >= 60 && dying.asked.length < 200);
    });

    it('one that is away when connecting is used when it comes', async () => {
      const lines: string[] = [];
      let away = true;
      const healthy = await start({ before: () => new Promise((resolve) => setTimeout(resolve, 5)) });
      const late = await start({ flavour: { ...VLLM, models: (id, context) => (away ? ({ error: { message: 'starting', code: 503 } }) : VLLM.models(id, context)) } });
      const model = await connectTo([healthy, late], { concurrency: 2, log: (line) => lines.push(line) });
      assert.match(lines[0] ?? '', /failed with status 503 \(starting\): look at its log\. Going on without it\./);
      away = false;
      const { samples } = await generate(model, many(60));
      assert.equal(samples.length, 60);
      assert.ok(late.asked.filter(isWork).length > 0);
      assert.match(lines.at(-1) ?? '', /is back\.$/);
    });
  });
});

describe('secrets', () => {
  const { start, stop } = servers();
  afterEach(stop);
  const KEY = 'sk-verysecret-123';

  it('a key goes to the server and into no message, log or info', async () => {
    const said: string[] = [];
    const server = await start({ misbehave: (response) => (sendJson(response, 400, { error: { message: `Incorrect key ${KEY} for Bearer ${KEY}` } }), true) });
    const model = await connectTo([server], { key: KEY, log: (line) => said.push(line) });
    assert.ok(server.asked.every(({ headers }) => headers.authorization === `Bearer ${KEY}`));
    const { failed } = await generate(model, [verify('right')]);
    said.push(JSON.stringify(failed), JSON.stringify(model.info), JSON.stringify([...model.facts]));
    assert.match(said.join(), /Incorrect key \*\*\*/);
    assert.doesNotMatch(said.join(), /verysecret/);
  });

  it('so does a password in an address', async () => {
    const server = await start({ misbehave: (response) => (sendJson(response, 401, { detail: 'hunter%202 is wrong, hunter 2 too, and dXNlcjpodW50ZXIgMg==' }), true) });
    const url = server.url.replace('://', '://user:hunter%202@');
    const model = await connectTo([{ url }]);
    assert.equal(server.asked[0]?.headers.authorization, `Basic ${Buffer.from('user:hunter 2').toString('base64')}`);
    await assert.rejects(generate(model, [verify('right')]), (error: unknown) => {
      assert.ok(error instanceof Error);
      assert.doesNotMatch(error.message + (error.stack ?? ''), /hunter|dXNlcj/);
      return true;
    });
    await server.kill();
    await assert.rejects(connectTo([{ url }]), (error: unknown) => error instanceof Error && !/hunter/.test(error.message + String(error.stack)));
  });

  it('a key that no header can carry is refused without repeating it', async () => {
    const server = await start();
    await assert.rejects(connectTo([server], { key: `${KEY}\nx` }), (error: unknown) => {
      failsWith('server-refused', /has characters that no key has/)(error);
      return error instanceof Error && !error.message.includes('verysecret');
    });
  });

  it('is not carried to another address by a redirect', async () => {
    const other = await start();
    const server = await start({ misbehave: (response, { path }) => (response.writeHead(307, { location: other.url + path }).end(), true) });
    await assert.rejects(generate(await connectTo([server], { key: KEY }), [verify('right')]), failsWith('server-refused', /redirects elsewhere/));
    assert.equal(other.asked.length, 0);
  });
});
