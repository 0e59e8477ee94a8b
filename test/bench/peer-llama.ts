import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Peer, PeerJob } from './peers.ts';

/** What is used of node-llama-cpp. */
interface Sequence {
  readonly nextTokenIndex: number;
  clearHistory(): Promise<void>;
  adaptStateToTokens(tokens: readonly number[]): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncGenerator<number, void, void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  dispose(): Promise<void>;
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
interface LlamaModule {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model>; dispose(): Promise<void> }>;
}

const CONTEXT = 1024;
const STOP = /\(Yes\/No\)\? (?:Yes|No)$/;

/**
 * node-llama-cpp with its own batching (sequences that run at once share a batch) and prefix reuse: each sequence keeps what
 * its next prompt starts with, so all steps and samples of one trace go to one sequence, and the traces run side by side.
 */
export async function openLlama(folder: string, gguf: string, threads: number): Promise<Peer> {
  const module = (await import(pathToFileURL(path.join(folder, 'node_modules/node-llama-cpp/dist/index.js')).href)) as LlamaModule;
  const llama = await module.getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: threads });
  const model = await llama.loadModel({ modelPath: gguf });
  const withContext = async <T>(sequences: number, act: (context: Context) => Promise<T>): Promise<T> => {
    const context = await model.createContext({ sequences, contextSize: CONTEXT, batchSize: 512, threads: { ideal: threads, min: threads } });
    try {
      return await act(context);
    } finally {
      await context.dispose();
    }
  };
  const sampled = (seed: number) => ({ temperature: 0.95, topP: 0.95, topK: 0, minP: 0, seed });

  /** Generates on a sequence that may hold an earlier prompt; returns the tokens made and when the first one came. */
  const complete = async (sequence: Sequence, prompt: readonly number[], limit: number, seed: number): Promise<{ tokens: number; first: number }> => {
    // The last token is always evaluated: its distribution is what is sampled from.
    await sequence.adaptStateToTokens(prompt.slice(0, -1));
    const made: number[] = [];
    let first = 0;
    for await (const token of sequence.evaluate(prompt.slice(sequence.nextTokenIndex), sampled(seed))) {
      if (made.length === 0) first = performance.now();
      made.push(token);
      if (made.length >= limit || STOP.test(model.detokenize(made.slice(-12), true))) break;
    }
    return { tokens: made.length, first };
  };

  return {
    name: 'node-llama-cpp, Q8_0',
    async prefill(prompt) {
      const tokens = model.tokenize(prompt, true);
      return withContext(1, async (context) => {
        const sequence = context.getSequence();
        await sequence.evaluateWithoutGeneratingNewTokens(tokens);
        await sequence.clearHistory();
        const started = performance.now();
        await sequence.evaluateWithoutGeneratingNewTokens(tokens);
        return tokens.length / ((performance.now() - started) / 1000);
      });
    },
    async decode(prompt, batch, limit) {
      const tokens = model.tokenize(prompt, true);
      return withContext(batch, async (context) => {
        const sequences = Array.from({ length: batch }, () => context.getSequence());
        await Promise.all(sequences.map((sequence) => sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(0, -1))));
        const results = await Promise.all(sequences.map((sequence, i) => complete(sequence, tokens, limit, i)));
        const seconds = (performance.now() - Math.min(...results.map(({ first }) => first))) / 1000;
        return results.reduce((sum, result) => sum + result.tokens, 0) / seconds;
      });
    },
    async job(traces: readonly PeerJob[]) {
      return withContext(traces.length, async (context) => {
        const counts = await Promise.all(
          traces.map(async ({ prompts, k, limit }) => {
            const sequence = context.getSequence();
            let sum = 0;
            for (const prompt of prompts) {
              const tokens = model.tokenize(prompt, true);
              for (let sample = 0; sample < k; sample++) sum += (await complete(sequence, tokens, limit, sample)).tokens;
            }
            return sum;
          }),
        );
        return counts.reduce((sum, count) => sum + count, 0);
      });
    },
    async close() {
      await model.dispose();
      await llama.dispose();
    },
  };
}
