import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FAKE_MODEL, type ModelBehind } from './fake-model.ts';
import { VLLM, type Flavour } from './flavours.ts';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers in the server's stead; gives false to let it answer as usual. */
export type Misbehaviour = (response: ServerResponse, asked: Asked, count: number) => boolean;

export interface FakeServerOptions {
  readonly flavour?: Flavour;
  readonly model?: ModelBehind;
  readonly id?: string;
  readonly context?: number;
  /** Refuses fields that OpenAI does not have. */
  readonly strict?: boolean;
  /** Requests without this bearer token are refused. */
  readonly key?: string;
  /** Only in requests of a method (see isWork), so that the probe stays whole. */
  readonly misbehave?: Misbehaviour;
  /** Called for every request, before the answer. */
  readonly before?: (asked: Asked) => Promise<void> | void;
  /** Any free one when absent. */
  readonly port?: number;
  /** How the bytes of a stream are cut into packets. */
  readonly packet?: number;
  readonly newline?: string;
}

export interface FakeServer {
  readonly url: string;
  readonly asked: Asked[];
  /** Most requests that were worked on at once. */
  readonly busiest: number;
  /** Ends at once, with all connections. */
  kill(): Promise<void>;
}

const STANDARD = new Set(['model', 'prompt', 'messages', 'max_tokens', 'temperature', 'top_p', 'seed', 'stop', 'n', 'stream', 'stream_options', 'logprobs', 'top_logprobs']);

/** A request of a method rather than of the probe. */
export function isWork({ path, body }: Asked): boolean {
  return path !== '/v1/models' && path !== '/props' && JSON.stringify(body['prompt'] ?? body['messages']).includes('Reply: ');
}

export async function startServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const asked: Asked[] = [];
  let active = 0;
  let busiest = 0;
  let work = 0;
  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      const one: Asked = { path: request.url ?? '', headers: request.headers, body };
      asked.push(one);
      busiest = Math.max(busiest, ++active);
      response.on('close', () => active--);
      await options.before?.(one);
      if (options.key !== undefined && request.headers.authorization !== `Bearer ${options.key}`) {
        return sendJson(response, 401, { error: { message: 'Unauthorized', type: 'AuthenticationError', code: 401 } });
      }
      if (isWork(one) && options.misbehave?.(response, one, work++) === true) return;
      await answer(response, one, options);
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get busiest() {
      return busiest;
    },
    kill: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 0 ? {} : (JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>);
}

export function sendJson(response: ServerResponse, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function answer(response: ServerResponse, { path, body }: Asked, options: FakeServerOptions): Promise<void> {
  const { flavour = VLLM, model = FAKE_MODEL, id = 'r-prm', context = 4096 } = options;
  if (path === '/v1/models') return sendJson(response, 200, flavour.models(id, context));
  if (path === '/props' && flavour.props !== undefined) return sendJson(response, 200, flavour.props(context));
  const chat = path === '/v1/chat/completions';
  if (!chat && path !== '/v1/completions') return sendJson(response, 404, { error: { message: 'Not Found', type: 'NotFoundError', code: 404 } });
  const unknown = Object.keys(body).find((field) => !STANDARD.has(field));
  if (options.strict === true && unknown !== undefined) return sendJson(response, 400, { error: { message: `Unrecognized request argument supplied: ${unknown}`, type: 'invalid_request_error', param: null, code: null } });
  const listed = Number(chat ? (body['top_logprobs'] ?? 0) : (body['logprobs'] ?? 0));
  if (flavour.maxTop > 0 && listed > flavour.maxTop) {
    return sendJson(response, 400, { error: { message: `Requested sample logprobs of ${listed}, which is greater than max allowed: ${flavour.maxTop} (parameter=logprobs, value=${listed})`, type: 'BadRequestError', param: 'logprobs', code: 400 } });
  }
  const text = textOf(body, chat, flavour);
  const promptTokens = (model.count?.(text) ?? Math.ceil(text.length / 4)) + (chat || flavour.templates ? 24 : 0);
  const refusal = flavour.tooLong(promptTokens, Number(body['max_tokens']), context);
  if (refusal !== undefined) return sendJson(response, refusal.status, refusal.body);
  const tokens = await model.next(text, Number(body['temperature']), Number(body['seed'] ?? 0), Number(body['max_tokens']));
  const n = Number(body['n'] ?? 1);
  const top = listed > 0 && flavour.maxTop > 0 ? listed : undefined;
  const result = stopAt(tokens, (body['stop'] as readonly string[] | undefined) ?? [], flavour.keepsStop && body['include_stop_str_in_output'] === true, Number(body['max_tokens']));
  const usage = flavour.usage(promptTokens, result.tokens.length);
  const head = { id: 'cmpl-1', object: chat ? 'chat.completion' : 'text_completion', created: 1769000000, model: id };
  const choiceOf = async (some: readonly string[], finish: 'stop' | 'length' | null, stream: boolean) => {
    const lists = top === undefined ? undefined : await Promise.all(some.map(async (_, i) => (await model.top(text + some.slice(0, i).join(''))).slice(0, top)));
    return flavour.choice({ text: some.join(''), finish, stopped: finish === null ? undefined : result.stopped, top: lists }, chat, stream);
  };
  if (body['stream'] !== true) {
    const choice = await choiceOf(result.tokens, result.finish, false);
    return sendJson(response, 200, { ...head, choices: Array.from({ length: n }, () => choice), usage });
  }
  const chunks: object[] = await Promise.all(result.tokens.map(async (token) => ({ ...head, choices: [await choiceOf([token], null, true)] })));
  chunks.push({ ...head, choices: [await choiceOf([], result.finish, true)] }, { ...head, choices: [], usage });
  const newline = options.newline ?? '\n';
  const lines = [`: ping${newline}${newline}`, ...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}${newline}${newline}`), `data: [DONE]${newline}${newline}`];
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  await writePackets(response, Buffer.from(lines.join('')), options.packet ?? 4096);
  response.end();
}

/** What the model reads: a chat that is not continued starts a new reply. */
function textOf(body: Readonly<Record<string, unknown>>, chat: boolean, flavour: Flavour): string {
  if (!chat) return body['prompt'] as string;
  const messages = body['messages'] as readonly { readonly role: string; readonly content: string }[];
  const user = messages.find(({ role }) => role === 'user')?.content ?? '';
  const last = messages.at(-1);
  return user + (last?.role === 'assistant' && flavour.prefills ? last.content : '');
}

/** The tokens up to the limit or the first stop string, which goes or stays. */
function stopAt(all: readonly string[], stop: readonly string[], keep: boolean, max: number): { readonly tokens: readonly string[]; readonly finish: 'stop' | 'length'; readonly stopped: string | undefined } {
  let text = '';
  const tokens: string[] = [];
  for (const token of all) {
    if (tokens.length >= max) return { tokens, finish: 'length', stopped: undefined };
    text += token;
    const stopped = stop.find((word) => text.includes(word));
    if (stopped !== undefined) {
      const whole = text.slice(0, text.indexOf(stopped) + (keep ? stopped.length : 0));
      const before = tokens.join('').length;
      return { tokens: whole.length > before ? [...tokens, whole.slice(before)] : trimTo(tokens, whole.length), finish: 'stop', stopped };
    }
    tokens.push(token);
  }
  return { tokens, finish: 'stop', stopped: undefined };
}

function trimTo(tokens: readonly string[], length: number): string[] {
  let left = length;
  return tokens.flatMap((token) => {
    const part = token.slice(0, Math.max(0, left));
    left -= token.length;
    return part === '' ? [] : [part];
  });
}

async function writePackets(response: ServerResponse, bytes: Buffer, size: number): Promise<void> {
  for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
    response.write(bytes.subarray(at, at + size));
    // Let the packet leave on its own.
    if (size < 64) await new Promise((resolve) => setImmediate(resolve));
  }
}
