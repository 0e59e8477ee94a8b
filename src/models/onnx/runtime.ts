import type { GenerateEvent, GenerateRequest, ModelCapabilities, ModelErrorReason, ModelInfo, ProbabilityReading } from '../../core/model.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { manifestHash } from '../manifest.ts';
import { openDecoder, type DecoderOptions } from './decoder.ts';
import type { BatchItem, SchedulerCounts } from './scheduler.ts';
import type { SequenceRequest, SequenceResult } from './sequence.ts';
import type { DecoderSession } from './session.ts';
import type { ModelTokenizer } from './tokenizer.ts';

/** A loaded model in this process: text in, text out. The engine process holds one for each loaded folder. */
export interface Runtime {
  readonly info: ModelInfo;
  readonly capabilities: ModelCapabilities;
  readonly tokenizer: ModelTokenizer;
  /** undefined for a graph of another exporter. */
  readonly session: DecoderSession | undefined;
  /** In terms of tokens: see runBatch. */
  run(items: readonly BatchItem[], signal?: AbortSignal): Promise<SchedulerCounts>;
  /** See LanguageModel.generate. Resolves when all samples are done, with what it took. */
  generate(requests: readonly GenerateRequest[], onEvent: (event: GenerateEvent) => void, signal?: AbortSignal): Promise<SchedulerCounts>;
  /** See LanguageModel.nextTokenProbabilities. */
  probabilities(prompts: readonly string[], candidates: readonly string[], signal?: AbortSignal): Promise<ProbabilityReading[]>;
  release(): Promise<void>;
}

/** Loads a model: see openDecoder for what can be loaded. Throws StepscopeError with one sentence that names the file and what to do. */
export async function loadRuntime(given: string, options: DecoderOptions = {}): Promise<Runtime> {
  const decoder = await openDecoder(given, options);
  const { name, manifest, tokenizer, session, notes } = decoder;
  const run = (items: readonly BatchItem[], signal?: AbortSignal) => decoder.run(items, signal);
  const info: ModelInfo = { name, hash: manifestHash(manifest), weights: manifest.weights, parameters: manifest.parameters, context: manifest.context };
  const firstToken = (candidate: string) => tokenizer.encodePart(candidate)[0] ?? 0;

  const probabilities = async (prompts: readonly string[], candidates: readonly string[], signal?: AbortSignal): Promise<ProbabilityReading[]> => {
    const tokens = candidates.map(firstToken);
    const readings: ProbabilityReading[] = [];
    const items: BatchItem[] = [];
    prompts.forEach((prompt, index) => {
      const encoded = encodePrompt(prompt, name, manifest.context, tokenizer);
      if (!encoded.ok) {
        readings[index] = { ok: false, reason: encoded.error.reason, message: encoded.error.message };
        return;
      }
      const ids = encoded.value;
      const request = { ids, n: 1, firstSample: 0, maxNewTokens: 0, temperature: 0, topP: 1, seed: 0, stop: [], readout: { after: '', tokens } };
      const done = ({ readout }: SequenceResult) => (readings[index] = { ok: true, probabilities: readout ?? [], tokens: ids.length });
      items.push({ request, listener: { text: () => undefined, done } });
    });
    await run(items, signal);
    return readings;
  };

  return {
    info,
    capabilities: { probabilities: true, ...(notes.length > 0 ? { notes } : {}) },
    tokenizer,
    session,
    run,
    probabilities,
    async generate(requests, onEvent, signal) {
      const items: BatchItem[] = [];
      /** Samples whose marker ended inside a token, and the text up to it. */
      const again: { readonly request: number; readonly result: SequenceResult; readonly prompt: string; readonly candidates: readonly string[] }[] = [];
      const report = (request: number, result: SequenceResult, readout: readonly number[] | undefined) =>
        onEvent({ type: 'sample', request, sample: result.sample, text: result.text, tokens: result.ids.length, finish: result.finish, readout });
      requests.forEach((request, index) => {
        const encoded = encodePrompt(request.prompt, name, manifest.context, tokenizer);
        if (!encoded.ok) {
          onEvent({ type: 'failed', request: index, reason: encoded.error.reason, message: encoded.error.message });
          return;
        }
        const { readout } = request;
        items.push({
          request: sequenceRequest(request, encoded.value, manifest.context, readout?.candidates.map(firstToken)),
          listener: {
            text: (sample, text) => onEvent({ type: 'text', request: index, sample, text }),
            done(result) {
              if (result.readAgain === undefined || readout === undefined) report(index, result, result.readout);
              else again.push({ request: index, result, prompt: request.prompt + result.readAgain, candidates: readout.candidates });
            },
          },
        });
      });
      const counts = await run(items, signal);
      for (const { request, result, prompt, candidates } of again) {
        const [reading] = await probabilities([prompt], candidates, signal);
        report(request, result, reading?.ok === true ? reading.probabilities : undefined);
      }
      return counts;
    },
    release: () => decoder.release(),
  };
}

function sequenceRequest(request: GenerateRequest, ids: readonly number[], context: number, readoutTokens: readonly number[] | undefined): SequenceRequest {
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
    readout: readout === undefined || readoutTokens === undefined ? undefined : { after: readout.after, tokens: readoutTokens },
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
