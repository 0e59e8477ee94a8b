/** Where a text stands in a JSON value. */
export type Place = readonly (string | number)[];

/** The value of a JSON file, or the rows of a JSONL file. */
export function jsonOf(file: string, bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  return file.endsWith('.jsonl') ? text.trim().split('\n').map((line) => JSON.parse(line) as unknown) : (JSON.parse(text) as unknown);
}

/** The text at a place; a list of steps is joined by blank lines. */
export function textAt(value: unknown, place: Place): string {
  const found = place.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], value);
  return Array.isArray(found) ? found.join('\n\n') : String(found);
}

/** Calls `visit` for every text of a value that is long enough to have steps, lists of texts joined as well. */
export function forEachText(value: unknown, visit: (text: string) => void): void {
  if (typeof value === 'string') {
    if (value.length >= SHORTEST) visit(value);
  } else if (Array.isArray(value)) {
    if (value.length > 1 && value.every((item) => typeof item === 'string')) visit(value.join('\n\n'));
    for (const item of value) forEachText(item, visit);
  } else if (typeof value === 'object' && value !== null) Object.values(value).forEach((item) => forEachText(item, visit));
}

const SHORTEST = 40;
