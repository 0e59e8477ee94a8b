/** Entry of the engine process: the only place where onnxruntime runs, so that a crash of it is an error and not the end of the editor. */
import process from 'node:process';
import type { GenerateEvent, ModelErrorReason } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import type { ClientMessage, EngineMessage, EngineRequest, EngineResults } from '../../protocol/engine.ts';
import { loadRuntime, type Runtime } from './runtime.ts';

/** Streamed text is gathered this long (ms) before it is sent: a message a token would cost more than the token. */
const GATHER_MS = 25;

const runtimes = new Map<number, Runtime>();
const aborts = new Map<number, AbortController>();
let nextModel = 1;

function send(message: EngineMessage): void {
  // After a disconnect nobody listens; the process is about to end.
  if (process.connected) process.send?.(message);
}

async function answer(id: number, request: EngineRequest, signal: AbortSignal): Promise<EngineResults[EngineRequest['type']]> {
  switch (request.type) {
    case 'load': {
      const runtime = await loadRuntime(request.directory, {
        ...(request.threads > 0 ? { threads: request.threads } : {}),
        onBusy: (ms) => send({ kind: 'busy', ms }),
      });
      const model = nextModel++;
      runtimes.set(model, runtime);
      return { model, info: runtime.info, capabilities: runtime.capabilities };
    }
    case 'generate': {
      const events = eventGatherer(id);
      try {
        await loaded(request.model).generate(request.requests, events.add, signal);
      } finally {
        events.flush();
      }
      return null;
    }
    case 'probabilities':
      return loaded(request.model).probabilities(request.prompts, request.candidates, signal);
  }
}

function loaded(model: number): Runtime {
  const runtime = runtimes.get(model);
  if (runtime === undefined) throw new StepscopeError('engine-failed', 'The model was unloaded: load it again.');
  return runtime;
}

/** Sends a finished sample at once, text now and then. */
function eventGatherer(id: number): { readonly add: (event: GenerateEvent) => void; readonly flush: () => void } {
  let events: GenerateEvent[] = [];
  let sent = performance.now();
  const flush = () => {
    if (events.length > 0) send({ kind: 'events', id, events });
    events = [];
    sent = performance.now();
  };
  return {
    add(event) {
      events.push(event);
      if (event.type !== 'text' || performance.now() - sent > GATHER_MS) flush();
    },
    flush,
  };
}

async function handle(id: number, request: EngineRequest): Promise<void> {
  const controller = new AbortController();
  aborts.set(id, controller);
  try {
    send({ kind: 'result', id, value: await answer(id, request, controller.signal) });
  } catch (error) {
    const known = error instanceof StepscopeError;
    const reason = known ? (error.reason as ModelErrorReason) : 'engine-failed';
    send({ kind: 'error', id, reason, message: known ? error.message : `The model engine failed: ${String(error)}.` });
  } finally {
    aborts.delete(id);
  }
}

process.on('message', (message: ClientMessage) => {
  switch (message.kind) {
    case 'abort':
      aborts.get(message.id)?.abort();
      return;
    case 'ping':
      send({ kind: 'pong' });
      return;
    case 'request':
      void handle(message.id, message.request);
  }
});
// The editor closed or died: no orphan stays behind.
process.on('disconnect', () => process.exit(0));
