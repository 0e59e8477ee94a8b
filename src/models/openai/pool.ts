import { setTimeout as sleep } from 'node:timers/promises';
import { aborted, ServerFault } from './fault.ts';

export interface PoolOptions {
  /** Requests that one server works on at once. */
  readonly concurrency: number;
  /** How often one task is tried again after a server failed it. */
  readonly retries: number;
  /** First wait, in milliseconds; each next one is twice as long, up to MAX_WAIT. */
  readonly backoff: number;
  /** For people: a server is taken out, or asks to wait. */
  readonly log?: (line: string) => void;
}

/** Servers that do the same work. */
export interface Pool<Server> {
  /**
   * Runs a task on the least loaded live server, and again on another one (or later) where that failed. Tasks start in the
   * order in which they were given. Resolves once, with what the one successful attempt gave. Throws the ServerFault of a task that
   * cannot succeed, `server-unreachable` when no server is left, or `aborted`.
   */
  run<T>(task: (server: Server) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Whether any server works, or may work again. */
  readonly alive: boolean;
}

interface Member<Server> {
  readonly server: Server;
  active: number;
  /** Tasks given to it so far: decides between equally loaded ones. */
  given: number;
  /** Failures in a row. */
  failures: number;
  /** Set while it is taken out: the last failure, and how often it was asked since whether it is back. */
  down: { readonly fault: ServerFault; readonly probes: number } | undefined;
  /** It asked to be left alone until then (performance.now). */
  pausedUntil: number;
  probing: boolean;
}

interface Waiter<Server> {
  readonly take: (member: Member<Server>) => void;
  readonly fail: (error: Error) => void;
}

/** A server that fails this often in a row is taken out until it answers a probe. */
const FAILURES = 3;
/** When every server was taken out and has failed this many probes, waiting work fails. */
const PROBES = 5;
/** "Wait" is no failure, but must not go on for ever. */
const BUSY_RETRIES = 30;
const MAX_WAIT = 15_000;

function isGone({ down }: Member<unknown>): boolean {
  return down !== undefined && down.probes >= PROBES;
}

/** `probe` resolves when a server works (again) and rejects otherwise. Servers in `down` start as taken out. */
export function createPool<Server>(servers: readonly Server[], down: ReadonlyMap<Server, ServerFault>, probe: (server: Server) => Promise<void>, options: PoolOptions): Pool<Server> {
  const members = servers.map((server): Member<Server> => {
    const fault = down.get(server);
    return { server, active: 0, given: 0, failures: 0, down: fault === undefined ? undefined : { fault, probes: 0 }, pausedUntil: 0, probing: false };
  });
  const waiters: Waiter<Server>[] = [];
  let unfinished = 0;
  /** Fires when no work is left: timers must not keep the process. */
  let idle = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: idle.signal }).catch(() => undefined);

  /** Full jitter around the exponential: clients that failed together must not come back together. */
  const wait = (attempt: number) => Math.min(MAX_WAIT, options.backoff * 2 ** Math.min(attempt, 20)) * (0.5 + Math.random() / 2);

  const pick = (): Member<Server> | undefined => {
    const now = performance.now();
    const free = members.filter((member) => member.down === undefined && member.pausedUntil <= now && member.active < options.concurrency);
    return free.sort((a, b) => a.active - b.active || a.given - b.given)[0];
  };

  const pump = () => {
    for (let member = pick(); member !== undefined && waiters.length > 0; member = pick()) {
      member.active++;
      member.given++;
      waiters.shift()?.take(member);
    }
    if (waiters.length === 0) return;
    for (const member of members) if (member.down !== undefined) void probeUntilBack(member);
    if (members.every(isGone)) failWaiting();
  };

  const failWaiting = () => {
    const fault = members.find((member) => member.down !== undefined)?.down?.fault;
    for (const waiter of waiters.splice(0)) waiter.fail(fault ?? new ServerFault('endpoint', 'server-unreachable', 'There is no server to ask.'));
  };

  /** Asks a server that was taken out whether it is back, as long as there is work for it. */
  const probeUntilBack = async (member: Member<Server>) => {
    if (member.probing) return;
    member.probing = true;
    for (let down = member.down; unfinished > 0 && down !== undefined; down = member.down) {
      await pause(wait(down.probes));
      if (unfinished === 0) break;
      const { fault, probes } = down;
      const failure = await probe(member.server).then(
        () => undefined,
        (error: unknown) => (error instanceof ServerFault ? error : fault),
      );
      member.down = failure === undefined ? undefined : { fault: failure, probes: probes + 1 };
      if (failure === undefined) member.failures = 0;
      pump();
    }
    member.probing = false;
  };

  /** `again`: a task that was started before goes before those that were not. */
  const acquire = (signal: AbortSignal, again: boolean): Promise<Member<Server>> =>
    new Promise((resolve, reject) => {
      const leave = () => {
        const at = waiters.indexOf(waiter);
        if (at >= 0) waiters.splice(at, 1);
        reject(aborted());
      };
      const settled = () => signal.removeEventListener('abort', leave);
      const waiter: Waiter<Server> = {
        take(member) {
          settled();
          resolve(member);
        },
        fail(error) {
          settled();
          reject(error);
        },
      };
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      if (again) waiters.unshift(waiter);
      else waiters.push(waiter);
      pump();
    });

  const note = (member: Member<Server>, fault: ServerFault, attempt: number) => {
    if (fault.kind === 'busy') {
      const ms = Math.min(fault.retryAfter ?? wait(attempt), 4 * MAX_WAIT);
      // Many requests are sent away at once: one line is enough.
      if (member.pausedUntil <= performance.now()) options.log?.(`${fault.message} Asking again in ${(ms / 1000).toFixed(1)} s.`);
      member.pausedUntil = Math.max(member.pausedUntil, performance.now() + ms);
      void pause(ms + 1).then(pump);
      return;
    }
    if (fault.kind !== 'endpoint') return;
    member.failures++;
    if (member.failures < FAILURES || member.down !== undefined) return;
    member.down = { fault, probes: 0 };
    options.log?.(`${fault.message} Asking whether it is back.`);
  };

  const attempt = async <T>(task: (server: Server) => Promise<T>, signal: AbortSignal) => {
    let failed = 0;
    let busy = 0;
    while (true) {
      const member = await acquire(signal, failed + busy > 0);
      try {
        const result = await task(member.server);
        member.failures = 0;
        return result;
      } catch (error) {
        if (!(error instanceof ServerFault) || !error.retryable) throw error;
        note(member, error, failed + busy);
        if (error.kind === 'busy' ? ++busy > BUSY_RETRIES : ++failed > options.retries) throw error;
      } finally {
        member.active--;
        pump();
      }
      // Where another server is free the work goes on at once.
      if (pick() === undefined || members.length === 1) await sleep(wait(failed), undefined, { signal }).catch(() => undefined);
    }
  };

  return {
    get alive() {
      return !members.every(isGone);
    },
    async run(task, signal) {
      if (unfinished++ === 0) {
        idle = new AbortController();
        // Given up long ago is no reason not to ask again.
        for (const member of members) if (member.down !== undefined) member.down = { ...member.down, probes: 0 };
      }
      try {
        return await attempt(task, signal);
      } finally {
        if (--unfinished === 0) idle.abort();
      }
    },
  };
}
