import type { GenerateEvent, GenerateRequest, LanguageModel } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import type { EngineAbout, EngineEvent, EngineResults } from '../../protocol/engine.ts';
import { openChannel, type EngineChannel } from './channel.ts';
import type { EngineProgram } from './engine-program.ts';

export interface EngineOptions extends EngineProgram {
  /** Threads a model computes with; 0 or absent: one a core, at most 8. */
  readonly threads?: number;
  readonly log?: (line: string) => void;
}

/** A model engine in a child process. The process starts with the first load. */
export interface Engine {
  /** Loads a converted model folder; the same folder is loaded once. Throws StepscopeError with one sentence. */
  load(directory: string): Promise<LanguageModel>;
  readonly pid: number | undefined;
  /** What runs it. Starts the process where there is none. Throws StepscopeError. */
  about(): Promise<EngineAbout>;
  dispose(): void;
}

/**
 * Opens an engine. When its process dies, running requests fail with reason `engine-exited`; the next use of any of its
 * models starts a new process and loads the model again.
 */
export function createEngine(options: EngineOptions): Engine {
  let channel: EngineChannel | undefined;
  let disposed = false;
  /** Loads of the current process, by folder; dropped with it, and one by one when they fail. */
  let loads = new Map<string, Promise<EngineResults['load']>>();
  /** Processes in a row that died without having loaded a model. */
  let failedStarts = 0;

  const connect = (): EngineChannel => {
    if (disposed) throw new StepscopeError('engine-failed', 'The model engine was closed.');
    if (channel?.alive !== true) {
      channel = openChannel(options, options.log);
      loads = new Map();
    }
    return channel;
  };

  const load = async (directory: string): Promise<EngineResults['load']> => {
    if (channel?.alive !== true && failedStarts > 0) await backOff(failedStarts);
    const current = connect();
    const known = loads.get(directory);
    if (known !== undefined) return known;
    const loading = current.request({ type: 'load', directory, threads: options.threads ?? 0 });
    loads.set(directory, loading);
    loading.then(
      () => (failedStarts = 0),
      () => {
        loads.delete(directory);
        if (!current.alive) failedStarts++;
      },
    );
    return loading;
  };

  return {
    get pid() {
      return channel?.alive === true ? channel.pid : undefined;
    },
    about: () => connect().request({ type: 'about' }),
    async load(directory) {
      const { info, capabilities } = await load(directory);
      const chatPrompts: LanguageModel['chatPrompts'] = async (requests, signal) => {
        const { model } = await load(directory);
        return connect().request({ type: 'chat', model, requests }, undefined, signal);
      };
      return {
        info,
        capabilities,
        generate: (requests, signal) => generate(async () => (await load(directory)).model, connect, requests, signal),
        async nextTokenProbabilities(prompts, candidates, signal) {
          const { model } = await load(directory);
          return connect().request({ type: 'probabilities', model, prompts, candidates }, undefined, signal);
        },
        ...(capabilities.chat === true ? { chatPrompts } : {}),
        async tokenize(texts, signal) {
          const { model } = await load(directory);
          return connect().request({ type: 'tokenize', model, texts }, undefined, signal);
        },
        async inspect(request, signal) {
          const { model } = await load(directory);
          return connect().request({ type: 'inspect', model, request }, undefined, signal);
        },
        async attention(request, signal, onRead) {
          const { model } = await load(directory);
          const onEvent = (event: EngineEvent) => {
            if (event.type === 'read') onRead?.({ tokens: event.tokens, total: event.total });
          };
          return connect().request({ type: 'attention', model, request }, onEvent, signal);
        },
      };
    },
    dispose() {
      disposed = true;
      channel?.close();
    },
  };
}

/** A model that kills its process must not keep the machine busy with starting it: 0.25 s, doubling up to 8 s. */
function backOff(failures: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(8000, 250 * 2 ** (failures - 1))));
}

/** Turns the engine's events into an async iterable. Leaving the loop early aborts the request. */
async function* generate(model: () => Promise<number>, connect: () => EngineChannel, requests: readonly GenerateRequest[], signal?: AbortSignal): AsyncGenerator<GenerateEvent> {
  const queue: GenerateEvent[] = [];
  let wake: () => void = () => undefined;
  let outcome: { readonly error: unknown } | 'done' | undefined;
  const left = new AbortController();
  const combined = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  const onEvent = (event: EngineEvent) => {
    if (event.type === 'converted' || event.type === 'read') return;
    queue.push(event);
    wake();
  };
  const run = async () => connect().request({ type: 'generate', model: await model(), requests }, onEvent, combined);
  run().then(
    () => {
      outcome = 'done';
      wake();
    },
    (error: unknown) => {
      outcome = { error };
      wake();
    },
  );
  try {
    while (true) {
      const event = queue.shift();
      if (event !== undefined) {
        yield event;
        continue;
      }
      if (outcome === 'done') return;
      if (outcome !== undefined) throw outcome.error;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    left.abort();
  }
}
