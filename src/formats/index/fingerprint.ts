import type { DataFile } from './data-file.ts';

const LENGTH = 4096;

/** The first and the last bytes that were looked at: they tell a file that has grown at its end from one that was written anew and is longer. */
export interface Fingerprint {
  /** Bytes that were looked at, in the file's order. */
  take(bytes: Uint8Array, end: number): void;
  /** Whether the same bytes still stand there. Throws what Node does. */
  holds(): Promise<boolean>;
}

export function fingerprint(file: DataFile, start: number): Fingerprint {
  let head: Uint8Array | undefined;
  let tail: { readonly bytes: Uint8Array; readonly start: number } | undefined;
  const isSame = async (bytes: Uint8Array, at: number) => Buffer.compare(await file.read(at, bytes.length), bytes) === 0;
  return {
    take(bytes, end) {
      // Copies: the bytes come in a buffer that is filled again.
      head ??= Uint8Array.from(bytes.subarray(0, LENGTH));
      const last = Uint8Array.from(bytes.subarray(-LENGTH));
      tail = { bytes: last, start: end - last.length };
    },
    holds: async () => (!head || (await isSame(head, start))) && (!tail || (await isSame(tail.bytes, tail.start))),
  };
}
