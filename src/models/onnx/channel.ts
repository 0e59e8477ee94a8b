import { fork, type ChildProcess } from 'node:child_process';
import { StepscopeError } from '../../core/result.ts';
import type { ClientMessage, EngineEvent, EngineMessage, EngineRequest, EngineResults } from '../../protocol/engine.ts';
import { abortedError } from './aborted.ts';
import { engineEnvironment, type EngineProgram } from './engine-program.ts';

/** Typed requests to one engine process. */
export interface EngineChannel {
  readonly pid: number | undefined;
  /** false once the process has ended; every pending request has then failed with `engine-exited`. */
  readonly alive: boolean;
  request<Request extends EngineRequest>(request: Request, onEvent?: (event: EngineEvent) => void, signal?: AbortSignal): Promise<EngineResults[Request['type']]>;
  close(): void;
}

interface Pending {
  readonly resolve: (value: EngineResults[EngineRequest['type']]) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: ((event: EngineEvent) => void) | undefined;
}

const STDERR_KEPT = 2000;
/** A sign of life is asked for this often (ms) while a request is open. */
const PING_MS = 500;
/** Silence of this long (ms), beyond what the engine announced, is a hang. */
const SILENCE_MS = 4000;
/** A new process may take this long (ms) to say its first word on a busy machine. */
const START_MS = 20_000;

/** Forks the engine process. `execArgv` is empty so that a debugger's or a loader's flags do not reach it. */
export function openChannel({ enginePath, nodePath }: EngineProgram, log?: (line: string) => void): EngineChannel {
  const child = fork(enginePath, [], {
    ...(nodePath === undefined ? {} : { execPath: nodePath }),
    env: engineEnvironment(),
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let alive = true;
  let stderr = '';
  /** Until then silence is no sign of anything. */
  let patientUntil = performance.now() + START_MS;
  let lastTick = performance.now();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
    if (alive) log?.(text.trimEnd());
  });

  const stop = (error: StepscopeError) => {
    alive = false;
    clearInterval(watch);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  const fail = (error: StepscopeError) => {
    if (!alive) return;
    stop(error);
    log?.(error.message);
  };
  const end = (how: string) => {
    const said = stderr.trim().split('\n').at(-1);
    const detail = said === undefined || said === '' ? '' : ` It said: "${said}".`;
    fail(new StepscopeError('engine-exited', `The model engine ended unexpectedly (${how}); what was scored is kept, run the command again to go on.${detail}`));
  };
  const bePatient = (ms: number) => (patientUntil = Math.max(patientUntil, performance.now() + ms));
  const watch = setInterval(() => {
    const now = performance.now();
    // A tick that comes late says that this process was held up, or the machine slept: nothing about the engine.
    if (now - lastTick > 2 * PING_MS) bePatient(SILENCE_MS);
    lastTick = now;
    if (pending.size === 0) return;
    if (now < patientUntil) {
      post(child, { kind: 'ping' });
      return;
    }
    fail(new StepscopeError('engine-hung', `The model engine did not answer for ${SILENCE_MS / 1000} s and was stopped; what was scored is kept, run the command again to go on.`));
    child.kill('SIGKILL');
  }, PING_MS);
  watch.unref();
  child.on('exit', (code, signal) => end(signal === null ? `exit code ${code ?? 'unknown'}` : signal));
  child.on('error', (error) => end(error.message));
  child.on('message', (message: EngineMessage) => {
    // From here on it may be silent for as long as it announces, and no longer.
    patientUntil = performance.now() + SILENCE_MS + (message.kind === 'busy' ? message.ms : 0);
    if (message.kind === 'busy') return;
    if (message.kind !== 'pong') receive(pending, message);
  });

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
          reject(abortedError());
          return;
        }
        const id = nextId++;
        bePatient(SILENCE_MS);
        const abort = () => {
          post(child, { kind: 'abort', id });
          pending.delete(id);
          reject(abortedError());
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
      // Nothing is logged: whoever closes may have closed its log before.
      stop(new StepscopeError('aborted', 'The model engine was closed.'));
      child.kill('SIGKILL');
    },
  };
}

function post(child: ChildProcess, message: ClientMessage): void {
  // A process that is gone is reported by its exit event, not by the failed send.
  if (child.connected) child.send(message, () => undefined);
}

type Answer = Exclude<EngineMessage, { readonly kind: 'pong' | 'busy' }>;

function receive(pending: Map<number, Pending>, message: Answer): void {
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
