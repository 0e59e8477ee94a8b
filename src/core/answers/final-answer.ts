const BOXED = /\\boxed\s*\{/g;

/**
 * The answer that a text ends on: the content of its last `\boxed{…}`, braces balanced. Undefined where there is none or it
 * is cut off.
 */
export function boxedAnswer(text: string): string | undefined {
  let last: string | undefined;
  for (const match of text.matchAll(BOXED)) last = balanced(text, match.index + match[0].length) ?? last;
  return last;
}

/** What stands before the brace that closes the one before `start`. */
function balanced(text: string, start: number): string | undefined {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return text.slice(start, at).trim();
  }
  return undefined;
}
