import { t } from '@vscode/l10n';
import type { SegmenterName } from '../core/segment/segmenters.ts';

/** How a segmenter is called in the editor's language, and what it does: in English what the core says, which the terminal and records use. */
export function segmenterText(name: SegmenterName): { readonly label: string; readonly description: string } {
  switch (name) {
    case 'auto':
      return { label: t('Automatic'), description: t('Chooses numbers, blank lines, lines or sentences by the text, and says why.') };
    case 'given':
      return { label: t('Given steps'), description: t('The steps as the file gives them.') };
    case 'blank-lines':
      return { label: t('Blank lines'), description: t('A blank line ends a step; a heading goes with the step after it.') };
    case 'numbered':
      return { label: t('Numbered or bulleted steps'), description: t('Lines such as "Step 3:", "3.", "(c)" or "- " begin a step.') };
    case 'sentences':
      return { label: t('Sentences'), description: t('Each sentence is a step; formulas, decimals and abbreviations do not end one.') };
    case 'planning-words':
      return { label: t('Planning words'), description: t('Blank lines and sentences that begin with words such as "Wait" or "So" make steps, and each such word opens a unit of steps.') };
    case 'lines':
      return { label: t('Line by line'), description: t('Each line that is not blank is a step; a heading goes with the line after it.') };
  }
}
