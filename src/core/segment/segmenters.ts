import { auto } from './auto.ts';
import { blankLines } from './blank-lines.ts';
import { numbered } from './numbered.ts';
import type { Segmenter } from './segmenter.ts';

/** The segmenters by the name that settings and records use. */
export const SEGMENTERS = {
  auto,
  'blank-lines': blankLines,
  numbered,
} as const satisfies Record<string, Segmenter>;

export type SegmenterName = keyof typeof SEGMENTERS;
