import { throwIfAborted } from './aborted.ts';

/** Called between two passes: lets messages in, and waits while it is another batch's turn. Rejects with `aborted`. */
export type BetweenPasses = () => Promise<void>;

interface Ticket {
  /** Samples that are not finished. */
  readonly left: () => number;
}

/**
 * All batches of this process, of whatever model, compute on the same cores. In the order in which they came; between two
 * passes the one with the fewest samples left goes first, so that a step that a person waits for does not queue behind a data
 * set. What a batch computes does not depend on when it does.
 */
const tickets = new Set<Ticket>();
const waiting = new Set<() => void>();

/** Runs the work of one batch. `left` says how many of its samples are not finished. */
export async function inTurn<Value>(left: () => number, signal: AbortSignal | undefined, work: (betweenPasses: BetweenPasses) => Promise<Value>): Promise<Value> {
  const ticket: Ticket = { left };
  tickets.add(ticket);
  signal?.addEventListener('abort', wakeAll);
  try {
    return await work(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      while (signal?.aborted !== true && first() !== ticket) await new Promise<void>((resolve) => waiting.add(resolve));
      throwIfAborted(signal);
      // Who is first may have changed since the others looked.
      wakeAll();
    });
  } finally {
    tickets.delete(ticket);
    signal?.removeEventListener('abort', wakeAll);
    wakeAll();
  }
}

function first(): Ticket | undefined {
  let best: Ticket | undefined;
  for (const ticket of tickets) if (best === undefined || ticket.left() < best.left()) best = ticket;
  return best;
}

function wakeAll(): void {
  const all = [...waiting];
  waiting.clear();
  for (const wake of all) wake();
}
