import { fail, ok, type Result } from '../../core/result.ts';
import type { ModelTokenizer } from './tokenizer.ts';

/** Enough of a text for its end to be cut into tokens as in the whole. */
const TAIL = 64;

/**
 * The first token of each candidate where it follows `before`. What comes before matters: some tokenizers put a space before
 * a text that stands alone, which would make the first token of ` Yes` and of ` No` the same. Fails where it is the same
 * nevertheless: the probabilities could not be told apart.
 */
export function firstTokens(tokenizer: ModelTokenizer, before: string, candidates: readonly string[]): Result<number[], 'unsupported'> {
  const tail = before.slice(-TAIL).replace(/^[\uDC00-\uDFFF]/, '');
  const alone = tokenizer.encodePart(tail);
  const ids = candidates.map((candidate) => {
    const together = tokenizer.encodePart(tail + candidate);
    const follows = together.length > alone.length && alone.every((id, i) => together[i] === id);
    return follows ? together[alone.length] : tokenizer.encodePart(candidate)[0];
  });
  const known = ids.filter((id) => id !== undefined);
  if (new Set(known).size < candidates.length) return fail('unsupported', `The tokenizer of this model begins ${candidates.map((candidate) => `"${candidate}"`).join(' and ')} with the same token, so their probabilities cannot be told apart: use a model with another tokenizer.`);
  return ok(known);
}
