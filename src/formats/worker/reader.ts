import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DatasetChange } from '../dataset.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import type { ReaderMessage, ReaderOrder, ReaderQuestion, ReaderRequest, ReaderSource, ReaderState } from './messages.ts';
import { assembler } from './pieces.ts';

/** A thread that has a file open. */
export interface Reader {
  readonly state: ReaderState;
  /** The answer to a question; undefined where there will be none: the thread has ended, or the signal aborts. Never rejects. */
  ask(question: ReaderQuestion, signal?: AbortSignal): Promise<unknown>;
  /** Stops what the thread is doing, at once. */
  end(): void;
}

export interface ReaderListener {
  changed(change: DatasetChange): void;
  /** The thread has ended by itself, after it had opened the file; a sentence. */
  failed(message: string): void;
}

export interface ReaderSettings {
  /** The bundled entry (dist/dataset.js). */
  readonly script: string;
  /** Memory that the thread may take for objects, in MB. */
  readonly megabytes: number;
}

interface Asked {
  readonly answer: ReturnType<typeof assembler>;
  readonly settle: (value: unknown) => void;
}

/** Starts a thread for a file. Bytes in the order that have a buffer to themselves are given away. Rejects with the signal's reason where it aborts before the file is open. */
export async function startReader({ script, megabytes }: ReaderSettings, order: ReaderOrder, listener: ReaderListener, signal?: AbortSignal): Promise<Result<Reader, FormatErrorReason>> {
  signal?.throwIfAborted();
  const { source } = order;
  const name = nameOf(source);
  // No flags of the process that starts it: those of an editor are not all allowed in a thread.
  const worker = new Worker(script, { workerData: order, transferList: ownBuffer(source), execArgv: [], resourceLimits: { maxOldGenerationSizeMb: megabytes } });
  const asked = new Map<number, Asked>();
  let next = 0;
  let state: ReaderState | undefined;
  let hasEnded = false;

  const end = (): void => {
    hasEnded = true;
    void worker.terminate();
    for (const { settle } of [...asked.values()]) settle(undefined);
  };
  const send = (request: ReaderRequest): void => worker.postMessage(request);

  function ask(question: ReaderQuestion, signal?: AbortSignal): Promise<unknown> {
    if (hasEnded || signal?.aborted === true) return Promise.resolve(undefined);
    const id = next++;
    return new Promise((resolve) => {
      const cancel = (): void => {
        send({ kind: 'cancel', id });
        settle(undefined);
      };
      const settle = (value: unknown): void => {
        signal?.removeEventListener('abort', cancel);
        asked.delete(id);
        resolve(value);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      asked.set(id, { answer: assembler(), settle });
      send({ kind: 'question', id, question });
    });
  }

  return new Promise((resolve, reject) => {
    const abort = (): void => {
      end();
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const opened = (result: Result<Reader, FormatErrorReason>): void => {
      signal?.removeEventListener('abort', abort);
      if (!result.ok) end();
      resolve(result);
    };
    const failed = (how: string): void => {
      if (hasEnded) return;
      end();
      const message = `${name} cannot be read: its reader ${how}.`;
      if (state === undefined) opened(fail('reader-ended', message));
      else listener.failed(message);
    };

    function take(message: ReaderMessage): void {
      if (message.kind === 'opened') {
        if (!message.state.ok) return opened(message.state);
        const first = message.state.value;
        state = first;
        const reader: Reader = {
          get state() {
            return state ?? first;
          },
          ask,
          end,
        };
        return opened(ok(reader));
      }
      ({ state } = message);
      if (message.kind === 'change') return listener.changed(message.change);
      const { id, piece } = message;
      const waiting = asked.get(id);
      waiting?.answer.take(piece);
      if (piece.last) waiting?.settle(waiting.answer.value);
      else if (waiting !== undefined) send({ kind: 'more', id });
    }

    worker.on('message', (message: ReaderMessage) => {
      if (!hasEnded) take(message);
    });
    onEnd(worker, megabytes, failed);
  });
}

/** Hears how a thread has come to its end, as the end of a sentence about it; more than once. */
export function onEnd(worker: Worker, megabytes: number, heard: (how: string) => void): void {
  worker.on('error', (error: NodeJS.ErrnoException) => {
    heard(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `needs more than ${megabytes} MB of memory: split the file, or save it as JSONL with one row a line` : `failed (${error.message}): open it again`);
  });
  worker.on('exit', (code) => heard(`ended (exit code ${code}): open it again`));
}

export function nameOf(source: ReaderSource): string {
  return 'path' in source ? path.basename(source.path) : source.name;
}

/** The buffer of bytes that are all of it; a buffer that others share is copied. */
function ownBuffer(source: ReaderSource): ArrayBuffer[] {
  if ('path' in source) return [];
  const { buffer, byteLength } = source.bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
