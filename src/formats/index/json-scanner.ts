import { ROW_LISTS } from '../json-document.ts';
import { QUESTION_FIELDS } from '../json-rows.ts';
import type { RowScanner } from './row-scanner.ts';

/** `list`: rows in a list, bare or under a name; `single`: one trace, or no list of rows that could be found. */
export type DocumentShape = 'unknown' | 'list' | 'single';

export interface JsonScanner extends RowScanner {
  readonly shape: DocumentShape;
  /** For rows under a name: the offset after the list's opening bracket, and of its closing one. */
  readonly wrapper: { readonly open: number; readonly close: number | undefined } | undefined;
  /** True after the document's last bracket. */
  readonly done: boolean;
  /** Where the bytes stop being a document, and why; nothing is found after it. */
  readonly failure: { readonly at: number; readonly what: string } | undefined;
}

/** Fields that make an object a row by itself, as `isRow` says. */
const ROW_FIELDS: ReadonlySet<string> = new Set([...QUESTION_FIELDS, 'messages', 'steps']);
const LIST_FIELDS: ReadonlySet<string> = new Set(ROW_LISTS);
/** No name that counts is longer. */
const LONGEST_NAME = 32;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** What the next byte may be; between values unless it says otherwise. */
type Place = 'start' | 'first-name' | 'name' | 'in-name' | 'colon' | 'field' | 'after-field' | 'first-row' | 'row' | 'in-value' | 'after-row' | 'end';

/**
 * Finds the rows of a JSON document, `[…]` or `{ …, "rows": […], … }`, as `documentRows` does for a parsed one: by brackets
 * and strings alone, so that a broken row is found as a row and costs only itself. `from` is the offset of the document, or,
 * with `inList`, of a row in it.
 */
export function jsonScanner(from: number, inList = false): JsonScanner {
  let position = from;
  let place: Place = inList ? 'row' : 'start';
  let shape: DocumentShape = inList ? 'list' : 'unknown';
  let wrapper: { open: number; close: number | undefined } | undefined;
  let isObject = false;
  let failure: JsonScanner['failure'];
  let name = '';
  /** Of the value that is passed over: where it began, open brackets, and whether it is a row. */
  let start = from;
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let isRowValue = inList;

  function failAt(at: number, what: string): false {
    failure = { at, what };
    return false;
  }

  /** Passes over the value from `at`; the index after it, or of the end of the bytes. */
  function pass(bytes: Uint8Array, at: number): number {
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) {
          isInString = false;
          if (depth === 0) return endValue(at + 1);
        }
      } else if (byte === QUOTE) isInString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        if (depth === 0) return endValue(at);
        if (--depth === 0) return endValue(at + 1);
      } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return endValue(at);
    }
    return at;
  }

  function endValue(at: number): number {
    place = isRowValue ? 'after-row' : 'after-field';
    return at;
  }

  function beginValue(at: number, row: boolean): true {
    place = 'in-value';
    start = at;
    depth = 0;
    isInString = isEscaped = false;
    isRowValue = row;
    return true;
  }

  function beginField(at: number, byte: number): boolean {
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST) return failAt(at, 'a value is expected');
    if (byte !== OPEN_LIST || !LIST_FIELDS.has(name) || shape === 'single') return beginValue(at, false);
    if (wrapper) return failAt(at, 'it has more than one list of rows');
    wrapper = { open: at + 1, close: undefined };
    shape = 'list';
    place = 'first-row';
    return false;
  }

  function endName(at: number): void {
    place = 'colon';
    if (!ROW_FIELDS.has(name)) return;
    if (shape === 'list') failAt(at, `it has "${name}" beside its list of rows`);
    else shape = 'single';
  }

  function endList(at: number): void {
    if (wrapper) wrapper.close = at;
    place = isObject ? 'after-field' : 'end';
  }

  /** One byte between values. True where the value that it begins has to be passed over from this same byte. */
  function take(byte: number, at: number): boolean {
    if (place === 'in-name') {
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) {
        endName(at);
        return false;
      }
      if (name.length <= LONGEST_NAME) name += String.fromCharCode(byte);
      return false;
    }
    if (isSpace(byte)) return false;
    switch (place) {
      case 'start':
        isObject = byte === OPEN_OBJECT;
        if (byte === OPEN_LIST) [shape, place] = ['list', 'first-row'];
        else if (isObject) place = 'first-name';
        else failAt(at, 'it does not begin with [ or {');
        return false;
      case 'first-name':
      case 'name':
        if (byte === QUOTE) [name, isEscaped, place] = ['', false, 'in-name'];
        else if (byte === CLOSE_OBJECT && place === 'first-name') place = 'end';
        else failAt(at, 'a name in quotation marks is expected');
        return false;
      case 'colon':
        if (byte === COLON) place = 'field';
        else failAt(at, 'a colon is expected');
        return false;
      case 'field':
        return beginField(at, byte);
      case 'after-field':
        if (byte === COMMA) place = 'name';
        else if (byte === CLOSE_OBJECT) place = 'end';
        else failAt(at, 'a comma is expected');
        return false;
      case 'first-row':
      case 'row':
        if (byte === CLOSE_LIST && place === 'first-row') endList(at);
        else if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT) failAt(at, 'a row is expected');
        else return beginValue(at, true);
        return false;
      case 'after-row':
        if (byte === COMMA) place = 'row';
        else if (byte === CLOSE_LIST) endList(at);
        else failAt(at, 'a comma is expected');
        return false;
      case 'in-value':
        return true;
      case 'end':
        failAt(at, 'something follows after its end');
        return false;
    }
  }

  return {
    get position() {
      return position;
    },
    get openRow() {
      return place === 'in-value' && isRowValue ? { start, line: 0 } : undefined;
    },
    get shape() {
      return place === 'end' && shape === 'unknown' ? 'single' : shape;
    },
    get wrapper() {
      return wrapper;
    },
    get done() {
      return place === 'end' && failure === undefined;
    },
    get failure() {
      return failure;
    },
    feed(bytes, found) {
      let at = 0;
      while (at < bytes.length && !failure) {
        if (place !== 'in-value' && !take(bytes[at] ?? 0, position + at)) {
          at++;
          continue;
        }
        at = pass(bytes, at);
        if (place === 'after-row') found(start, position + at, 0);
      }
      position += bytes.length;
    },
  };
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}
