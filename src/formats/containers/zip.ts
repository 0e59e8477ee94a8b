import { unzipSync, type UnzipFileInfo } from 'fflate';
import { fail, ok, type Result } from '../../core/result.ts';
import { shortened } from '../../core/shortened.ts';
import type { FormatErrorReason } from '../trace-file.ts';

/** Limits against archives that are made to fill memory. Inspect's samples shrink to a fifth to a fiftieth. */
const MOST_ENTRIES = 200_000;
const LARGEST_ENTRY = 256_000_000;
const LARGEST_RATIO = 200;
/** An entry of this size is read whatever its ratio. */
const ALWAYS_READ = 1_000_000;
/** Entries that are inflated together, since each pass walks the whole directory: this much, but no more than 20 times the archive unless that is less than the smallest batch. */
const LARGEST_BATCH = 16_000_000;
const SMALLEST_BATCH = 1_000_000;
const BATCH_ENTRIES = 64;

/** `place` is its number in the directory: a name may stand there more than once. */
interface Entry extends UnzipFileInfo {
  readonly place: number;
}

/** The entries of a zip archive, in memory; nothing is written anywhere, so their names are only names. */
export interface ZipArchive {
  /** In the order of the archive; of entries of the same name the last counts, as for Python's zipfile. */
  readonly names: readonly string[];
  /** The bytes of an entry, inflated when asked for. */
  read(name: string): Result<Uint8Array, FormatErrorReason>;
}

/** True for bytes that begin like a zip archive. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/** Opens a zip archive; `file` is its name for messages. Reads the directory only. */
export function openZip(file: string, bytes: Uint8Array): Result<ZipArchive, FormatErrorReason> {
  const entries = new Map<string, Entry>();
  let count = 0;
  try {
    unzipSync(bytes, {
      filter: (info) => {
        // The count in the directory is only a claim, and the walk would follow it beyond the end.
        if (count >= MOST_ENTRIES) throw new RangeError('too many entries');
        entries.set(info.name, { ...info, place: count++ });
        return false;
      },
    });
  } catch (error) {
    if (error instanceof RangeError && count >= MOST_ENTRIES) return fail('too-long', `${file} is an archive of more than ${MOST_ENTRIES} entries: it is not opened.`);
    return fail('not-zip', `${file} is not a whole zip archive: it may have been cut off while it was written or copied.`);
  }
  const names = [...entries.keys()];
  const batch = new Map<string, Uint8Array>();
  return ok({
    names,
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) return fail('not-zip', `${file} has no entry ${shown(name)}: it may have been cut off.`);
      const refused = refusal(file, entry);
      if (refused) return refused;
      const known = batch.get(name);
      if (known) return ok(known);
      try {
        batch.clear();
        for (const [key, content] of Object.entries(unzipSync(bytes, { filter: batchFilter(entries, names, name, Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, 20 * bytes.length))) }))) batch.set(key, content);
        const content = batch.get(name);
        if (content?.length === entry.originalSize) return ok(content);
      } catch {
        batch.clear();
      }
      return fail('not-zip', `${file} has an entry ${shown(name)} that cannot be inflated: the archive is damaged.`);
    },
  });
}

/** The entry and some after it, in one pass over the directory. */
function batchFilter(entries: ReadonlyMap<string, Entry>, names: readonly string[], name: string, most: number): () => boolean {
  const places = new Set<number>();
  const first = names.indexOf(name);
  let size = 0;
  for (const next of names.slice(first, first + BATCH_ENTRIES)) {
    const entry = entries.get(next);
    if (entry === undefined || refusal('', entry)) continue;
    size += entry.originalSize;
    if (places.size > 0 && size > most) break;
    places.add(entry.place);
  }
  let place = 0;
  return () => places.has(place++);
}

function refusal(file: string, { name, size, originalSize, compression }: UnzipFileInfo): Result<never, FormatErrorReason> | undefined {
  if (compression !== 0 && compression !== 8) return fail('unsupported', `${file} has an entry ${shown(name)} with compression ${compression}: only deflated and stored entries are read here, so pack it again.`);
  if (originalSize > LARGEST_ENTRY || (originalSize > ALWAYS_READ && originalSize > size * LARGEST_RATIO))
    return fail('too-long', `${file} has an entry ${shown(name)} that would inflate from ${size} bytes to ${originalSize}: it is not opened.`);
  return undefined;
}

/** A name from an archive, for a message. */
function shown(name: string): string {
  return JSON.stringify(shortened(name, 80));
}
