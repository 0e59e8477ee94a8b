import type { RowScanner } from './row-scanner.ts';

const LINE_FEED = 10;

/** Lines that have more than JSON's own white space, as `jsonlRows` finds them in memory; `offset` is the first byte of the 1-based `line`. */
export function jsonlScanner(offset: number, line: number): RowScanner {
  let position = offset;
  let start = offset;
  let filled = false;
  return {
    get position() {
      return position;
    },
    get openRow() {
      return filled ? { start, line } : undefined;
    },
    feed(bytes, found) {
      let at = 0;
      while (at < bytes.length) {
        if (!filled) {
          while (at < bytes.length && isBlank(bytes[at])) at++;
          if (at === bytes.length) break;
          filled = bytes[at] !== LINE_FEED;
        }
        const end = filled ? bytes.indexOf(LINE_FEED, at) : at;
        if (end < 0) break;
        if (filled) found(start, position + end, line);
        filled = false;
        line++;
        at = end + 1;
        start = position + at;
      }
      position += bytes.length;
    },
  };
}

/** JSON's white space within a line. */
function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9 || byte === 13;
}
