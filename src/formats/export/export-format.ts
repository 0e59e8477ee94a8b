import type { TraceRecord } from '../../core/trace/record.ts';

/** Something that a format cannot carry, and of how many traces it was left out. */
export interface Loss {
  readonly what: 'trace' | 'question' | 'text between the steps' | 'answer' | 'unpaired surrogates' | 'source' | 'label' | 'labels and scores from the file' | 'scores' | 'samples and analyses' | 'notes' | 'segmentation';
  readonly traces: number;
}

export interface Exported {
  readonly text: string;
  readonly losses: readonly Loss[];
}

/** A way to write traces. All are pure: records in, one text out. */
export interface ExportFormat {
  readonly id: string;
  readonly title: string;
  /** Of the file's name, without the dot. */
  readonly extension: string;
  write(records: readonly TraceRecord[]): Exported;
}

/** Counts losses; one of a kind counts once a trace. */
export function lossCounter(): { readonly lose: (what: Loss['what'], lost: boolean) => void; readonly losses: () => Loss[] } {
  const counts = new Map<Loss['what'], number>();
  return {
    lose(what, lost) {
      if (lost) counts.set(what, (counts.get(what) ?? 0) + 1);
    },
    losses: () => [...counts].map(([what, traces]) => ({ what, traces })),
  };
}

/** True where a text has half of a surrogate pair: UTF-8 cannot say it. */
export function hasUnpairedSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/** The text with U+FFFD in the place of each half of a surrogate pair, as an encoder to UTF-8 writes it. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
