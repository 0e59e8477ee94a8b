import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { errorText } from '../../core/error-text.ts';
import { StepscopeError } from '../../core/result.ts';
import type { ModelManifest } from '../manifest.ts';

export interface ModelTokenizer {
  /**
   * A whole text, with the tokens that the model expects at its beginning. A text that begins with them already, as chat
   * templates write it, gets no second ones.
   */
  encode(text: string): number[];
  /** A piece from the middle of a text: without them. */
  encodePart(text: string): number[];
  /** Special tokens are written out, since some mark structure (`<think>`). */
  decode(ids: readonly number[]): string;
  /** Length in UTF-16 units of the longest token: a text of more than `context` times this cannot fit and need not be encoded. */
  readonly longestToken: number;
}

/** Reads tokenizer.json of a model folder. Throws `tokenizer-mismatch` where its vocabulary does not fit the model. */
export async function loadTokenizer(folder: string, manifest: ModelManifest): Promise<ModelTokenizer> {
  const file = path.join(folder, 'tokenizer.json');
  const mismatch = (what: string) => new StepscopeError('tokenizer-mismatch', `${file} does not fit the model: ${what}; use the tokenizer.json that came with the checkpoint.`);
  let tokenizer: Tokenizer;
  let vocabulary: Map<string, number>;
  try {
    const definition = JSON.parse(await readFile(file, 'utf8')) as object;
    const config = await readFile(path.join(folder, 'tokenizer_config.json'), 'utf8').catch(() => '{}');
    tokenizer = new Tokenizer(definition, JSON.parse(config) as object);
    vocabulary = tokenizer.get_vocab(true);
  } catch (error) {
    throw mismatch(`it cannot be read (${errorText(error)})`);
  }
  let largest = 0;
  let longestToken = 1;
  for (const [token, id] of vocabulary as Map<string | undefined, number>) {
    largest = Math.max(largest, id);
    // The library fills gaps between ids with undefined.
    longestToken = Math.max(longestToken, token?.length ?? 0);
  }
  if (vocabulary.size === 0) throw mismatch('it has no tokens');
  if (largest >= manifest.vocabulary) throw mismatch(`it has token id ${largest}, the model has ${manifest.vocabulary} embeddings`);
  const [end] = manifest.endTokens;
  if (end !== undefined && tokenizer.id_to_token(end) === undefined) throw mismatch(`it lacks token id ${end}, which ends the model's text`);
  const encodePart = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  const decode = (ids: readonly number[]) => (ids.length === 0 ? '' : tokenizer.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false }));
  const beginning = beginningOf(tokenizer.encode('a').ids, encodePart('a')).map((id) => tokenizer.id_to_token(id) ?? '').join('');
  return {
    encode: (text) => (beginning !== '' && text.startsWith(beginning) ? encodePart(text) : tokenizer.encode(text).ids),
    encodePart,
    decode,
    longestToken,
  };
}

/** The tokens that stand before a text's own; none where the text's own are not found. */
function beginningOf(whole: readonly number[], part: readonly number[]): readonly number[] {
  const [first] = part;
  return first === undefined ? [] : whole.slice(0, Math.max(0, whole.indexOf(first)));
}
