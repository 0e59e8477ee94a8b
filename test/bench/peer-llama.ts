import { existsSync } from 'node:fs';
import path from 'node:path';
import { VERDICT_MARKER, VERDICTS } from '../../src/core/verifier/prompt.ts';
import { importLlamaCpp, installLlamaCpp } from '../numbers/llama-cpp.ts';
import { convertToGguf } from './gguf.ts';
import { CHECKPOINT, LIMIT, SAMPLES, SAMPLING, secondsSince, type Peer } from './peer.ts';

/** What is used of node-llama-cpp here. */
interface Sequence {
  readonly nextTokenIndex: number;
  clearHistory(): Promise<void>;
  adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncGenerator<number, void, void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
}
interface Context {
  getSequence(): Sequence;
  dispose(): Promise<void>;
}
interface Model {
  tokenize(text: string, special: boolean): readonly number[];
  detokenize(tokens: readonly number[], special: boolean): string;
  createContext(options: object): Promise<Context>;
  dispose(): Promise<void>;
}

/** Tokens that the longest prompt and analysis need. */
const CONTEXT = 1024;
/** Sequences that run at once, each with a trace; more make it slower. */
const SEQUENCES = 32;

/**
 * node-llama-cpp on the verifier as GGUF Q8_0, with its own batching (sequences that run at once share a batch) and prefix
 * reuse (a sequence keeps what its next prompt starts with: all steps and samples of a trace go to one sequence).
 */
export async function openLlama(threads: number): Promise<Peer> {
  const folder = await installLlamaCpp();
  const gguf = path.join(folder, 'r-prm-q8_0.gguf');
  if (!existsSync(gguf)) await convertToGguf(CHECKPOINT, gguf, 'q8_0');
  const llama = await (await importLlamaCpp(folder)).getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel: 'error', maxThreads: threads });
  const model = (await llama.loadModel({ modelPath: gguf, gpuLayers: 0 })) as unknown as Model;
  const verdictTokens = new Set(VERDICTS.map((verdict) => model.tokenize(verdict, false)[0]));
  const withSequences = async <T>(count: number, act: (sequences: readonly Sequence[]) => Promise<T>): Promise<T> => {
    const context = await model.createContext({ sequences: count, contextSize: CONTEXT, batchSize: 512, threads: { ideal: threads, min: threads } });
    try {
      return await act(Array.from({ length: count }, () => context.getSequence()));
    } finally {
      await context.dispose();
    }
  };
  const ended = (made: readonly number[]) => verdictTokens.has(made.at(-1)) && VERDICTS.some((verdict) => model.detokenize(made.slice(-16), true).endsWith(VERDICT_MARKER + verdict));

  /** Continues a prompt on a sequence that may hold an earlier one; returns how many tokens it wrote. */
  const complete = async (sequence: Sequence, prompt: readonly number[], limit: number, seed: number, toVerdict: boolean): Promise<number> => {
    // The last token is always evaluated: the distribution after it is what is sampled from.
    await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
    const made: number[] = [];
    for await (const token of sequence.evaluate(prompt.slice(sequence.nextTokenIndex), { ...SAMPLING, topK: 0, minP: 0, seed })) {
      made.push(token);
      if (made.length >= limit || (toVerdict && ended(made))) break;
    }
    return made.length;
  };

  return {
    name: `node-llama-cpp, Q8_0, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    async prefill(prompt) {
      const tokens = model.tokenize(prompt, false);
      return withSequences(1, async ([sequence]) => {
        if (sequence === undefined) return NaN;
        await sequence.evaluateWithoutGeneratingNewTokens(tokens);
        await sequence.clearHistory();
        const started = performance.now();
        await sequence.evaluateWithoutGeneratingNewTokens(tokens);
        return tokens.length / secondsSince(started);
      });
    },
    async decode(prompt, rows, limit) {
      const tokens = model.tokenize(prompt, false);
      return withSequences(rows, async (sequences) => {
        await Promise.all(sequences.map((sequence) => sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(0, -1))));
        const started = performance.now();
        const counts = await Promise.all(sequences.map((sequence, seed) => complete(sequence, tokens, limit, seed, false)));
        return counts.reduce((sum, count) => sum + count, 0) / secondsSince(started);
      });
    },
    async job(traces) {
      const waiting = [...traces.entries()];
      const work = async (sequence: Sequence) => {
        let sum = 0;
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [seed, prompts] = next;
          for (const prompt of prompts) {
            const tokens = model.tokenize(prompt, false);
            for (let sample = 0; sample < SAMPLES; sample++) {
              const count = await complete(sequence, tokens, LIMIT, seed * SAMPLES + sample, true);
              sum += count;
            }
          }
        }
        return sum;
      };
      return withSequences(Math.min(SEQUENCES, traces.length), async (sequences) => {
        const counts = await Promise.all(sequences.map(work));
        return counts.reduce((sum, count) => sum + count, 0);
      });
    },
    async close() {
      await model.dispose();
      await llama.dispose();
    },
  };
}
