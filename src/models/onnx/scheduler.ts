import { throwIfAborted } from './aborted.ts';
import type { ModelManifest } from '../manifest.ts';
import { Columns } from './columns.ts';
import { createSampler } from './sampler.ts';
import { advance, createSequence, type Sequence, type SequenceListener, type SequenceRequest } from './sequence.ts';
import { HIDDEN, type Mask, masks } from './masks.ts';
import type { DecoderSession } from './session.ts';
import type { ModelTokenizer } from './tokenizer.ts';
import { Trunk } from './trunk.ts';
import { inTurn, type BetweenPasses } from './turns.ts';

export interface SchedulerLimits {
  /** Samples that decode together. */
  readonly rows: number;
  /** Prompt tokens in one pass: bounds how long an abort or a shorter request waits. */
  readonly prefill: number;
  /**
   * Prompt tokens that are held at once, beyond which only the first few rows are admitted. Every row's attention runs over
   * all of them, masked or not: at 2300 tokens of unrelated prompts a decode step took 63 ms for 27 rows, where 1100 tokens
   * took 20 ms for 13 rows, so more rows were slower.
   */
  readonly trunk: number;
}

/**
 * Limits by the size of the model alone, not by measured speed: how a prompt is cut into passes changes the last bits of its
 * numbers, and the same request must give the same ones.
 */
export function limitsFor(manifest: ModelManifest): SchedulerLimits {
  const prefill = Math.max(8, Math.min(192, Math.round(6e9 / manifest.parameters)));
  return { rows: 32, prefill, trunk: 1024 };
}

/** Rows that decode together whatever their prompts take: below this, the weights are read for too few. */
const FEW_ROWS = 8;

/** What a scheduler did so far, for benchmarks and tests. */
export interface SchedulerCounts {
  prefillTokens: number;
  decodeSteps: number;
  decodedTokens: number;
}

export interface BatchItem {
  readonly request: SequenceRequest;
  readonly listener: SequenceListener;
}

/**
 * Runs a batch of requests to its end: samples of one prompt, steps of one trace and unrelated prompts decode together, one
 * token each a pass; a sample that ends makes room for one that waits. Shared prompt prefixes are computed once (Trunk).
 * Requests are admitted in their order.
 *
 * Why a batch has a cache of its own: where a prompt lies in the cache changes the order in which attention sums, and with
 * it the last bits of every number, which 8-bit activations then enlarge. Nothing else does (the number of rows does not).
 * From an empty cache and a fixed order, the same batch gives the same tokens each time.
 *
 * Rejects with `aborted` between two passes once the signal fires; finished samples have been reported by then.
 */
export async function runBatch(
  session: DecoderSession,
  tokenizer: ModelTokenizer,
  items: readonly BatchItem[],
  limits: SchedulerLimits = limitsFor(session.manifest),
  signal?: AbortSignal,
): Promise<SchedulerCounts> {
  return samplesInTurn(items, tokenizer, signal, (waiting, betweenPasses) => runSequences(session, waiting, limits, betweenPasses));
}

/** Runs all samples of a batch as one of the batches that take turns. Rejects with `aborted` before it begins, too. */
export async function samplesInTurn<Value>(
  items: readonly BatchItem[],
  tokenizer: ModelTokenizer,
  signal: AbortSignal | undefined,
  run: (waiting: readonly Sequence[], betweenPasses: BetweenPasses) => Promise<Value>,
): Promise<Value> {
  throwIfAborted(signal);
  const waiting = items.flatMap(({ request, listener }) => Array.from({ length: request.n }, (_, sample) => createSequence(request, sample, listener, tokenizer)));
  return inTurn(() => waiting.filter(({ finished }) => !finished).length, signal, (betweenPasses) => run(waiting, betweenPasses));
}

async function runSequences(session: DecoderSession, waiting: readonly Sequence[], limits: SchedulerLimits, betweenPasses: BetweenPasses): Promise<SchedulerCounts> {
  const { manifest, width } = session;
  const trunk = new Trunk(manifest.layers, width);
  const columns = new Columns(manifest.layers, width);
  const sampler = createSampler(manifest.vocabulary);
  let next = 0;
  /** By column; undefined is a column whose sequence has ended. */
  let running: (Sequence | undefined)[] = [];
  const counts: SchedulerCounts = { prefillTokens: 0, decodeSteps: 0, decodedTokens: 0 };
  let trunkMask: Mask | undefined;

  const live = () => running.filter((sequence) => sequence !== undefined);

  function retire(sequence: Sequence): void {
    sequence.finished = true;
    if (sequence.path !== undefined) trunk.release(sequence.path);
    sequence.path = undefined;
    if (sequence.column >= 0) running[sequence.column] = undefined;
    sequence.column = -1;
  }

  function step(sequence: Sequence, logits: Float32Array): void {
    const used = sequence.request.ids.length + sequence.stream.ids.length + 1;
    advance(sequence, logits, sampler, manifest.endTokens, manifest.context - used);
    if (sequence.finished) retire(sequence);
  }

  /** Computes the pending trunk entries and gives each admitted sequence its first token. */
  async function prefill(admitted: readonly Sequence[]): Promise<void> {
    const ends = new Map<number, Sequence[]>();
    for (const sequence of admitted) {
      const end = sequence.path?.at(-1) ?? 0;
      ends.set(end, [...(ends.get(end) ?? []), sequence]);
    }
    // A prompt that is in the trunk as a whole: its last token is computed again, for the distribution after it.
    const again = [...ends.keys()].filter((entry) => entry < trunk.computed);
    while (trunk.pending > 0 || again.length > 0) {
      const fresh = Array.from({ length: Math.min(trunk.pending, limits.prefill) }, (_, i) => trunk.computed + i);
      const entries = [...fresh, ...again.splice(0)];
      const asked = entries.flatMap((entry, row) => (ends.has(entry) ? [row] : []));
      const { trunk: mask, self } = trunk.prefillMasks(entries);
      const { logits, newKv } = await session.forward({
        ids: entries.map((entry) => trunk.token(entry)),
        positions: entries.map((entry) => trunk.depth(entry)),
        trunk: trunk.view,
        own: undefined,
        maskTrunk: mask,
        maskOwn: masks.closed,
        maskSelf: self,
        logitRows: asked.length > 0 ? asked : [0],
      });
      trunk.append(newKv, entries.length, fresh.length);
      counts.prefillTokens += entries.length;
      asked.forEach((row, i) => {
        for (const sequence of ends.get(entries[row] ?? -1) ?? []) step(sequence, logitsOf(logits, i, manifest.vocabulary));
      });
      await betweenPasses();
    }
  }

  /** Lays the columns out for the sequences that go on, with those that join. */
  function arrange(joining: readonly Sequence[]): void {
    const staying = live();
    const firstSlot = Math.min(columns.length, ...staying.map((sequence) => sequence.firstSlot));
    columns.rearrange([...staying.map((sequence) => sequence.column), ...joining.map(() => undefined)], firstSlot);
    for (const sequence of staying) sequence.firstSlot -= firstSlot;
    for (const sequence of joining) sequence.firstSlot = columns.length;
    running = [...staying, ...joining];
    running.forEach((sequence, column) => {
      if (sequence !== undefined) sequence.column = column;
    });
    trunkMask = undefined;
  }

  async function admit(): Promise<void> {
    if (trunk.prune()) trunkMask = undefined;
    const room = limits.rows - live().length;
    const admitted: Sequence[] = [];
    const crowded = () => trunk.size > limits.trunk && live().length + admitted.length >= FEW_ROWS;
    while (next < waiting.length && admitted.length < room && trunk.pending < limits.prefill && !crowded()) {
      const sequence = waiting[next++];
      if (sequence === undefined) break;
      sequence.path = trunk.insert(sequence.request.ids, sequence.request.hides);
      admitted.push(sequence);
    }
    if (admitted.length === 0) return;
    await prefill(admitted);
    const joining = admitted.filter((sequence) => !sequence.finished);
    const free = running.flatMap((sequence, column) => (sequence === undefined ? [column] : []));
    if (joining.length > free.length) arrange(joining);
    else {
      joining.forEach((sequence, i) => {
        sequence.column = free[i] ?? 0;
        sequence.firstSlot = columns.length;
        running[sequence.column] = sequence;
      });
    }
    trunkMask = undefined;
  }

  async function decode(): Promise<void> {
    if (worthArranging(running, columns.length)) {
      trunk.prune();
      arrange([]);
    }
    const now = [...running];
    const some = now.find((sequence) => sequence !== undefined);
    if (some === undefined) return;
    trunkMask ??= trunk.pathMask(now.map((sequence) => (sequence ?? some).path ?? new Int32Array(0)));
    const { logits, newKv } = await session.forward({
      ids: now.map((sequence) => sequence?.pendingToken ?? 0),
      positions: now.map((sequence) => (sequence === undefined ? 0 : sequence.request.ids.length + sequence.stream.ids.length - 1)),
      trunk: trunk.view,
      own: columns.view,
      maskTrunk: trunkMask,
      maskOwn: ownMask(now, columns.length),
      maskSelf: diagonal(now.length),
      logitRows: now.map((_, row) => row),
    });
    columns.append(newKv);
    counts.decodeSteps++;
    now.forEach((sequence, row) => {
      if (sequence === undefined) return;
      counts.decodedTokens++;
      step(sequence, logitsOf(logits, row, manifest.vocabulary));
    });
  }

  while (next < waiting.length || live().length > 0) {
    if (next < waiting.length && live().length < limits.rows) await admit();
    await decode();
    await betweenPasses();
  }
  return counts;
}

function logitsOf(logits: Float32Array, row: number, vocabulary: number): Float32Array {
  return logits.subarray(row * vocabulary, (row + 1) * vocabulary);
}

/** Laying the cache out anew costs a copy of it: done when over a quarter of its columns, or a third of its slots, are nobody's. */
function worthArranging(running: readonly (Sequence | undefined)[], slots: number): boolean {
  const live = running.filter((sequence) => sequence !== undefined);
  const unusedSlots = Math.min(slots, ...live.map((sequence) => sequence.firstSlot));
  return (running.length - live.length) * 4 > running.length || (unusedSlots >= MIN_UNUSED_SLOTS && unusedSlots * 3 > slots);
}

const MIN_UNUSED_SLOTS = 32;

/** A column that was joined late does not see the slots of those before it. */
function ownMask(running: readonly (Sequence | undefined)[], length: number): Mask {
  if (running.every((sequence) => sequence === undefined || sequence.firstSlot === 0)) return masks.open;
  const data = new Float32Array(running.length * length);
  running.forEach((sequence, row) => data.fill(HIDDEN, row * length, row * length + (sequence?.firstSlot ?? 0)));
  return { data, rows: running.length, columns: length };
}

/** Rows of a decode step do not see each other. */
function diagonal(rows: number): Float32Array {
  const mask = new Float32Array(rows * rows).fill(HIDDEN);
  for (let row = 0; row < rows; row++) mask[row * rows + row] = 0;
  return mask;
}
