// The ES module by its path: the package's main is UMD, whose requires a bundler for Node cannot follow.
import { printParseErrorCode, visit } from 'jsonc-parser/lib/esm/main.js';
import { ok, fail, type Result } from '../core/result.ts';

/** Parses JSON; the error says where it breaks, for example `line 3, column 5: comma expected`. */
export function parseJson(text: string): Result<unknown, 'not-json'> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return fail('not-json', whereItBreaks(text));
  }
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
