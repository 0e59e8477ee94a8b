import { StepscopeError } from '../../core/result.ts';

/** How a hub is reached. */
export interface HubAccess {
  /** Without a slash at its end, for example `https://huggingface.co`. */
  readonly endpoint: string;
  /** Sent to the endpoint only, never written anywhere. */
  readonly token?: string;
  /** Waits between tries grow from this many ms. Default 500. */
  readonly backOffMs?: number;
}

/** Tries of one request, and of one file without any progress. */
export const MAX_TRIES = 5;
/** A connection over which nothing comes for this long is given up (ms). */
const IDLE_MS = 30_000;

/** HF_ENDPOINT and HF_TOKEN, as other tools of the field read them. */
export function accessFromEnvironment(environment: Readonly<Record<string, string | undefined>>): HubAccess {
  const endpoint = (environment['HF_ENDPOINT'] ?? '').trim().replace(/\/+$/, '') || 'https://huggingface.co';
  const token = environment['HF_TOKEN']?.trim();
  return token === undefined || token === '' ? { endpoint } : { endpoint, token };
}

/** A failure after which trying again makes sense. */
export class Transient extends Error {}

/** A signal that fires when the caller's does, or when `touch` was not called for a while. */
export interface IdleGuard {
  readonly signal: AbortSignal;
  touch(): void;
  end(): void;
}

export function idleGuard(signal: AbortSignal | undefined, idleMs = IDLE_MS): IdleGuard {
  const idle = new AbortController();
  const expire = () => idle.abort(new Error(`nothing came for ${idleMs / 1000} s`));
  let timer = setTimeout(expire, idleMs);
  return {
    signal: signal === undefined ? idle.signal : AbortSignal.any([signal, idle.signal]),
    touch() {
      clearTimeout(timer);
      timer = setTimeout(expire, idleMs);
    },
    end: () => clearTimeout(timer),
  };
}

/**
 * GETs JSON, tried again with growing waits after a lost connection, 429 or 5xx; undefined for a body that is no JSON.
 * Throws StepscopeError `hub-failed` (one sentence with what to do) or `aborted`.
 */
export async function requestJson(url: string, access: HubAccess, signal?: AbortSignal): Promise<unknown> {
  let last = '';
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const guard = idleGuard(signal);
    try {
      const response = await requestOnce(url, access, {}, guard.signal);
      const text = await response.text().catch((error: unknown) => {
        throw new Transient(reasonOf(error));
      });
      return parseJson(text);
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof Transient)) throw error;
      last = error.message;
      if (attempt < MAX_TRIES) await wait(attempt, access, signal);
    } finally {
      guard.end();
    }
  }
  throw new StepscopeError('hub-failed', `${access.endpoint} could not be reached after ${MAX_TRIES} tries (${last}): check the connection and HF_ENDPOINT, then run it again.`);
}

/** One GET without another try; throws Transient where one would make sense. */
export async function requestOnce(url: string, access: HubAccess, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> {
  const authorization = access.token === undefined ? {} : { authorization: `Bearer ${access.token}` };
  const response = await fetch(url, { headers: { ...headers, ...authorization }, signal }).catch((error: unknown) => {
    throw new Transient(reasonOf(error));
  });
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  if (status === 429 || status >= 500) throw new Transient(`status ${status}`);
  const path = new URL(url).pathname;
  const what = status === 401 || status === 403 ? 'needs access: accept its terms on its page and set HF_TOKEN' : status === 404 ? 'does not exist there: check the name and the revision' : `was answered with status ${status}`;
  throw new StepscopeError('hub-failed', `${path} on ${access.endpoint} ${what}.`);
}

/** Waits before try `attempt + 1`: doubling, with jitter so that several downloads do not knock together. */
export async function wait(attempt: number, access: HubAccess, signal?: AbortSignal): Promise<void> {
  const ms = (access.backOffMs ?? 500) * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
  throwIfAborted(signal);
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new StepscopeError('aborted', 'The download was cancelled; what has arrived is kept, the next try goes on from there.');
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
