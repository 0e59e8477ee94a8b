/**
 * Part of a value on its way to another thread: its tree in depth-first order. A list or an object is there with its length,
 * and what is in it follows; of an object each value comes after its name.
 */
export interface Piece {
  /** One a value. */
  readonly kinds: Uint8Array;
  /** What is neither list nor object, and names, are there as they are. */
  readonly values: readonly unknown[];
  readonly last: boolean;
}

const LEAF = 0;
const LIST = 1;
const FIELDS = 2;
/** A piece of this size takes less than a millisecond to put together, and the longest text of a row in one piece a few. */
const MOST_VALUES = 4096;
const MOST_CHARACTERS = 1_000_000;

/**
 * Takes a value apart. A thread that receives a message puts all of it together in one go, which takes 130 ms or
 * more for the places of 200,000 steps and overflows the stack where they lie deep in each other; pieces that are asked for one by one do
 * neither. Lists and plain objects are taken apart, anything else has to be what `postMessage` clones.
 */
export function* piecesOf(value: unknown): Generator<Piece, void> {
  const open: { readonly names: readonly string[] | undefined; readonly values: readonly unknown[]; at: number }[] = [];
  let kinds: number[] = [];
  let values: unknown[] = [];
  let characters = 0;
  const put = (kind: number, value: unknown): void => {
    kinds.push(kind);
    values.push(value);
    if (typeof value === 'string') characters += value.length;
  };
  const begin = (value: unknown): void => {
    if (Array.isArray(value)) {
      put(LIST, value.length);
      open.push({ names: undefined, values: value, at: 0 });
    } else if (isPlain(value)) {
      const names = Object.keys(value);
      put(FIELDS, names.length);
      open.push({ names, values: Object.values(value), at: 0 });
    } else put(LEAF, value);
  };
  begin(value);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.at === top.values.length) {
      open.pop();
      continue;
    }
    if (top.names !== undefined) put(LEAF, top.names[top.at]);
    begin(top.values[top.at++]);
    if (values.length < MOST_VALUES && characters < MOST_CHARACTERS) continue;
    yield { kinds: Uint8Array.from(kinds), values, last: false };
    [kinds, values, characters] = [[], [], 0];
  }
  yield { kinds: Uint8Array.from(kinds), values, last: true };
}

/** Puts a value together again from its pieces, in their order; it is whole after the last one. */
export function assembler(): { take(piece: Piece): void; readonly value: unknown } {
  const open: { readonly list: unknown[] | undefined; readonly fields: Record<string, unknown>; name: string | undefined; left: number }[] = [];
  let whole: unknown;

  function place(value: unknown): void {
    const top = open.at(-1);
    if (top === undefined) {
      whole = value;
      return;
    }
    if (top.list !== undefined) top.list.push(value);
    else if (top.name === undefined) {
      top.name = String(value);
      return;
    } else {
      // A plain assignment to `__proto__` would make no field of that name.
      if (top.name === '__proto__') Object.defineProperty(top.fields, top.name, { value, writable: true, enumerable: true, configurable: true });
      else top.fields[top.name] = value;
      top.name = undefined;
    }
    top.left--;
  }

  return {
    take({ kinds, values }) {
      for (const [index, value] of values.entries()) {
        if (kinds[index] === LEAF) place(value);
        else {
          const list = kinds[index] === LIST ? [] : undefined;
          const fields = {};
          place(list ?? fields);
          open.push({ list, fields, name: undefined, left: Number(value) });
        }
        while (open.at(-1)?.left === 0) open.pop();
      }
    },
    get value() {
      return whole;
    },
  };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
