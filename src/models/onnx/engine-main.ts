/** Entry of the engine process: the only place where onnxruntime runs, so that a crash of it is an error and not the end of the editor. */
import process from 'node:process';
import type { ModelErrorReason } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import type { ClientMessage, EngineEvent, EngineMessage, EngineRequest, EngineResults } from '../../protocol/engine.ts';
import { convertModel } from '../convert/convert.ts';
import { openNativeRuntime } from './native-runtime.ts';
import type { Runtime } from './runtime.ts';

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
      const { loadRuntime } = await openNativeRuntime();
      const runtime = await loadRuntime(request.directory, {
        ...(request.threads > 0 ? { threads: request.threads } : {}),
        onBusy: (ms) => send({ kind: 'busy', ms }),
      });
      const model = nextModel++;
      runtimes.set(model, runtime);
      return { model, info: runtime.info, capabilities: runtime.capabilities };
    }
    case 'about': {
      const { version } = await openNativeRuntime();
      return { node: process.versions.node, platform: `${process.platform}-${process.arch}`, onnxruntime: version, memory: process.memoryUsage.rss() };
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
    case 'convert': {
      const { source, target, bits, block } = request.order;
      const events = eventGatherer(id);
      const { weights, parameters } = await convertModel(source, target, { bits, block }, (progress) => events.add({ type: 'converted', ...progress }), signal);
      return { weights, parameters };
    }
    case 'probabilities':
      return loaded(request.model).probabilities(request.prompts, request.candidates, signal);
    case 'chat': {
      const { chatPrompts, info } = loaded(request.model);
      if (chatPrompts === undefined) throw new StepscopeError('unsupported', `${info.name} has no chat template.`);
      return chatPrompts(request.requests, signal);
    }
    case 'tokenize':
      return loaded(request.model).tokenize(request.texts);
    case 'inspect':
      return loaded(request.model).inspect(request.request, signal);
    case 'attention': {
      const events = eventGatherer(id);
      const means = await loaded(request.model).attention(request.request, (progress) => events.add({ type: 'read', ...progress }), signal);
      events.flush();
      return means;
    }
  }
}

function loaded(model: number): Runtime {
  const runtime = runtimes.get(model);
  if (runtime === undefined) throw new StepscopeError('engine-failed', 'The model was unloaded: load it again.');
  return runtime;
}

/** Sends a finished sample at once, text now and then. */
function eventGatherer(id: number): { readonly add: (event: EngineEvent) => void; readonly flush: () => void } {
  let events: EngineEvent[] = [];
  let sent = performance.now();
  const flush = () => {
    if (events.length > 0) send({ kind: 'events', id, events });
    events = [];
    sent = performance.now();
  };
  return {
    add(event) {
      events.push(event);
      if (event.type === 'sample' || event.type === 'failed' || performance.now() - sent > GATHER_MS) flush();
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
