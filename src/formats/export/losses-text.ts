import type { Loss } from './export-format.ts';

/** What a format left out or shortened, in one sentence; empty where nothing was. */
export function lossesText(name: string, losses: readonly Loss[]): string {
  const whats = losses.map(({ what }) => WORDS[what]);
  const last = whats.at(-1);
  if (last === undefined) return '';
  return `Not in ${name}, or not in full: ${whats.length === 1 ? last : `${whats.slice(0, -1).join(', ')} and ${last}`}.`;
}

const WORDS: Readonly<Record<Loss['what'], string>> = {
  trace: 'the trace in a form that opens again',
  question: 'the question',
  'text between the steps': 'the text between the steps',
  answer: 'the answer set apart',
  'unpaired surrogates': 'characters that UTF-8 cannot say',
  source: 'where the trace came from',
  label: 'the label',
  'labels and scores from the file': 'labels and scores that came with the data',
  scores: 'the scores',
  'samples and analyses': 'the samples and analyses',
  notes: 'your notes',
  segmentation: 'how the steps were cut',
};
