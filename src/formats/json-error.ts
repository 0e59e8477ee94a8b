// The ES module by its path: the package's main is UMD, whose requires a bundler for Node cannot follow.
import { printParseErrorCode, visit } from 'jsonc-parser/lib/esm/main.js';
import { ok, fail, type Failure, type Result } from '../core/result.ts';
import type { FormatErrorReason } from './trace-file.ts';

/** No data set is nested so deep. V8 takes seconds and gigabytes for a few megabytes of brackets. */
const DEEPEST = 1000;
/** A shorter text cannot be nested deep enough to matter. */
const SHORTEST_DEEP = 100_000;

/** Parses JSON; the error says where it breaks, for example `line 3, column 5: comma expected`. */
export function parseJson(text: string): Result<unknown, 'not-json' | 'too-deep'> {
  if (text.length > SHORTEST_DEEP && isTooDeep(text)) return fail('too-deep', `nested more than ${DEEPEST} deep`);
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return fail('not-json', whereItBreaks(text));
  }
}

/** The sentence for what could not be parsed; `where` names the file or row. */
export function jsonFault(where: string, error: Failure<'not-json' | 'too-deep'>): { readonly ok: false; readonly error: Failure<FormatErrorReason> } {
  return error.reason === 'too-deep' ? fail('unknown-shape', `${where} is ${error.message}: it is not opened.`) : fail('not-json', `${where} is not JSON: ${error.message}.`);
}

/** True for a text whose brackets go too deep and all close. One that does not close is found out by the parser, without cost. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 34) {
      at = closingQuote(text, at);
      if (at < 0) return false;
    } else if (char === 91 || char === 123) {
      if (++depth > deepest) deepest = depth;
    } else if (char === 93 || char === 125) depth--;
  }
  return deepest > DEEPEST && depth <= 0;
}

/** The quote that ends the string that begins at `opening`: one with an even number of backslashes before it. -1 where there is none. */
function closingQuote(text: string, opening: number): number {
  for (let quote = text.indexOf('"', opening + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === 92) before--;
    if ((quote - before) % 2 === 1) return quote;
  }
  return -1;
}

/** V8 leaves the position out of most of its messages, so a tolerant parser looks for it once the strict one has failed. */
function whereItBreaks(text: string): string {
  let first: string | undefined;
  try {
    visit(
      text,
      {
        onError: (code, _offset, _length, line, character) => {
          // `CommaExpected` -> `comma expected`
          const what = printParseErrorCode(code).replace(/(?!^)[A-Z]/g, ' $&').toLowerCase();
          first ??= `line ${line + 1}, column ${character + 1}: ${what}`;
        },
      },
      { disallowComments: true },
    );
  } catch {
    // Nested too deeply for a recursive parser; the sentence does without the place.
  }
  return first ?? 'it breaks off or has a character that JSON does not allow';
}
