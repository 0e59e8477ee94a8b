import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatPrompt, ChatRequest } from '../../core/chat.ts';
import type { LanguageModel, ProbabilityReading } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import type { ServerApi } from './ask.ts';
import { parseEndpoint, type Endpoint } from './endpoint.ts';
import { aborted, ServerFault } from './fault.ts';
import { generateBatch } from './generate.ts';
import { listModels } from './list-models.ts';
import { notesOf } from './notes.ts';
import { createPool, type Pool } from './pool.ts';
import { probeServer, type ServerFacts } from './probe.ts';
import { readNext, type Server } from './sample.ts';
import type { ServedModel } from './wire.ts';

export interface ServerOptions {
  /** Addresses of servers of the same model: `http://127.0.0.1:8000`, with or without `/v1`. */
  readonly endpoints: readonly string[];
  /** The servers' name of the model; the only one they have when absent. */
  readonly model?: string;
  /** `completions` (default) sends the prompt as it is; `chat` wraps it in the model's chat template. */
  readonly api?: ServerApi;
  /** Chat only: what the model is told first. */
  readonly instruction?: string;
  /** Sent as a bearer token, or how to find the one of an address; see keyFromEnvironment. Never part of a message or of `info`. */
  readonly key?: string | ((address: string) => string | undefined);
  /** Requests that each server works on at once. Default 64. */
  readonly concurrency?: number;
  /** How often a request is tried again after a server failed it. Default 5. */
  readonly retries?: number;
  /** First wait before a retry, in milliseconds, doubled each time. Default 250. */
  readonly backoff?: number;
  /** Longest silence of a server, in milliseconds. Default 120,000. */
  readonly idleTimeout?: number;
  /** For people: a server is away, is back, or asks to wait. */
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** A served model, with what its servers were seen to do. */
export interface ServedLanguageModel extends LanguageModel {
  /** By the address of the endpoint; those that were away when it connected are missing. */
  readonly facts: ReadonlyMap<string, ServerFacts>;
  /** Whether every server that answered says now what it said of the model when it connected. Rejects only when aborted. */
  stillServed(signal: AbortSignal): Promise<boolean>;
}

/** One of the endpoints; `server` is set once it has answered a probe. */
interface Slot {
  readonly endpoint: Endpoint;
  server: Server | undefined;
}

/**
 * Connects to OpenAI-compatible servers and asks them what they can. Endpoints that are away are tried again later, as long as
 * one answers. Throws StepscopeError in one sentence: `server-unreachable`, `server-refused`, `server-malformed`, or
 * `model-invalid` where the endpoints serve different models.
 */
export async function connect(options: ServerOptions): Promise<ServedLanguageModel> {
  const { api = 'completions', idleTimeout = 120_000, log = () => undefined, signal = new AbortController().signal } = options;
  const keyOf = typeof options.key === 'function' ? options.key : () => options.key as string | undefined;
  const slots = options.endpoints.map((address): Slot => ({ endpoint: parseEndpoint(address, keyOf(address)), server: undefined }));
  if (slots.length === 0) throw new StepscopeError('server-refused', 'No endpoint was named: give the address of at least one server.');
  const instruction = api === 'chat' ? options.instruction : undefined;
  const probe = async (slot: Slot, until: AbortSignal) => {
    const facts = await probeServer(slot.endpoint, { api, model: options.model, instruction, idleTimeout, signal: until });
    slot.server = { endpoint: slot.endpoint, facts, idleTimeout };
  };
  const backoff = options.backoff ?? 250;
  const down = await probeAll(slots, (slot) => patiently(() => probe(slot, signal), backoff, signal));
  const servers = slots.flatMap(({ server }) => server ?? []);
  const facts = servers.map((server) => server.facts);
  const first = facts[0];
  if (first === undefined) throw [...down.values()][0] ?? new StepscopeError('server-unreachable', 'No endpoint answered.');
  servers.forEach((server) => requireSameModel(server, first));
  down.forEach((fault) => log(`${fault.message} Going on without it.`));

  const reprobe = async (slot: Slot) => {
    await probe(slot, AbortSignal.timeout(idleTimeout));
    if (slot.server !== undefined) requireSameModel(slot.server, first);
    log(`${slot.endpoint.url} is back.`);
  };
  const pool = poolOf(createPool(slots, down, reprobe, { concurrency: options.concurrency ?? 64, retries: options.retries ?? 5, backoff, log }));
  const notes = notesOf(facts);
  return {
    info: {
      name: first.served.id,
      hash: servedHash(first, api, instruction),
      weights: `as served${first.served.owner === undefined ? '' : ` by ${first.served.owner}`}`,
      parameters: first.served.parameters ?? 0,
      context: Math.min(...facts.map(({ context }) => context)),
    },
    capabilities: { probabilities: facts.every(({ top, continues }) => top > 0 && continues), ...(api === 'chat' ? { chat: true } : {}), ...(notes.length > 0 ? { notes } : {}) },
    ...(api === 'chat' ? { chatPrompts: (requests) => Promise.resolve(requests.map((request) => userTurn(request, instruction))) } : {}),
    concurrent: true,
    facts: new Map(servers.map((server) => [server.endpoint.url, server.facts])),
    stillServed: async (until) => (await Promise.all(servers.map((server) => saysTheSame(server, until)))).every(Boolean),
    generate: (requests, until) => generateBatch(pool, requests, until),
    nextTokenProbabilities: (prompts, candidates, until) => readAll(pool, prompts, candidates, until),
  };
}

/**
 * The conversation as far as it is written here: the server has the template, and gets the instruction of this connection as
 * its system turn. The text of a reply that has begun ends the user's turn: not every server continues a reply.
 */
function userTurn({ messages, begun = '' }: ChatRequest, instruction: string | undefined): ChatPrompt {
  const [system, user, ...more] = [messages.find(({ role }) => role === 'system'), ...messages.filter(({ role }) => role !== 'system')];
  if (system?.content !== instruction || user?.role !== 'user' || more.length > 0) {
    return { ok: false, reason: 'unsupported', message: 'A server gets one user turn after the instruction that it was connected with: connect with this instruction, or use a local model.' };
  }
  return { ok: true, prompt: user.content + begun };
}

/** Tasks see servers, not slots: a slot that is not down has one. */
function poolOf(pool: Pool<Slot>): Pool<Server> {
  return {
    get alive() {
      return pool.alive;
    },
    run: (task, signal) =>
      pool.run((slot) => {
        if (slot.server === undefined) throw new ServerFault('endpoint', 'server-unreachable', `${slot.endpoint.url} has not answered yet.`);
        return task(slot.server);
      }, signal),
  };
}

const PROBE_RETRIES = 2;
const LONGEST_WAIT = 15_000;

/** Does it again where the failure may pass: a busy server must not look like one that is away. */
async function patiently(work: () => Promise<void>, backoff: number, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ServerFault) || !error.retryable || attempt >= PROBE_RETRIES) throw error;
      await sleep(Math.min(LONGEST_WAIT, error.retryAfter ?? backoff * 2 ** attempt), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Probes all endpoints at once. Gives those that are away; throws what a person must mend before anything can work. */
async function probeAll(slots: readonly Slot[], probe: (slot: Slot) => Promise<void>): Promise<Map<Slot, ServerFault>> {
  const down = new Map<Slot, ServerFault>();
  await Promise.all(
    slots.map(async (slot) => {
      try {
        await probe(slot);
      } catch (error) {
        if (!(error instanceof ServerFault) || !error.retryable) throw error;
        down.set(slot, error);
      }
    }),
  );
  return down;
}

/** ModelInfo.hash of a served model; the instruction is part of it, since it changes what a chat model writes. */
export function servedHash(facts: ServerFacts, api: ServerApi, instruction: string | undefined): string {
  return createHash('sha256').update(JSON.stringify(['server', api, instruction ?? '', identity(facts.served)])).digest('hex');
}

/** One short question; a server that is away has not said the same. */
async function saysTheSame({ endpoint, facts }: Server, signal: AbortSignal): Promise<boolean> {
  try {
    const list = await listModels(endpoint, LIST_TIMEOUT, signal);
    const now = list.find(({ id }) => id === facts.served.id);
    return now !== undefined && identity(now) === identity(facts.served);
  } catch (error) {
    if (signal.aborted || !(error instanceof ServerFault)) throw error;
    return false;
  }
}

/** A list is ready at once; a server that takes longer is probed anew, with patience. */
const LIST_TIMEOUT = 10_000;

/**
 * What a server says of its model, whatever its address. Weaker than a hash of the file: a server that loads another checkpoint
 * under the same name and with the same sizes has the same identity. The served context is no part of it: it changes no score.
 */
function identity(served: ServedModel): string {
  const sizes = ['n_vocab', 'n_embd', 'n_params', 'size'].map((name) => served.sizes?.[name] ?? null);
  return JSON.stringify([served.id, served.root ?? null, sizes]);
}

/** Scores of two models must not be mixed. */
function requireSameModel(server: Server, first: ServerFacts): void {
  if (identity(server.facts.served) === identity(first.served)) return;
  const { id, root } = server.facts.served;
  const what = id === first.served.id ? `another "${id}" (${root ?? 'other sizes'})` : `"${id}"`;
  throw new ServerFault('fatal', 'model-invalid', `${server.endpoint.url} serves ${what}, not the "${first.served.id}" of the other endpoints: name endpoints of one model.`);
}

/** See LanguageModel.nextTokenProbabilities. A prompt that a server refuses fails alone. */
async function readAll(pool: Pool<Server>, prompts: readonly string[], candidates: readonly string[], signal?: AbortSignal): Promise<ProbabilityReading[]> {
  const stop = new AbortController();
  const until = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const read = async (prompt: string): Promise<ProbabilityReading> => {
    const readout = await pool.run((server) => readNext(server, prompt, '', candidates, until), until);
    if (!readout.ok) return { ok: false, reason: readout.fault.reason, message: readout.fault.message };
    return { ok: true, ...readout.reading, tokens: readout.tokens };
  };
  try {
    return await Promise.all(prompts.map(read));
  } catch (error) {
    if (signal?.aborted === true) throw aborted();
    throw error;
  } finally {
    // One that failed for all leaves the others running.
    stop.abort();
  }
}

