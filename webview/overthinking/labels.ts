import { t } from '../components/l10n.ts';

/** The fixed words of the view. */
export const LABELS = {
  title: t('Overthinking'),
  cancel: t('Cancel'),
  running: t('Being computed…'),
  table: t('Table'),
  picture: t('Picture'),
  computeAll: t('Compute All'),
  marks: t('Marks of the trace, in order. Enter goes to the text.'),
  tokens: t('Tokens of the trace with their attention to the question. Enter goes to the text.'),
  tokenTable: t('Attention of each token'),
  firstAnswer: t('First answer'),
  fromLayer: t('Mean over layers'),
  toLayer: t('to'),
  threshold: t('Early exit at'),
  keys: t('Arrow keys go from mark to mark and show each in the text; Enter goes there, Escape back to the text. A click between marks shows what is at that place.'),
  columns: {
    kind: [t('What'), t('What was found')],
    step: [t('Step'), t('Number of the step')],
    place: [t('Place'), t('Where it begins and ends on the axis')],
    text: [t('Text'), t('Word, answer or text')],
    token: [t('Token'), t('Position among the tokens of the trace')],
    value: [t('Attention'), t('To the question, over uniform, mean over the chosen layers')],
  },
  again: (action: string): string => t('{0} Again', action),
} as const;
