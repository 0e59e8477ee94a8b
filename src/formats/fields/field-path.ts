import { isRecord } from '../../core/is-record.ts';

/** One part of a path: a name, a 0-based index, or (null) every item of a list. */
export type PathPart = string | number | null;

/** `[]`, `[3]`, `["a.b"]`, or a plain name. */
const PART = /\[\]|\[(\d{1,9})\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]"]+)/y;
/** Longest path that is read, in characters. */
const LONGEST = 500;

/**
 * Reads a path such as `label.steps[].text`, `choices[0].message` or `["a column, with marks"].x`; undefined where it is none.
 */
export function parsePath(path: string): PathPart[] | undefined {
  if (path.length > LONGEST) return undefined;
  const parts: PathPart[] = [];
  for (let at = 0; at < path.length; at = PART.lastIndex) {
    if (at > 0 && path[at] === '.') at++;
    PART.lastIndex = at;
    const match = PART.exec(path);
    if (!match) return undefined;
    const [whole, index, quoted, name] = match;
    if (whole === '[]') parts.push(null);
    else if (index !== undefined) parts.push(Number(index));
    else if (quoted !== undefined) parts.push(quoted.replace(/\\(.)/g, '$1'));
    else if (name !== undefined) parts.push(name);
  }
  return parts.length === 0 ? undefined : parts;
}

/** A name as a path reads it. */
export function pathName(name: string): string {
  return /^[^.[\]"]+$/.test(name) ? name : `["${name.replace(/["\\]/g, '\\$&')}"]`;
}

/** The value at a path; undefined where there is none. Only own properties count. With `[]` in it, the list of what is there. */
export function valueAt(value: unknown, parts: readonly PathPart[]): unknown {
  let here = value;
  for (const [index, part] of parts.entries()) {
    if (part === null) return Array.isArray(here) ? (here as unknown[]).map((item) => valueAt(item, parts.slice(index + 1))) : undefined;
    if (typeof part === 'number') here = Array.isArray(here) ? (here as unknown[])[part] : undefined;
    else here = isRecord(here) && Object.hasOwn(here, part) ? here[part] : undefined;
  }
  return here;
}
