import { setImmediate } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { Endpoint } from './endpoint.ts';
import { aborted, quoted, ServerFault } from './fault.ts';
import { parseObject, type Json } from './json.ts';
import { pushStream } from './push-stream.ts';
import { readError } from './wire.ts';

export interface Exchange {
  readonly endpoint: Endpoint;
  /** After the endpoint's address, for example `/completions`. */
  readonly path: string;
  /** A POST with this JSON; a GET when absent. */
  readonly body?: Json;
  /** Longest silence of the server, in milliseconds. */
  readonly idleTimeout: number;
  readonly signal: AbortSignal;
}

/** Far above any honest answer: a server that sends more is broken, and must not fill the memory. */
const MAX_CHARACTERS = 16 * 2 ** 20;
const MAX_ERROR_CHARACTERS = 64 * 2 ** 10;

/** One JSON object for one request. Throws ServerFault, or `aborted`. */
export async function requestJson(exchange: Exchange): Promise<Json> {
  return withIdleLimit(exchange, async (signal, alive) => {
    const response = await send(exchange, signal);
    const text = await readText(exchange, response, alive, MAX_CHARACTERS);
    const body = parseObject(text);
    if (body === undefined) throw garbled(exchange, `answered ${contentType(response)} that is no JSON object (${quoted(exchange.endpoint.redact(text)).slice(0, 80)}): is it an OpenAI-compatible server?`);
    // Some gateways report a failure with status 200.
    if (body['error'] !== undefined && body['choices'] === undefined && body['data'] === undefined) throw refusal(exchange, 0, body, undefined);
    return body;
  });
}

/**
 * The chunks of a server-sent event stream, until `[DONE]` or its end. Throws ServerFault: also for an error inside the
 * stream. Leaving the loop early ends the connection, which ends the generation on the server.
 */
export function requestStream(exchange: Exchange): AsyncGenerator<Json> {
  const work = (push: (chunk: Json) => void, signal: AbortSignal) =>
    withIdleLimit({ ...exchange, signal }, async (limited, alive) => {
      const response = await send(exchange, limited);
      if (!contentType(response).startsWith('text/event-stream')) {
        const text = await readText(exchange, response, alive, MAX_ERROR_CHARACTERS);
        throw garbled(exchange, `answered ${contentType(response)} where a stream of events belongs (${quoted(exchange.endpoint.redact(text)).slice(0, 80)}): is it an OpenAI-compatible server?`);
      }
      await readEvents(exchange, response, alive, push);
    });
  return pushStream(work, exchange.signal);
}

/** Runs one exchange; every sign of life starts the clock again. */
async function withIdleLimit<T>(exchange: Exchange, work: (signal: AbortSignal, alive: () => void) => Promise<T>): Promise<T> {
  const silent = new AbortController();
  const start = () => setTimeout(() => silent.abort(), exchange.idleTimeout);
  let timer = start();
  const alive = () => {
    clearTimeout(timer);
    timer = start();
  };
  try {
    if (exchange.signal.aborted) throw aborted();
    return await work(AbortSignal.any([exchange.signal, silent.signal]), alive);
  } catch (error) {
    if (exchange.signal.aborted) throw aborted();
    if (silent.signal.aborted) throw new ServerFault('endpoint', 'server-unreachable', `${exchange.endpoint.url} sent nothing for ${exchange.idleTimeout / 1000} s: check that it is not overloaded, or ask with less concurrency.`);
    throw error instanceof ServerFault ? error : lost(exchange, error);
  } finally {
    clearTimeout(timer);
  }
}

let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that no other request begins in. All requests of a batch come at once, and each holds the
 * thread up for a millisecond or two, with a long prompt or in an editor, whose `fetch` looks at settings first.
 */
function ownTurn(): Promise<unknown> {
  return (lastTurn = lastTurn.then(() => setImmediate()));
}

async function send({ endpoint, path, body }: Exchange, signal: AbortSignal): Promise<Response> {
  const exchange = { endpoint, path };
  await ownTurn();
  const response = await fetch(endpoint.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...endpoint.headers, accept: 'application/json, text/event-stream', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // A redirect would take the key to an address that nobody named.
    redirect: 'manual',
    signal,
  });
  if (response.ok) return response;
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw new ServerFault('fatal', 'server-refused', `${endpoint.url} redirects elsewhere: name the address that it redirects to.`);
  }
  const text = await readText(exchange, response, () => undefined, MAX_ERROR_CHARACTERS).catch(() => '');
  throw refusal(exchange, response.status, parseObject(text), retryAfter(response));
}

async function readText(exchange: Pick<Exchange, 'endpoint'>, response: Response, alive: () => void, limit: number): Promise<string> {
  let text = '';
  for await (const part of decoded(response)) {
    alive();
    text += part;
    if (text.length > limit) throw garbled(exchange, `answered more than ${limit} characters: it is broken, or no OpenAI-compatible server.`);
  }
  return text;
}

/** The body as text; a character that is split between two packets comes whole. */
async function* decoded(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

/** Resolves at `[DONE]`, or where the stream ends. */
async function readEvents(exchange: Exchange, response: Response, alive: () => void, onChunk: (chunk: Json) => void): Promise<void> {
  const state = { done: false };
  const parser = createParser({
    maxBufferSize: MAX_CHARACTERS,
    onEvent({ data }) {
      state.done ||= data === '[DONE]';
      if (state.done) return;
      const chunk = parseObject(data);
      if (chunk === undefined) throw garbled(exchange, `sent a chunk that is no JSON (${quoted(exchange.endpoint.redact(data)).slice(0, 80)}).`);
      if (chunk['error'] !== undefined) throw refusal(exchange, 0, chunk, undefined);
      onChunk(chunk);
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') throw garbled(exchange, `sent a chunk of more than ${MAX_CHARACTERS} characters: it is broken.`);
    },
  });
  for await (const part of decoded(response)) {
    alive();
    parser.feed(part);
    if (state.done) return;
  }
  // A last event without its blank line.
  parser.feed('\n\n');
}

const TOO_LONG = /exceed_context_size|context[ _](length|size|window)|max_model_len|maximum context|too many tokens|prompt is too long/i;

/** Sorts an answer that is no success. Status 0: an error under a status of success, which may carry its own code. */
function refusal(exchange: Pick<Exchange, 'endpoint' | 'path'>, status: number, body: Json | undefined, wait: number | undefined): ServerFault {
  const { url, redact } = exchange.endpoint;
  const error = body === undefined ? undefined : readError(body);
  const code = status === 0 ? (error?.code ?? 500) : status;
  const said = error === undefined ? '' : ` (${quoted(redact(error.message)).replace(/[.:]$/, '')})`;
  const fault = (kind: ServerFault['kind'], what: string) => new ServerFault(kind, 'server-refused', `${url} ${what}`, wait);
  if (code === 429 || (code === 503 && wait !== undefined)) return fault('busy', `has too many requests${said}: ask with less concurrency.`);
  if (code >= 500 || code === 408) return new ServerFault('endpoint', 'server-unreachable', `${url} failed with status ${code}${said}: look at its log.`);
  if (code === 401 || code === 403) {
    const keyed = exchange.endpoint.headers['authorization'] !== undefined;
    return fault('fatal', keyed ? `does not accept the key (status ${code}${said}): give the right one.` : `asks for a key (status ${code}${said}): give one.`);
  }
  if (error !== undefined && TOO_LONG.test(`${error.type ?? ''} ${error.message}`)) {
    return new ServerFault('request', 'context-exceeded', `${url} says that the prompt is too long${said}: shorten the question or the steps, or serve the model with a longer context.`);
  }
  if (code === 404 || code === 405) return fault('fatal', `has no ${exchange.path} for this model (status ${code}${said}): check the address and the name of the model.`);
  return fault('request', `refused the request (status ${code}${said}).`);
}

/** Milliseconds; the header holds seconds or a date. */
function retryAfter(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function contentType(response: Response): string {
  return response.headers.get('content-type')?.toLowerCase() ?? 'a body without a type';
}

function garbled(exchange: Pick<Exchange, 'endpoint'>, what: string): ServerFault {
  return new ServerFault('garbled', 'server-malformed', `${exchange.endpoint.url} ${what}`);
}

/** A connection that could not be made, or broke. fetch hides the reason in `cause`. */
function lost(exchange: Exchange, error: unknown): ServerFault {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const how = code ?? (cause instanceof Error ? quoted(exchange.endpoint.redact(cause.message)) : 'unknown reason');
  return new ServerFault('endpoint', 'server-unreachable', `The connection to ${exchange.endpoint.url} failed (${how}): check the address and that the server runs.`);
}
