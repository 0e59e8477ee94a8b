import type { GenerateRequest } from '../../core/model.ts';
import { answerStart, opensThinking } from '../../core/trace/thinking.ts';
import { bodyOf, pathOf } from './ask.ts';
import type { Endpoint } from './endpoint.ts';
import { ServerFault } from './fault.ts';
import { requestJson, requestStream } from './http.ts';
import type { ServerFacts } from './probe.ts';
import { readCandidates, type CandidateReading } from './readout.ts';
import { readChoices, readUsage, type Choice } from './wire.ts';

/** A server that was asked what it can. */
export interface Server {
  readonly endpoint: Endpoint;
  readonly facts: ServerFacts;
  readonly idleTimeout: number;
}

export interface SampleText {
  readonly text: string;
  /** Counted by the server where it says; else one a chunk, which is at most what it was. */
  readonly tokens: number;
  readonly finish: 'stop' | 'end' | 'length';
}

/** Generates one continuation. `onText` gets the whole text so far. Throws ServerFault, or `aborted`. */
export async function streamSample(server: Server, request: GenerateRequest, seed: number, maxTokens: number, onText: (text: string) => void, signal: AbortSignal): Promise<SampleText> {
  const { endpoint, facts, idleTimeout } = server;
  const { prompt, temperature, topP, stop } = request;
  // A template may have opened a thinking block that nobody here sees: until it is closed, or the reply has ended, anything may be thinking.
  const opened = request.skipThinking === true && (facts.dialect.api === 'chat' || opensThinking(prompt));
  const endOf = (whole: string, before: number, thinks: boolean) => endOfStop(whole, stop, request.skipThinking === true ? answerStart(whole, thinks) : 0, before);
  const body = bodyOf(facts.dialect, { prompt, maxTokens, temperature, topP, seed, stream: true, ...(facts.stops && !opened ? { stop } : {}) });
  let text = '';
  let counted = 0;
  let completion: number | undefined;
  let last: Choice | undefined;
  for await (const chunk of requestStream({ endpoint, path: pathOf(facts.dialect), body, idleTimeout, signal })) {
    completion = readUsage(chunk)?.completion ?? completion;
    const choice = readChoices(chunk)?.[0];
    if (choice === undefined) continue;
    const before = text.length;
    text += choice.text;
    counted += choice.tokens ?? (choice.text === '' ? 0 : 1);
    const end = endOf(text, before, opened);
    if (end !== undefined) return { text: text.slice(0, end), tokens: completion ?? counted, finish: 'stop' };
    if (text.length > before) onText(text);
    if (choice.finish !== undefined) last = choice;
    // A server that ignores the limit must not run for ever.
    else if (counted > maxTokens) return { text, tokens: counted, finish: 'length' };
  }
  // vLLM says "abort" when it is shut down under a request.
  if (last?.finish === undefined || last.finish === 'abort' || last.finish === 'error') throw new ServerFault('garbled', 'server-malformed', `${endpoint.url} ended its answer in the middle: look at its log.`);
  const tokens = completion ?? counted;
  const end = endOf(text, 0, opensThinking(prompt));
  if (end !== undefined) return { text: text.slice(0, end), tokens, finish: 'stop' };
  if (last.finish === 'length') return { text, tokens, finish: 'length' };
  const stripped = typeof last.stopReason === 'string' && stop.includes(last.stopReason) ? last.stopReason : undefined;
  return stripped === undefined ? { text, tokens, finish: 'end' } : { text: text + stripped, tokens, finish: 'stop' };
}

/** Where the earliest stop string ends that stands behind `seen`; only looks at what the last `text.length - before` characters can have completed. */
function endOfStop(text: string, stop: readonly string[], seen: number | undefined, before: number): number | undefined {
  if (seen === undefined) return undefined;
  const ends = stop.flatMap((word) => {
    const at = word === '' ? -1 : text.indexOf(word, Math.max(seen, before - word.length + 1));
    return at < 0 ? [] : [at + word.length];
  });
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** What stands at a position, or one sentence why that cannot be told. */
export type Readout = { readonly ok: true; readonly reading: CandidateReading; readonly tokens: number } | { readonly ok: false; readonly fault: ServerFault };

/**
 * The distribution over `candidates` after `prompt` and what the reply has so far. A refusal is a value, since nothing can be
 * done about it; failures that may pass are thrown.
 */
export async function readNext(server: Server, prompt: string, begun: string, candidates: readonly string[], signal: AbortSignal): Promise<Readout> {
  const { endpoint, facts, idleTimeout } = server;
  const refuse = (why: string): Readout => ({ ok: false, fault: new ServerFault('request', 'server-refused', `${endpoint.url} ${why}`) });
  if (facts.top === 0) return refuse('returns no log-probabilities for this model, so no probability can be read: use a server that does, such as vLLM or llama.cpp.');
  if (!facts.continues && (begun !== '' || facts.dialect.api === 'completions')) {
    return refuse(`does not continue a given text (${facts.dialect.api === 'chat' ? 'it starts a new reply' : 'it wraps the prompt in a chat template'}), so the probability inside a reply cannot be read: use completions of vLLM or llama.cpp.`);
  }
  // At temperature 0 the chosen token is the likeliest one, so the list has no stray entry, and log-probabilities are unscaled.
  const ask = { prompt, maxTokens: 1, temperature: 0, top: facts.top, ...(begun === '' ? {} : { begun }) };
  try {
    const body = await requestJson({ endpoint, path: pathOf(facts.dialect), body: bodyOf(facts.dialect, ask), idleTimeout, signal });
    const top = readChoices(body)?.[0]?.top[0];
    if (top === undefined) return refuse('left out the log-probabilities of this token, so its probability is unknown: score the step again.');
    const reading = readCandidates(top, candidates, facts.top);
    if (!reading.ok) return { ok: false, fault: new ServerFault('request', 'server-refused', reading.error.message) };
    return { ok: true, reading: reading.value, tokens: readUsage(body)?.prompt ?? 0 };
  } catch (error) {
    if (error instanceof ServerFault && error.kind === 'request') return { ok: false, fault: error };
    throw error;
  }
}

/**
 * How many tokens may be generated after the prompt. Servers refuse a request whose limit does not fit (vLLM), so where it is
 * not certain to fit the prompt is measured first. Throws ServerFault `context-exceeded` where nothing fits.
 */
export async function roomFor(server: Server, prompt: string, wanted: number, signal: AbortSignal): Promise<number> {
  const { endpoint, facts, idleTimeout } = server;
  // No token is shorter than a byte; what a chat template adds is little.
  const atMost = Buffer.byteLength(prompt) + Buffer.byteLength(facts.dialect.instruction ?? '') + TEMPLATE_TOKENS;
  if (facts.context === 0 || atMost + wanted <= facts.context) return wanted;
  const body = await requestJson({ endpoint, path: pathOf(facts.dialect), body: bodyOf(facts.dialect, { prompt, maxTokens: 1, temperature: 0 }), idleTimeout, signal });
  const used = readUsage(body)?.prompt;
  if (used === undefined) return wanted;
  const left = facts.context - used - 1;
  if (left < 1) throw new ServerFault('request', 'context-exceeded', `The prompt has ${used} tokens, ${facts.served.id} reads at most ${facts.context}: shorten the question or the steps, or serve the model with a longer context.`);
  return Math.min(wanted, left);
}

const TEMPLATE_TOKENS = 256;
