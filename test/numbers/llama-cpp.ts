import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { repoRoot } from '../unit/formats/shared-data.ts';
import type { ModelBehind } from '../unit/openai/fake-model.ts';

/** llama.cpp with its Node binding, MIT. Not a dependency: its packages for GPUs are large, and only this test needs it. */
const PACKAGES = ['node-llama-cpp@3.22.1', '@node-llama-cpp/linux-x64@3.22.1'];

/** The part of node-llama-cpp that is used here. */
export interface LlamaModule {
  readonly getLlama: (options: { gpu: false; build: 'never'; skipDownload: true; progressLogs: false; logLevel: 'error'; maxThreads?: number }) => Promise<{
    loadModel(options: { modelPath: string; gpuLayers: 0 }): Promise<LlamaModel>;
    dispose(): Promise<void>;
  }>;
}

interface LlamaModel {
  tokenize(text: string, special: false): number[];
  detokenize(tokens: readonly number[], special: false, before?: readonly number[]): string;
  isEogToken(token: number): boolean;
  createContext(options: { contextSize: number; sequences: 1; threads: 1 }): Promise<{ getSequence(): LlamaSequence }>;
}

interface LlamaSequence {
  clearHistory(): Promise<void>;
  controlledEvaluate(input: readonly (number | readonly [number, { generateNext: object }])[]): Promise<readonly ({ readonly next: { readonly token?: number; readonly probabilities?: ReadonlyMap<number, number> } } | undefined)[]>;
}

export interface Packages {
  readonly installOnce: (name: string, build: (folder: string) => Promise<void>) => Promise<{ readonly folder: string }>;
  readonly npm: (args: readonly string[], options: { readonly cwd: string }) => Promise<unknown>;
}

export interface LlamaCpp {
  /** A GGUF file as a model for a loopback server. Greedy; one evaluation at a time. */
  load(file: string, context: number): Promise<ModelBehind>;
  dispose(): Promise<void>;
}

/** Why llama.cpp cannot run here; undefined where it can. */
export function unsupported(): string | undefined {
  return process.platform === 'linux' && process.arch === 'x64' ? undefined : `needs Linux x64, this is ${process.platform} ${process.arch}`;
}

/** What installs packages beside the other downloads of the tests. */
export async function testPackages(): Promise<Packages> {
  return (await import(pathToFileURL(path.join(repoRoot(), 'test/harness/packages.mjs')).href)) as Packages;
}

/** Installs the packages once; returns the folder of their node_modules. */
export async function installLlamaCpp(): Promise<string> {
  const { installOnce, npm } = await testPackages();
  const { folder } = await installOnce('llama-cpp', async (making) => {
    await npm(['install', '--prefix', making, '--omit=optional', '--no-package-lock', ...PACKAGES], { cwd: making });
  });
  return folder;
}

/** The binding, from the folder where it was installed. */
export async function importLlamaCpp(folder: string): Promise<LlamaModule> {
  return (await import(pathToFileURL(path.join(folder, 'node_modules/node-llama-cpp/dist/index.js')).href)) as LlamaModule;
}

/** Starts the engine on the CPU. */
export async function startLlamaCpp(): Promise<LlamaCpp> {
  const folder = await installLlamaCpp();
  const { getLlama } = await importLlamaCpp(folder);
  const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel: 'error' });
  return {
    load: async (file, context) => {
      const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
      // Two threads that wait for each other on a busy machine are a hundred times slower than one.
      const sequence = (await model.createContext({ contextSize: context, sequences: 1, threads: 1 })).getSequence();
      return modelBehind(model, sequence);
    },
    dispose: () => llama.dispose(),
  };
}

const LISTED = 100;

function modelBehind(model: LlamaModel, sequence: LlamaSequence): ModelBehind {
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const evaluate = async (tokens: readonly number[], probabilities: boolean) => {
    const last = tokens.at(-1) ?? 0;
    const results = await sequence.controlledEvaluate([...tokens.slice(0, -1), [last, { generateNext: { token: true, probabilities, options: { temperature: 0 } } }]]);
    return results.at(-1)?.next;
  };
  return {
    count: (text) => model.tokenize(text, false).length,
    next: (text, _temperature, _seed, max) =>
      inTurn(async () => {
        await sequence.clearHistory();
        const made: number[] = [];
        const texts: string[] = [];
        let feed: readonly number[] = model.tokenize(text, false);
        while (made.length < max) {
          const token = (await evaluate(feed, false))?.token;
          if (token === undefined || model.isEogToken(token)) break;
          made.push(token);
          feed = [token];
          // A character may need several tokens: it is sent with the last of them.
          const whole = model.detokenize(made, false);
          texts.push(whole.endsWith('\ufffd') ? '' : whole.slice(texts.join('').length));
        }
        return texts;
      }),
    top: (text) =>
      inTurn(async () => {
        await sequence.clearHistory();
        const probabilities = (await evaluate(model.tokenize(text, false), true))?.probabilities ?? new Map<number, number>();
        return [...probabilities].slice(0, LISTED).map(([token, p]) => [model.detokenize([token], false), Math.log(p)] as const);
      }),
  };
}
