import { fail, ok, type Result } from '../../core/result.ts';
import { isRecord } from '../../core/is-record.ts';
import { jsonFault, parseJson } from '../json-error.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { decodeUtf8 } from '../utf8.ts';
import type { RowSource } from './row-source.ts';
import { openZip, type ZipArchive } from './zip.ts';

/** `samples/<id>_epoch_<n>.json`, or `samples/<id>_epoch_<n>/sample.json` of a sample that version 3 keeps in pieces. */
const WHOLE = /^samples\/[^/]+\.json$/;
const SHELL = /^(samples\/[^/]+)\/sample\.json$/;
/** No real sample has more pieces of a kind. */
const MOST_PIECES = 10_000;

/**
 * The samples of an Inspect `.eval` log. The header is `header.json`; a run that was cancelled or broke off may only have
 * `_journal/start.json`, and its status is then `started`. A sample is inflated and parsed when it is asked for.
 */
export function inspectArchive(name: string, bytes: Uint8Array): Result<RowSource, FormatErrorReason> {
  const opened = openZip(name, bytes);
  if (!opened.ok) return opened;
  const archive = opened.value;
  const samples = archive.names.filter((entry) => WHOLE.test(entry) || SHELL.test(entry)).sort(bySample);
  const header = headerOf(name, archive);
  if (samples.length === 0)
    return header.ok ? fail('empty-file', `${name} is an Inspect log without samples: the run was stopped before its first one was done.`) : fail('unknown-shape', `${name} is a zip archive but no Inspect log: it has no samples in it.`);
  const where = (row: number) => `${name} row ${row} (${samples[row] ?? ''})`;
  return ok({
    name,
    container: 'zip',
    rows: samples.length,
    single: false,
    ...(header.ok && { header: header.value }),
    where,
    value: (row) => {
      const entry = samples[row] ?? '';
      const prefix = SHELL.exec(entry)?.[1];
      return prefix === undefined ? jsonEntry(archive, where(row), entry) : assembled(archive, where(row), prefix);
    },
  });
}

/** Numbers in names by their value, so that sample 10 follows 9. */
const bySample = new Intl.Collator('en', { numeric: true }).compare;

function headerOf(name: string, archive: ZipArchive): Result<unknown, FormatErrorReason> {
  if (archive.names.includes('header.json')) return jsonEntry(archive, name, 'header.json');
  const start = jsonEntry(archive, name, '_journal/start.json');
  return start.ok && isRecord(start.value) ? ok({ status: 'started', ...start.value }) : start;
}

function jsonEntry(archive: ZipArchive, where: string, entry: string): Result<unknown, FormatErrorReason> {
  const bytes = archive.read(entry);
  if (!bytes.ok) return bytes;
  const text = decodeUtf8(bytes.value);
  if (!text.ok) return fail('not-utf8', `${where} is not UTF-8 at byte ${text.offset ?? 0}: the archive is damaged.`);
  const value = parseJson(text.value);
  return value.ok ? value : jsonFault(where, value.error);
}

/** A sample out of its pieces: the shell, the messages that its `message_refs` name, and the attachments by index. */
function assembled(archive: ZipArchive, where: string, prefix: string): Result<unknown, FormatErrorReason> {
  const shell = jsonEntry(archive, where, `${prefix}/sample.json`);
  if (!shell.ok) return shell;
  if (!isRecord(shell.value)) return fail('unknown-shape', `${where} is not an object: the archive is damaged.`);
  const messages = sequence(archive, where, `${prefix}/messages/`);
  if (!messages.ok) return messages;
  const attachments = sequence(archive, where, `${prefix}/attachments/`);
  if (!attachments.ok) return attachments;
  return ok({ ...shell.value, messages: byRefs(messages.value, shell.value['message_refs']), attachments: attachments.value });
}

/** The items of a sequence: its pieces are named by the index of their first item. */
function sequence(archive: ZipArchive, where: string, folder: string): Result<unknown[], FormatErrorReason> {
  const pieces = archive.names.filter((entry) => entry.startsWith(folder) && /^\d{1,9}\.json$/.test(entry.slice(folder.length))).sort(bySample);
  if (pieces.length > MOST_PIECES) return fail('too-long', `${where} is in more than ${MOST_PIECES} pieces: it is not opened.`);
  const items: unknown[] = [];
  for (const piece of pieces) {
    const value = jsonEntry(archive, where, piece);
    if (!value.ok) return value;
    if (!Array.isArray(value.value)) return fail('unknown-shape', `${where} has a piece that is no list: the archive is damaged.`);
    for (const item of value.value as unknown[]) items.push(item);
  }
  return ok(items);
}

/** The items of half-open ranges `[start, end)`; no more than there are, however often a range is named. */
function byRefs(items: readonly unknown[], refs: unknown): unknown[] {
  if (!Array.isArray(refs)) return [...items];
  const taken: unknown[] = [];
  for (const range of refs as unknown[]) {
    const [start, end] = Array.isArray(range) ? (range as unknown[]) : [];
    if (typeof start !== 'number' || typeof end !== 'number') continue;
    for (const item of items.slice(start, end)) if (taken.length < items.length) taken.push(item);
  }
  return taken;
}
