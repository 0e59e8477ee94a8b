import { auto } from './auto.ts';
import { blankLines } from './blank-lines.ts';
import { lineByLine } from './line-by-line.ts';
import { numbered } from './numbered.ts';
import { planning } from './planning.ts';
import type { Segmenter } from './segmenter.ts';
import { sentences } from './sentences.ts';

/** A way to cut a text into steps, as a person chooses it. */
export interface NamedSegmenter {
  readonly label: string;
  /** One sentence. */
  readonly description: string;
  readonly cut: Segmenter;
}

/** The segmenters of a text by the name that settings and records use. */
export const SEGMENTERS = {
  auto: {
    label: 'Automatic',
    description: 'Chooses numbers, blank lines, lines or sentences by the text, and says why.',
    cut: auto,
  },
  'blank-lines': {
    label: 'Blank lines',
    description: 'A blank line ends a step; a heading goes with the step after it.',
    cut: blankLines,
  },
  numbered: {
    label: 'Numbered or bulleted steps',
    description: 'Lines such as "Step 3:", "3.", "(c)" or "- " begin a step.',
    cut: numbered,
  },
  sentences: {
    label: 'Sentences',
    description: 'Each sentence is a step; formulas, decimals and abbreviations do not end one.',
    cut: sentences,
  },
  'planning-words': {
    label: 'Planning words',
    description: 'Blank lines and sentences that begin with words such as "Wait" or "So" make steps, and each such word opens a unit of steps.',
    cut: planning,
  },
  lines: {
    label: 'Line by line',
    description: 'Each line that is not blank is a step; a heading goes with the line after it.',
    cut: lineByLine,
  },
} as const satisfies Record<string, NamedSegmenter>;

export type TextSegmenterName = keyof typeof SEGMENTERS;

/** The steps that came with the data: not cut out of a text, so they are no function of it. */
export const GIVEN_STEPS = { label: 'Given steps', description: 'The steps as the file gives them.' } as const;

export type SegmenterName = TextSegmenterName | 'given';

/** All names in the order in which they are offered. */
export const SEGMENTER_NAMES: readonly [SegmenterName, ...SegmenterName[]] = ['auto', 'given', 'blank-lines', 'numbered', 'sentences', 'planning-words', 'lines'];

export function isSegmenterName(name: unknown): name is SegmenterName {
  return SEGMENTER_NAMES.some((known) => known === name);
}

export function segmenterLabel(name: SegmenterName): string {
  return name === 'given' ? GIVEN_STEPS.label : SEGMENTERS[name].label;
}

export function segmenterDescription(name: SegmenterName): string {
  return name === 'given' ? GIVEN_STEPS.description : SEGMENTERS[name].description;
}
