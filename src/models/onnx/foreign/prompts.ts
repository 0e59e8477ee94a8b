import { emptyCache, gatherRows, type Cache } from './cache.ts';
import type { ForeignSession } from './foreign-session.ts';
import type { GraphTraits } from './probe.ts';

/** A prompt that has been read. */
export interface ReadPrompt {
  readonly ids: readonly number[];
  /** One row. */
  readonly cache: Cache;
  /** After the last token. */
  readonly logits: Float32Array;
}

/** The next prompt most often starts like the last one, and its samples still to come share it. */
const KEPT = 2;
/** Cutting a cache costs a copy of it: not for the few tokens that any two prompts share. */
const LEAST_SHARED = 8;

export interface PromptReader {
  /** Reads a prompt on top of what it shares with a recent one. `onPass` hears of each pass, and may throw to stop. */
  read(ids: readonly number[], onPass: (tokens: number) => Promise<void>): Promise<ReadPrompt>;
}

/** Reads prompts in passes of at most `piece` tokens, where the graph can be given a prompt in pieces. */
export function createPromptReader(session: ForeignSession, traits: GraphTraits, piece: number): PromptReader {
  const { layout } = session;
  let kept: readonly ReadPrompt[] = [];

  const start = (ids: readonly number[]): Cache => {
    const lengths = kept.map((prompt) => commonPrefix(prompt.ids, ids));
    const longest = Math.max(0, ...lengths);
    const from = kept[lengths.indexOf(longest)];
    // The last token is computed in any case, for the distribution after it.
    const shared = Math.min(longest, ids.length - 1);
    if (from === undefined || shared < LEAST_SHARED || !traits.pieces) return emptyCache(layout);
    return gatherRows(layout, [{ cache: from.cache, row: 0, ranges: [[0, shared]] }]);
  };

  return {
    async read(ids, onPass) {
      const known = kept.find((prompt) => prompt.ids.length === ids.length && commonPrefix(prompt.ids, ids) === ids.length);
      if (known !== undefined) return known;
      let cache = start(ids);
      let logits = new Float32Array(0);
      for (let at = cache.positions; at < ids.length; ) {
        const fresh = ids.slice(at, traits.pieces ? at + piece : ids.length);
        const output = await session.forward({ ids: [fresh], positions: [at], past: cache });
        cache = output.cache;
        at += fresh.length;
        if (at === ids.length) logits = new Float32Array(output.logits[0] ?? []);
        await onPass(fresh.length);
      }
      const prompt = { ids, cache, logits };
      kept = [prompt, ...kept].slice(0, KEPT);
      return prompt;
    },
  };
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
