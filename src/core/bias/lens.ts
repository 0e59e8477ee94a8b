import type { LanguageModel } from '../model.ts';
import type { TraceMeasure } from './events.ts';
import type { BiasPrompts } from './prompts.ts';

/** What each layer would say where the trace first states its answer (logit lens). */
export interface AnswerLens {
  /** The answer that was guessed, and the one that is stated. */
  readonly guess: string;
  readonly own: string;
  /** What is read: the first token at which the two differ, after what they have in common. */
  readonly common: string;
  /** [layer 0 .. layers]: 0 is the embedding, the last one the model's own output. */
  readonly probabilities: readonly { readonly guess: number; readonly own: number }[];
}

/**
 * Reads the probability of the guessed and of the derived answer from the hidden state of each layer, right before the first
 * stated answer; needs the capability `hidden`. Answers of several tokens are compared at the first that differs, the tokens
 * before it given. Undefined where the trace states no answer or the guess is the same.
 */
export async function readAnswerLens(model: LanguageModel, prompts: BiasPrompts, trace: TraceMeasure, guess: string, signal?: AbortSignal): Promise<AnswerLens | undefined> {
  const { first, text } = trace;
  if (model.inspect === undefined || first === undefined || first.answer === guess) return undefined;
  const own = text.slice(first.span.start, first.span.end);
  // What follows the answer tells 3 from 31.
  const next = text.charAt(first.span.end) || '.';
  const [guessed, stated] = [guess + next, own + next];
  let length = 0;
  while (length < Math.min(guessed.length, stated.length) && guessed[length] === stated[length]) length++;
  const common = own.slice(0, length);
  const before = prompts.thinking + text.slice(0, first.span.start) + common;
  const [seen] = await model.inspect({ text: before }, signal);
  const lens = Array.from({ length: (seen?.gates.length ?? 0) + 1 }, (_, layer) => layer);
  const [token] = await model.inspect({ text: before, lens, lensCandidates: [guessed.slice(length), stated.slice(length)] }, signal);
  return { guess, own, common, probabilities: (token?.candidates ?? []).map(([onGuess = 0, onOwn = 0]) => ({ guess: onGuess, own: onOwn })) };
}
