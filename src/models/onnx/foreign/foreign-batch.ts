import type { ModelManifest } from '../../manifest.ts';
import { createSampler } from '../sampler.ts';
import { samplesInTurn, type BatchItem, type SchedulerCounts, type SchedulerLimits } from '../scheduler.ts';
import { advance, type Sequence } from '../sequence.ts';
import type { ModelTokenizer } from '../tokenizer.ts';
import type { BetweenPasses } from '../turns.ts';
import { bytesPerPosition } from './cache.ts';
import type { ForeignSession } from './foreign-session.ts';
import type { GraphTraits } from './probe.ts';
import { createPromptReader } from './prompts.ts';
import { createRows } from './rows.ts';

/** A foreign graph with all that is known of it. */
export interface ForeignModel {
  readonly session: ForeignSession;
  readonly traits: GraphTraits;
  readonly manifest: ModelManifest;
}

/** The caches of all rows go in and come out of each pass, so more memory than this (bytes) is not filled with them. */
const LARGEST_CACHE = 512e6;
/** Likewise logits, where the graph gives those of every position. */
const LARGEST_LOGITS = 256e6;

/** `limitsFor` for a graph whose cache travels: at 8 rows it costs as much as the rows save. */
export function foreignLimits(manifest: ModelManifest): SchedulerLimits {
  const prefill = Math.max(8, Math.min(192, Math.round(6e9 / manifest.parameters), Math.floor(LARGEST_LOGITS / 4 / manifest.vocabulary)));
  return { rows: 8, prefill, trunk: 1024 };
}

/**
 * Runs a batch to its end, with the contract of runBatch: requests are admitted in their order, each prompt is read once, on
 * top of what it shares with the one before, and its samples decode together, as far as the graph allows. The same batch
 * gives the same tokens each time. Rejects with `aborted` between two passes once the signal fires.
 */
export async function runForeignBatch(model: ForeignModel, tokenizer: ModelTokenizer, items: readonly BatchItem[], limits: SchedulerLimits, signal?: AbortSignal): Promise<SchedulerCounts> {
  return samplesInTurn(items, tokenizer, signal, (waiting, betweenPasses) => runSequences(model, waiting, limits, betweenPasses));
}

async function runSequences({ session, traits, manifest }: ForeignModel, waiting: readonly Sequence[], limits: SchedulerLimits, betweenPasses: BetweenPasses): Promise<SchedulerCounts> {
  const prompts = createPromptReader(session, traits, limits.prefill);
  const rows = createRows(session, traits, manifest.context);
  const sampler = createSampler(manifest.vocabulary);
  const counts: SchedulerCounts = { prefillTokens: 0, decodeSteps: 0, decodedTokens: 0 };
  let next = 0;

  const lengthNow = (sequence: Sequence) => sequence.request.ids.length + sequence.stream.ids.length;
  const step = (sequence: Sequence, logits: Float32Array) => advance(sequence, logits, sampler, manifest.endTokens, manifest.context - lengthNow(sequence) - 1);

  /** Whether a sequence can decode beside those that do. */
  function fits(sequence: Sequence, beside: readonly Sequence[]): boolean {
    const [first] = beside;
    if (first === undefined) return true;
    if (!traits.batch || beside.length >= limits.rows) return false;
    const length = sequence.request.ids.length;
    // A sequence that was just admitted has its first token already, which is not in its cache yet.
    if (!traits.uneven && length !== lengthNow(first) - 1) return false;
    const longest = Math.max(length, ...beside.map(lengthNow));
    const { layout } = session;
    if (layout.cache.length > 0) return (beside.length + 1) * longest * bytesPerPosition(layout) <= LARGEST_CACHE;
    return layout.logitCount !== undefined || (beside.length + 1) * longest * manifest.vocabulary * 4 <= LARGEST_LOGITS;
  }

  async function admit(): Promise<void> {
    const joining: Parameters<typeof rows.join>[0][number][] = [];
    for (let sequence = waiting[next]; sequence !== undefined; sequence = waiting[next]) {
      const beside = [...rows.live(), ...joining.map((entry) => entry.sequence)];
      if (!fits(sequence, beside)) break;
      next++;
      const prompt = await prompts.read(sequence.request.ids, async (tokens) => {
        counts.prefillTokens += tokens;
        await betweenPasses();
      });
      step(sequence, prompt.logits);
      if (!sequence.finished) joining.push({ sequence, cache: prompt.cache });
    }
    rows.join(joining);
  }

  while (next < waiting.length || rows.live().length > 0) {
    if (next < waiting.length) await admit();
    if (rows.live().length === 0) continue;
    for (const { sequence, logits } of await rows.decode()) {
      counts.decodedTokens++;
      step(sequence, logits);
    }
    counts.decodeSteps++;
    await betweenPasses();
  }
  return counts;
}

