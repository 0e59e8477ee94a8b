import { fail, ok, type Result } from '../core/result.ts';
import type { FormatErrorReason } from './trace-file.ts';

/** `ignoreBOM` keeps a byte order mark as a character: the one at the top of a file is skipped before. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes bytes; on invalid UTF-8 gives the offset of the first byte of the first malformed sequence. */
export function decodeUtf8(bytes: Uint8Array): Result<string, 'not-utf8'> & { readonly offset?: number } {
  try {
    return ok(decoder.decode(bytes));
  } catch {
    const offset = firstInvalidByte(bytes);
    return { ...fail('not-utf8', `byte ${offset} is not UTF-8`), offset };
  }
}

/** The bytes after a UTF-8 byte order mark; an error for UTF-16. `name` is the file's name for the message. */
export function skipByteOrderMark(name: string, bytes: Uint8Array): Result<Uint8Array, FormatErrorReason> {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return fail('not-utf8', `${name} is UTF-16: save it as UTF-8 and open it again.`);
  return ok(first === 0xef && second === 0xbb && third === 0xbf ? bytes.subarray(3) : bytes);
}

/** Well-formed sequences after the Unicode Standard, table 3-7; `bytes.length` where all are. */
export function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return at;
}

/** The length of the sequence at `at`, or 0 where it is malformed or cut off. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  // The second byte alone rules out overlong forms, surrogates and code points past U+10FFFF.
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index] ?? 0;
    if (byte < (index === 1 ? low : 0x80) || byte > (index === 1 ? high : 0xbf)) return 0;
  }
  return length;
}
