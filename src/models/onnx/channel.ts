import { fork, type ChildProcess } from 'node:child_process';
import type { GenerateEvent } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import type { ClientMessage, EngineMessage, EngineRequest, EngineResults } from '../../protocol/engine.ts';

/** Typed requests to one engine process. */
export interface EngineChannel {
  readonly pid: number | undefined;
  /** false once the process has ended; every pending request has then failed with `engine-exited`. */
  readonly alive: boolean;
  request<Request extends EngineRequest>(request: Request, onEvent?: (event: GenerateEvent) => void, signal?: AbortSignal): Promise<EngineResults[Request['type']]>;
  close(): void;
}

interface Pending {
  readonly resolve: (value: EngineResults[EngineRequest['type']]) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: ((event: GenerateEvent) => void) | undefined;
}

const STDERR_KEPT = 2000;

/** Forks the engine process. `execArgv` is empty so that a debugger's or a loader's flags do not reach it. */
export function openChannel(enginePath: string, log?: (line: string) => void): EngineChannel {
  const child = fork(enginePath, [], { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let alive = true;
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
    log?.(text.trimEnd());
  });

  const end = (how: string) => {
    if (!alive) return;
    alive = false;
    const said = stderr.trim().split('\n').at(-1);
    const detail = said === undefined || said === '' ? '' : ` It said: "${said}".`;
    const error = new StepscopeError('engine-exited', `The model engine ended unexpectedly (${how}); what was scored is kept, run the command again to go on.${detail}`);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    log?.(error.message);
  };
  child.on('exit', (code, signal) => end(signal === null ? `exit code ${code ?? 'unknown'}` : signal));
  child.on('error', (error) => end(error.message));
  child.on('message', (message) => receive(pending, message as EngineMessage));

  return {
    get pid() {
      return child.pid;
    },
    get alive() {
      return alive;
    },
    request(request, onEvent, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(new StepscopeError('aborted', 'The request was cancelled.'));
          return;
        }
        const id = nextId++;
        const abort = () => {
          post(child, { kind: 'abort', id });
          pending.delete(id);
          reject(new StepscopeError('aborted', 'The request was cancelled.'));
        };
        const settled = () => signal?.removeEventListener('abort', abort);
        pending.set(id, {
          resolve: (value) => {
            settled();
            resolve(value as never);
          },
          reject: (error) => {
            settled();
            reject(error);
          },
          onEvent,
        });
        signal?.addEventListener('abort', abort, { once: true });
        post(child, { kind: 'request', id, request });
      });
    },
    close() {
      alive = false;
      for (const { reject } of pending.values()) reject(new StepscopeError('aborted', 'The model engine was closed.'));
      pending.clear();
      child.kill();
    },
  };
}

function post(child: ChildProcess, message: ClientMessage): void {
  // A process that is gone is reported by its exit event, not by the failed send.
  if (child.connected) child.send(message, () => undefined);
}

function receive(pending: Map<number, Pending>, message: EngineMessage): void {
  const entry = pending.get(message.id);
  if (entry === undefined) return;
  switch (message.kind) {
    case 'events':
      for (const event of message.events) entry.onEvent?.(event);
      return;
    case 'result':
      pending.delete(message.id);
      entry.resolve(message.value);
      return;
    case 'error':
      pending.delete(message.id);
      entry.reject(new StepscopeError(message.reason, message.message));
      return;
  }
}
