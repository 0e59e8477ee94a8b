import { fail, ok, type Result } from '../../core/result.ts';
import { isRecord } from '../../core/is-record.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import type { Row } from './read-fields.ts';

/** `attachment://<hash or index>`; logs of 2024 say `tc://`. */
const REFERENCE = /(?:attachment|tc):\/\/([0-9a-f]{32}|\d{1,9})/g;
/** A small log may name one long attachment many times: this many characters in all, or ten times the attachments, is enough for any real sample. */
const MOST_TEXT = 20_000_000;
const DEEPEST = 60;

/**
 * A function that puts a sample's attachments in the place of their references, in texts and in what holds them.
 * References to nothing stay as they are. The reason where it would become too much text, or is nested too deeply.
 */
export function attachmentResolver(where: string, sample: Row): (value: unknown) => Result<unknown, FormatErrorReason> {
  const texts = attachmentsOf(sample);
  let length = 0;
  const resolve = (value: unknown, depth: number): unknown => {
    if (depth > DEEPEST) throw new RangeError('nested too deeply');
    if (typeof value === 'string')
      return value.replace(REFERENCE, (reference, key: string) => {
        const text = texts.get(key);
        if (text === undefined) return reference;
        length += text.length;
        if (length > MOST_TEXT) throw new RangeError('too much text');
        return text;
      });
    if (Array.isArray(value)) return (value as unknown[]).map((item) => resolve(item, depth + 1));
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, depth + 1)])) : value;
  };
  return (value) => {
    if (texts.size === 0) return ok(value);
    try {
      return ok(resolve(value, 0));
    } catch (error) {
      const why = error instanceof RangeError ? error.message : 'unreadable';
      return fail('too-long', `${where} has attachments that cannot be put in (${why}): it is not a log that Inspect has written.`);
    }
  };
}

/** By hash in version 2 (`attachments`, before that `transcript.content`), by index in version 3. */
function attachmentsOf(sample: Row): ReadonlyMap<string, string> {
  const transcript = isRecord(sample['transcript']) ? sample['transcript']['content'] : undefined;
  const entries = [sample['attachments'], transcript].flatMap((list) => (isRecord(list) || Array.isArray(list) ? Object.entries(list) : []));
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
