import { bodyOf, pathOf, type Ask, type Dialect, type ServerApi } from './ask.ts';
import type { Endpoint } from './endpoint.ts';
import { ServerFault } from './fault.ts';
import { requestJson } from './http.ts';
import { count, object } from './json.ts';
import { answersTo, listModels } from './list-models.ts';
import { readChoices, readUsage, type Choice, type ServedModel } from './wire.ts';

/** What one server was seen to do. Nothing is assumed from its name. */
export interface ServerFacts {
  readonly dialect: Dialect;
  readonly served: ServedModel;
  /** Longest prompt plus continuation; 0 where it does not say. */
  readonly context: number;
  /** How many of the likeliest tokens it lists; 0 where it lists none. */
  readonly top: number;
  /** Whether it continues a reply that has begun, so that a position inside a reply can be read. */
  readonly continues: boolean;
  /** Whether it can be told to stop, and then says at which string; otherwise the reader stops. */
  readonly stops: boolean;
  /** The same seed gave the same text and another seed another one. */
  readonly seeds: boolean;
  /** Several samples in one request. */
  readonly several: boolean;
}

export interface ProbeOptions {
  readonly api: ServerApi;
  /** The server's name of the model; the only one it has when absent. */
  readonly model: string | undefined;
  readonly instruction: string | undefined;
  readonly idleTimeout: number;
  readonly signal: AbortSignal;
}

/** The likeliest continuation of this is nearly certain for any language model, so that two greedy runs agree. */
const PROBE_PROMPT = 'Count: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,';
const PROBE_TOKENS = 12;
/** Most useful first: a longer list leaves less unknown. vLLM allows 20 unless told otherwise, OpenAI's completions 5. */
const TOPS = [100, 20, 5] as const;
/** A one-letter prompt has at most: a start token, a leading space, the letter. A chat template has more. */
const RAW_TOKENS = 3;

/** Asks a server what it can. Throws ServerFault in one sentence. */
export async function probeServer(endpoint: Endpoint, options: ProbeOptions): Promise<ServerFacts> {
  const served = await findModel(endpoint, options);
  const base = { api: options.api, model: served.id, instruction: options.instruction };
  const { dialect, top, first, text } = await findDialect(endpoint, base, options);
  const ask = (question: Ask) => answer(endpoint, dialect, question, options);
  const [context, continues, stops, seeds, several] = await Promise.all([
    findContext(endpoint, served, options),
    findContinuation(ask, options.api, text),
    findStops(ask, text),
    findSeeds(ask),
    ask({ ...QUESTION, maxTokens: 1, n: 2 }).then(({ choices }) => choices.length === 2, declined),
  ]);
  return { dialect, served, context, top: Math.min(top, first?.top[0]?.length ?? 0), continues, stops, seeds, several };
}

const QUESTION = { prompt: PROBE_PROMPT, maxTokens: PROBE_TOKENS, temperature: 0 } as const;

/** A refusal is an answer too: no. Anything else is a failure of the probe. */
function declined(error: unknown): false {
  if (error instanceof ServerFault && error.kind === 'request') return false;
  throw error;
}

interface Answer {
  readonly choices: readonly Choice[];
  readonly promptTokens: number | undefined;
}

async function answer(endpoint: Endpoint, dialect: Dialect, question: Ask, { idleTimeout, signal }: ProbeOptions): Promise<Answer> {
  const body = await requestJson({ endpoint, path: pathOf(dialect), body: bodyOf(dialect, question), idleTimeout, signal });
  const choices = readChoices(body);
  if (choices?.[0] === undefined) throw new ServerFault('garbled', 'server-malformed', `${endpoint.url} answered without choices: is it an OpenAI-compatible server?`);
  return { choices, promptTokens: readUsage(body)?.prompt };
}

async function findModel(endpoint: Endpoint, { model, idleTimeout, signal }: ProbeOptions): Promise<ServedModel> {
  const list = await listModels(endpoint, idleTimeout, signal);
  const names = list.slice(0, 10).map(({ id }) => id).join(', ') + (list.length > 10 ? `, and ${list.length - 10} more` : '');
  if (model !== undefined) {
    const found = list.find((served) => answersTo(served, model));
    if (found === undefined) throw new ServerFault('fatal', 'server-refused', `${endpoint.url} has no model "${model}": it serves ${names === '' ? 'none' : names}.`);
    return found;
  }
  const [only, ...more] = list;
  if (only === undefined) throw new ServerFault('fatal', 'server-refused', `${endpoint.url} serves no model: load one.`);
  if (more.length > 0) throw new ServerFault('fatal', 'server-refused', `${endpoint.url} serves several models: name one of ${names}.`);
  return only;
}

/** The first form of the question that the server accepts, from the richest to the plainest. */
async function findDialect(endpoint: Endpoint, base: Omit<Dialect, 'extras'>, options: ProbeOptions) {
  const forms = [...TOPS, undefined].map((top) => ({ extras: true, top })).concat([...TOPS, undefined].map((top) => ({ extras: false, top })));
  let refusal: unknown;
  for (const { extras, top } of forms) {
    const dialect: Dialect = { ...base, extras };
    try {
      const { choices } = await answer(endpoint, dialect, { ...QUESTION, ...(top === undefined ? {} : { top }) }, options);
      return { dialect, top: top ?? 0, first: choices[0], text: choices[0]?.text ?? '' };
    } catch (error) {
      declined(error);
      refusal = error;
    }
  }
  throw refusal;
}

/** llama.cpp lists what the model was trained with; the server may have been started with less. */
async function findContext(endpoint: Endpoint, served: ServedModel, { idleTimeout, signal }: ProbeOptions): Promise<number> {
  if (served.owner !== 'llamacpp') return served.context ?? 0;
  const root = { ...endpoint, url: endpoint.url.replace(/\/v\d+$/, '') };
  const props = await requestJson({ endpoint: root, path: '/props', idleTimeout, signal }).catch((error: unknown) => {
    if (error instanceof ServerFault) return undefined;
    throw error;
  });
  return count(object(props?.['default_generation_settings'])?.['n_ctx']) ?? served.context ?? 0;
}

type Asking = (question: Ask) => Promise<Answer>;

/**
 * Completions continue a text unless the server wraps it in a chat template (Ollama does), which shows in the token count of a
 * one-letter prompt. Where no count comes, and for chat, the second half of a greedy answer must follow from its first half.
 */
async function findContinuation(ask: Asking, api: ServerApi, text: string): Promise<boolean> {
  if (api === 'completions') {
    const { promptTokens } = await ask({ prompt: 'A', maxTokens: 1, temperature: 0 });
    if (promptTokens !== undefined && promptTokens > 0) return promptTokens <= RAW_TOKENS;
  }
  // Between two words: a reply that is cut inside a token goes on with other tokens.
  const half = text.slice(text.length >> 1).search(/\s/) + (text.length >> 1);
  const rest = text.slice(half).trim();
  if (rest === '' || text.slice(0, half).trim() === '') return false;
  return ask({ ...QUESTION, begun: text.slice(0, half) }).then(({ choices }) => choices[0]?.text.trim().startsWith(rest) === true, declined);
}

/** Stops inside a known greedy answer: the string must stay in the text, or be named. */
async function findStops(ask: Asking, text: string): Promise<boolean> {
  const at = text.length >> 1;
  const stop = text.slice(at, at + 2);
  if (stop.trim() === '' || text.indexOf(stop) < 0) return false;
  const { choices } = await ask({ ...QUESTION, stop: [stop] });
  return choices[0]?.text.endsWith(stop) === true || choices[0]?.stopReason === stop;
}

async function findSeeds(ask: Asking): Promise<boolean> {
  const sample = (seed: number) => ask({ prompt: 'The', maxTokens: 16, temperature: 1, seed }).then(({ choices }) => choices[0]?.text ?? '');
  const [first, again, other] = await Promise.all([sample(11), sample(11), sample(12)]);
  return first === again && first !== other;
}
