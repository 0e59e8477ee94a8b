import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';

/** A small generator of numbers in [0, 1) (mulberry32), so that an input is made again from its number. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Random = () => number;

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
const below = (random: Random, end: number): number => Math.floor(random() * end);

/** The first rows of a file, small enough to be mutated thousands of times. */
export function slice(name: string, bytes: Uint8Array): Uint8Array {
  if (/\.eval$/.test(name)) return bytes;
  const text = strFromU8(bytes);
  if (/\.tsv$/.test(name)) return strToU8(text.split('\n').slice(0, 6).join('\n'));
  if (/\.jsonl$/.test(name)) return strToU8(shortened(text.split('\n').slice(0, 3), 12_000).join('\n'));
  const value = JSON.parse(text) as unknown;
  if (Array.isArray(value)) return strToU8(`[${shortened((value as unknown[]).slice(0, 3).map((row) => JSON.stringify(row)), 12_000).join(',\n')}]`);
  const object = Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, Array.isArray(item) ? (item as unknown[]).slice(0, 2) : (item as unknown)]));
  return strToU8(JSON.stringify(object));
}

/** At least one row; more while they are short. */
function shortened(rows: readonly string[], most: number): string[] {
  const kept: string[] = [];
  let length = 0;
  for (const row of rows) {
    length += row.length;
    if (kept.length > 0 && length > most) break;
    kept.push(row);
  }
  return kept;
}

const WORDS = ['"', '{', '}', '[', ']', ',', ':', '\\', '\n', '\r\n', '\u0000', 'ки', '+', '-', '####', '<<1=1>>', '<think>', '</think>', 'null', '-1', '1e999', '"__proto__":1,', 'attachment://', '\ud800', '\u202e', 'Step 1:', '"label":0,', '"schema":"stepscope.trace","version":1,', 'PK\u0003\u0004', '\ufeff', '\t', '""'];
const VALUES: readonly unknown[] = [null, true, false, 0, -1, 1, 2, 1.5, 1e308, -0, '', ' ', 'x', 'ки', '####', '<think>', '</think>', 'a\n\nb', '\u0000', '\ud800', [], [[]], [null], [1], ['a'], [-1], {}, { text: 'x' }, { role: 'user', content: 'x' }, { a: { b: [] } }, 'x'.repeat(2000), Array.from({ length: 300 }, () => 'y')];

/** Input number `index` out of a slice, and the name under which it is opened. */
export function mutated(name: string, bytes: Uint8Array, index: number): { readonly name: string; readonly bytes: Uint8Array } {
  const random = numbers(index * 2654435761 + 1);
  const kind = random();
  let result: Uint8Array;
  if (/\.eval$/.test(name)) result = kind < 0.5 ? rezipped(bytes, random) : damaged(bytes, random);
  else if (kind < 0.5) result = restructured(name, bytes, random);
  else result = damaged(bytes, random);
  // A large one now and then, for the memory that rows take.
  if (random() < 0.003 && !/\.eval$/.test(name)) result = repeated(name, result, 1_500_000);
  const extension = random() < 0.9 ? '' : pick(random, ['.jsonl', '.json', '.md', '.csv', '.tsv', '.eval', '.parquet', '.txt', '.bin']);
  return { name: `${name}${extension}`, bytes: result };
}

/** One to four changes of bytes. */
function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  let result = bytes;
  for (let times = 1 + below(random, 4); times > 0; times--) {
    const start = below(random, result.length + 1);
    const end = Math.min(result.length, start + Math.ceil(random() ** 4 * 2000));
    const [head, middle, tail] = [result.subarray(0, start), result.subarray(start, end), result.subarray(end)];
    switch (below(random, 6)) {
      case 0:
        result = joined(head, tail);
        break;
      case 1:
        result = joined(head, middle, middle, middle, tail);
        break;
      case 2:
        result = joined(head, strToU8(pick(random, WORDS)), middle, tail);
        break;
      case 3:
        result = joined(head, Uint8Array.from(middle, (byte) => (random() < 0.1 ? below(random, 256) : byte)), tail);
        break;
      case 4:
        result = random() < 0.2 ? head : joined(head, strToU8(pick(random, ['[', '{"a":', '"', ' ', 'ки ']).repeat(1 + below(random, 3000))), tail);
        break;
      default:
        result = joined(tail, middle, head);
    }
  }
  return result;
}

/** Changes of values in JSON rows; cells in tables are damaged as bytes. */
function restructured(name: string, bytes: Uint8Array, random: Random): Uint8Array {
  if (!/\.jsonl?$/.test(name)) return damaged(bytes, random);
  const text = strFromU8(bytes);
  if (/\.json$/.test(name)) return strToU8(JSON.stringify(changed(JSON.parse(text), random)));
  return strToU8(text.split('\n').map((line) => JSON.stringify(changed(JSON.parse(line), random))).join('\n'));
}

function rezipped(bytes: Uint8Array, random: Random): Uint8Array {
  const entries = Object.entries(unzipSync(bytes)).slice(0, 6);
  return zipSync(Object.fromEntries(entries.map(([name, content]) => [random() < 0.1 ? pick(random, ['samples/../x.json', 'header.json', 'samples/a/sample.json', name]) : name, random() < 0.3 ? damaged(content, random) : strToU8(JSON.stringify(changed(JSON.parse(strFromU8(content)), random)))])));
}

/** One to three values or names put in the place of others, somewhere in it. */
function changed(value: unknown, random: Random): unknown {
  let result = value;
  for (let times = 1 + below(random, 3); times > 0; times--) result = changedOnce(result, random, 0);
  return result;
}

function changedOnce(value: unknown, random: Random, depth: number): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.12 + depth * 0.08) return pick(random, VALUES);
  if (Array.isArray(value)) {
    const list = [...(value as unknown[])];
    const at = below(random, list.length + 1);
    if (random() < 0.15) list.splice(at, 1);
    else if (random() < 0.15) list.push(...list.slice(0, 50));
    else list[at] = changedOnce(list[at], random, depth + 1);
    return list;
  }
  const entries = Object.entries(value);
  const at = below(random, entries.length);
  const entry = entries[at];
  if (!entry) return { x: pick(random, VALUES) };
  if (random() < 0.15) entries.splice(at, 1);
  else if (random() < 0.1) entries[at] = [pick(random, ['steps', 'problem', 'label', 'messages', 'answer', 'id', 'data', '__proto__', 'schema']), entry[1]];
  else entries[at] = [entry[0], changedOnce(entry[1], random, depth + 1)];
  return Object.fromEntries(entries);
}

/** Many rows of the same: a list of them, or lines. */
function repeated(name: string, bytes: Uint8Array, length: number): Uint8Array {
  const times = Math.max(1, Math.floor(length / (bytes.length + 1)));
  const text = strFromU8(bytes, true);
  return /\.json$/.test(name) ? strToU8(`[${Array.from({ length: times }, () => text).join(',')}]`, true) : strToU8(Array.from({ length: times }, () => text).join('\n'), true);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
