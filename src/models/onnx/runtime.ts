import path from 'node:path';
import type { ChatPrompt, ChatRequest } from '../../core/chat.ts';
import type {
  AttentionMeans,
  AttentionRequest,
  GenerateEvent,
  GenerateRequest,
  HiddenPart,
  InspectedToken,
  InspectionRequest,
  ModelCapabilities,
  ModelErrorReason,
  ModelInfo,
  ProbabilityReading,
  ReadProgress,
  TokenizedText,
  TokenizeRequest,
} from '../../core/model.ts';
import { fail, ok, StepscopeError, type Result } from '../../core/result.ts';
import { opensThinking } from '../../core/trace/thinking.ts';
import { openChat } from '../chat/open-chat.ts';
import { manifestHash } from '../manifest.ts';
import { firstTokens } from './candidates.ts';
import { openDecoder, type DecoderOptions } from './decoder.ts';
import { hidesOf, type HidingItem } from './hiding-batch.ts';
import { inspectText } from './inspect-text.ts';
import { requireHiding, requireInspection } from './needs.ts';
import type { SchedulerCounts } from './scheduler.ts';
import type { SequenceRequest, SequenceResult } from './sequence.ts';
import type { DecoderSession } from './session.ts';
import { hideOf, tokenSpans } from './token-spans.ts';
import type { ModelTokenizer } from './tokenizer.ts';

/** A loaded model in this process: text in, text out. The engine process holds one for each loaded folder. */
export interface Runtime {
  readonly info: ModelInfo;
  readonly capabilities: ModelCapabilities;
  readonly tokenizer: ModelTokenizer;
  /** undefined for a graph of another exporter. */
  readonly session: DecoderSession | undefined;
  /** Token requests: see runHiding. */
  run(items: readonly HidingItem[], signal?: AbortSignal): Promise<SchedulerCounts>;
  /** See LanguageModel.generate. Resolves when all samples are done, with what it took. */
  generate(requests: readonly GenerateRequest[], onEvent: (event: GenerateEvent) => void, signal?: AbortSignal): Promise<SchedulerCounts>;
  /** See LanguageModel.nextTokenProbabilities. */
  probabilities(prompts: readonly string[], candidates: readonly string[], signal?: AbortSignal): Promise<ProbabilityReading[]>;
  /** See LanguageModel.chatPrompts; undefined for a model without a chat template. */
  readonly chatPrompts: ((requests: readonly ChatRequest[], signal?: AbortSignal) => Promise<ChatPrompt[]>) | undefined;
  /** See LanguageModel.tokenize. */
  tokenize(texts: readonly TokenizeRequest[]): TokenizedText[];
  /** See LanguageModel.inspect. */
  inspect(request: InspectionRequest, signal?: AbortSignal): Promise<InspectedToken[]>;
  /** See LanguageModel.attention. */
  attention(request: AttentionRequest, onRead?: (progress: ReadProgress) => void, signal?: AbortSignal): Promise<AttentionMeans>;
  release(): Promise<void>;
}

/** A prompt whose next token is asked for. */
interface Reading {
  readonly prompt: string;
  readonly hide: readonly HiddenPart[];
  readonly candidates: readonly string[];
}

export interface RuntimeOptions extends DecoderOptions {
  /** The bundled script that renders chat templates. Default: template.js beside this one. */
  readonly templateScript?: string;
}

/** Loads a model: see openDecoder for what can be loaded. Throws StepscopeError with one sentence that names the file and what to do. */
export async function loadRuntime(given: string, options: RuntimeOptions = {}): Promise<Runtime> {
  const decoder = await openDecoder(given, options);
  const { name, manifest, tokenizer, session } = decoder;
  const chat = await openChat(decoder.folder, options.templateScript ?? path.join(__dirname, 'template.js'));
  const capabilities: ModelCapabilities = { ...decoder.capabilities, ...(chat === undefined ? {} : { chat: true }) };
  const info: ModelInfo = {
    name,
    hash: manifestHash(manifest),
    weights: manifest.weights,
    parameters: manifest.parameters,
    context: manifest.context,
    ...(chat?.template === undefined ? {} : { template: chat.template }),
    ...(manifest.demonstration === undefined ? {} : { demonstration: manifest.demonstration }),
  };
  const encode = (prompt: string) => encodePrompt(prompt, name, manifest.context, tokenizer);
  const encodeOrThrow = (text: string): number[] => {
    const encoded = encode(text);
    if (!encoded.ok) throw new StepscopeError(encoded.error.reason, encoded.error.message);
    return encoded.value;
  };
  /** The tokens of a prompt, and the first of each candidate where it will stand: after `before`. */
  const encodeFor = (prompt: string, before: string, candidates: readonly string[]): Result<{ readonly ids: number[]; readonly tokens: number[] }, ModelErrorReason> => {
    const encoded = encode(prompt);
    if (!encoded.ok) return encoded;
    const first = firstTokens(tokenizer, before, candidates);
    return first.ok ? ok({ ids: encoded.value, tokens: first.value }) : first;
  };
  const run = (items: readonly HidingItem[], signal?: AbortSignal) => decoder.run(items, signal);

  const read = async (asked: readonly Reading[], signal?: AbortSignal): Promise<ProbabilityReading[]> => {
    const readings: ProbabilityReading[] = [];
    const items: HidingItem[] = [];
    asked.forEach(({ prompt, hide, candidates }, index) => {
      const encoded = encodeFor(prompt, prompt, candidates);
      if (!encoded.ok) {
        readings[index] = { ok: false, reason: encoded.error.reason, message: encoded.error.message };
        return;
      }
      const { ids, tokens } = encoded.value;
      const request = { ids, n: 1, firstSample: 0, maxNewTokens: 0, temperature: 0, topP: 1, seed: 0, stop: [], readout: { after: '', tokens } };
      const done = ({ readout }: SequenceResult) => (readings[index] = { ok: true, probabilities: readout ?? [], tokens: ids.length });
      items.push({ request, hides: hidesOf(tokenizer, prompt, ids, hide), listener: { text: () => undefined, done } });
    });
    await run(items, signal);
    return readings;
  };

  return {
    info,
    capabilities,
    tokenizer,
    session,
    run,
    probabilities: (prompts, candidates, signal) => read(prompts.map((prompt) => ({ prompt, hide: [], candidates })), signal),
    chatPrompts: chat?.prompts,
    async generate(requests, onEvent, signal) {
      requireHiding({ info, capabilities }, requests.flatMap(({ hide = [] }) => hide));
      const items: HidingItem[] = [];
      /** Samples whose marker ended inside a token, and how to read the text up to it. */
      const again: { readonly request: number; readonly result: SequenceResult; readonly reading: Reading }[] = [];
      const report = (request: number, result: SequenceResult, readout: readonly number[] | undefined) =>
        onEvent({ type: 'sample', request, sample: result.sample, text: result.text, tokens: result.ids.length, finish: result.finish, readout });
      requests.forEach((request, index) => {
        const { readout } = request;
        const encoded = encodeFor(request.prompt, readout?.after ?? '', readout?.candidates ?? []);
        if (!encoded.ok) {
          onEvent({ type: 'failed', request: index, reason: encoded.error.reason, message: encoded.error.message });
          return;
        }
        const { ids, tokens } = encoded.value;
        // Offsets are of this prompt, also where more text follows it.
        const hide = (request.hide ?? []).map((part) => ({ from: request.prompt.length, ...part }));
        items.push({
          request: sequenceRequest(request, ids, manifest.context, tokens),
          hides: hidesOf(tokenizer, request.prompt, ids, hide),
          listener: {
            text: (sample, text) => onEvent({ type: 'text', request: index, sample, text }),
            done(result) {
              if (result.readAgain === undefined || readout === undefined) report(index, result, result.readout);
              else again.push({ request: index, result, reading: { prompt: request.prompt + result.readAgain, hide, candidates: readout.candidates } });
            },
          },
        });
      });
      const counts = await run(items, signal);
      for (const { request, result, reading } of again) {
        const [answer] = await read([reading], signal);
        report(request, result, answer?.ok === true ? answer.probabilities : undefined);
      }
      return counts;
    },
    tokenize: (texts) =>
      texts.map(({ text, hide = [] }) => {
        const spans = tokenSpans(tokenizer, text, encodeOrThrow(text));
        const hides = hide.map((part) => hideOf(spans, { from: text.length, ...part }));
        return { tokens: spans.map(({ start, end }) => ({ start: Math.max(0, start), end: Math.max(0, end) })), hidden: hides.map(({ span: [start, end], from }) => ({ start, end, from })) };
      }),
    async inspect(request, signal) {
      const ids = encodeOrThrow(request.text);
      requireInspection({ info, capabilities }, request);
      return inspectText(decoder.inspect, tokenizer, ids, request, signal);
    },
    async attention(request, onRead, signal) {
      const ids = encodeOrThrow(request.text);
      requireInspection({ info, capabilities }, { text: request.text, spans: [{ start: 0, end: request.text.length }], hide: request.hide ?? [] });
      const spans = request.hide === undefined ? [] : tokenSpans(tokenizer, request.text, ids);
      return decoder.attention({ ids, rows: request.rows, columns: request.columns, hide: (request.hide ?? []).map((part) => hideOf(spans, part)) }, onRead, signal);
    },
    async release() {
      chat?.release();
      await decoder.release();
    },
  };
}

function sequenceRequest(request: GenerateRequest, ids: readonly number[], context: number, readoutTokens: readonly number[]): SequenceRequest {
  const { readout } = request;
  return {
    ids,
    n: request.n,
    firstSample: request.firstSample ?? 0,
    maxNewTokens: Math.min(request.maxNewTokens, context - ids.length),
    temperature: request.temperature,
    topP: request.topP,
    seed: request.seed,
    stop: request.stop,
    readout: readout === undefined ? undefined : { after: readout.after, tokens: readoutTokens },
    ...(request.skipThinking === true ? { skipThinking: { opened: opensThinking(request.prompt) } } : {}),
  };
}

function encodePrompt(prompt: string, model: string, context: number, tokenizer: ModelTokenizer): Result<number[], ModelErrorReason> {
  const tooLong = (count: string) =>
    fail('context-exceeded' as const, `The prompt has ${count} tokens, ${model} reads at most ${context}: shorten the question or the steps, or choose a model with a longer context.`);
  // Encoding megabytes only to refuse them would hold up everybody else.
  if (prompt.length > context * tokenizer.longestToken) return tooLong(`at least ${Math.ceil(prompt.length / tokenizer.longestToken)}`);
  const ids = tokenizer.encode(prompt);
  if (ids.length === 0) return fail('engine-failed', 'The prompt is empty: there is nothing to continue.');
  return ids.length >= context ? tooLong(String(ids.length)) : ok(ids);
}
