import assert from 'node:assert/strict';
import type { GenerateEvent, GenerateRequest } from '../../../src/core/model.ts';
import { StepscopeError } from '../../../src/core/result.ts';
import { VERDICT_READING, verifierPrompt } from '../../../src/core/verifier/prompt.ts';
import { connect, type ServedLanguageModel, type ServerOptions } from '../../../src/models/openai/connect.ts';
import { startServer, type FakeServer, type FakeServerOptions } from './fake-server.ts';

/** Servers of one test; `stop` in afterEach. */
export function servers() {
  const open: FakeServer[] = [];
  return {
    start: async (options?: FakeServerOptions): Promise<FakeServer> => {
      const server = await startServer(options);
      open.push(server);
      return server;
    },
    stop: () => Promise.all(open.splice(0).map((server) => server.kill())),
  };
}

/** With waits that a test can afford. */
export function connectTo(list: readonly { readonly url: string }[], options: Partial<ServerOptions> = {}): Promise<ServedLanguageModel> {
  return connect({ endpoints: list.map(({ url }) => url), backoff: 1, ...options });
}

export function verify(step: string, options: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    prompt: verifierPrompt('How many?', [step], 0, 'reasoned'),
    n: 1,
    maxNewTokens: 400,
    temperature: 0,
    topP: 1,
    seed: 0,
    ...VERDICT_READING,
    ...options,
  };
}

export type SampleEvent = Extract<GenerateEvent, { type: 'sample' }>;

export async function generate(model: ServedLanguageModel, requests: readonly GenerateRequest[], signal?: AbortSignal) {
  const samples: SampleEvent[] = [];
  const failed: Extract<GenerateEvent, { type: 'failed' }>[] = [];
  const streamed = new Map<string, string>();
  for await (const event of model.generate(requests, signal)) {
    if (event.type === 'sample') samples.push(event);
    else if (event.type === 'failed') failed.push(event);
    else streamed.set(`${event.request}/${event.sample}`, (streamed.get(`${event.request}/${event.sample}`) ?? '') + event.text);
  }
  return { samples: samples.sort((a, b) => a.request - b.request || a.sample - b.sample), failed, streamed };
}

/** For assert.rejects: the reason, what the sentence says, and that it is one. */
export function failsWith(reason: string, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StepscopeError, String(error));
    const { reason: actual, message: text } = error as StepscopeError;
    assert.equal(actual, reason, text);
    assert.match(text, message);
    assert.equal(text.split('\n').length, 1, 'one sentence');
    return true;
  };
}
