import type { ModelTokenizer } from './tokenizer.ts';

/** Tokens looked back at when the text of a new one is worked out: enough for any decoder's joins. */
const LOOK_BACK = 4;

/** The growing text of one continuation. */
export interface TextStream {
  /** Adds a token; returns the whole text so far. */
  push(id: number): string;
  readonly ids: readonly number[];
  readonly text: string;
}

/**
 * Detokenises as tokens arrive, at constant cost a token: the text of a token is what decoding the last few tokens with
 * it adds to decoding them without it. Bytes of an unfinished UTF-8 character are held back until it is whole.
 */
export function createTextStream(tokenizer: ModelTokenizer): TextStream {
  const ids: number[] = [];
  let text = '';
  /** Tokens before this index are already in `text`. */
  let settled = 0;
  return {
    push(id) {
      ids.push(id);
      const from = Math.max(0, settled - LOOK_BACK);
      const before = tokenizer.decode(ids.slice(from, settled));
      const after = tokenizer.decode(ids.slice(from));
      if (after.endsWith('\uFFFD') && ids.length - settled < LOOK_BACK) return text;
      text += after.slice(before.length);
      settled = ids.length;
      return text;
    },
    get ids() {
      return ids;
    },
    get text() {
      return text;
    },
  };
}
