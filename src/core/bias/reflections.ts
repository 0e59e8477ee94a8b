import { wordFinder } from '../segment/planning-words.ts';
import type { Span } from '../trace/trace.ts';
import type { ReflectionHit } from './events.ts';

/** Finds the steps that open a re-examination: those that begin with one of the words. Edited lists change what counts. */
export function reflectionFinder(words: Readonly<Record<string, readonly string[]>>): (text: string, steps: readonly Span[]) => ReflectionHit[] {
  const wordAt = wordFinder(Object.values(words).flat());
  return (text, steps) =>
    steps.flatMap(({ start, end }, step): ReflectionHit[] => {
      const word = wordAt(text, start);
      if (word === undefined) return [];
      const at = text.indexOf(word, start);
      return at < 0 || at >= end ? [] : [{ step, word, span: { start: at, end: at + word.length } }];
    });
}
