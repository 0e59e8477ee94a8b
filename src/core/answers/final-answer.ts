const BOXED = /\\f?boxed\s*\{/g;
/**
 * Phrases that state an answer, each to the end of its sentence or line: `The final answer is 42.`, `#### 42`, `答案是 42`,
 * `Answer: (B)`. A point between digits does not end one.
 */
const STATED = /(?:(?:^|\n)[ \t]*#{4}[ \t]*|(?:answer|result|respuesta|réponse|antwort|resultado|résultat|ergebnis|jibu)[ \t]*(?:\*\*|__)?[ \t]*(?:is|are|es|est|ist|ni|:|=)[ \t]*:?[ \t]*(?:\*\*|__)?|(?:答案|结果|答え)[ \t]*(?:是|为|为：|は|：|:)+[ \t]*)(.+?)(?=[.。．!！](?:[ \t]|$|\n)|\n|$)/gimu;

/**
 * The answer that a text ends on: the content of its last `\boxed{…}`, braces balanced. Undefined where there is none or it
 * is cut off.
 */
export function boxedAnswer(text: string): string | undefined {
  let last: string | undefined;
  for (const match of text.matchAll(BOXED)) last = balanced(text, match.index + match[0].length) ?? last;
  return last;
}

/** The last boxed answer, else the last one that the text states in words. Undefined where it does neither. */
export function finalAnswer(text: string): string | undefined {
  const boxed = boxedAnswer(text);
  if (boxed !== undefined) return boxed;
  let last: string | undefined;
  for (const match of text.matchAll(STATED)) {
    const stated = match[1]?.replace(/(?:\*\*|__)/g, '').trim();
    if (stated !== undefined && stated !== '') last = stated;
  }
  return last;
}

/** What stands before the brace that closes the one before `start`. */
export function balanced(text: string, start: number): string | undefined {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return text.slice(start, at).trim();
  }
  return undefined;
}
