import { numberText } from '../eval/metrics.ts';
import { modelFacts } from '../model-facts.ts';
import type { Table } from '../picture/chart.ts';
import { planName, type MaskPlan } from './plan.ts';
import type { BiasSettings } from './settings.ts';
import type { BiasState } from './state.ts';
import { ANSWER_PATTERNS, REFLECTION_WORDS } from './word-lists.ts';

/** Everything that the numbers need to be made again. */
export function biasProvenance({ header, events, report, end }: BiasState): Table {
  const { models, settings, data, started, id } = header;
  const { guesses, trace, plans } = settings;
  const rows = data?.rows ?? [];
  const read = events.filter(({ type }) => type === 'attention').length;
  const lines: (readonly [string, string])[] = [
    ['Data', `${data?.file ?? '–'}: ${numberText(rows.length, 0)} rows, ${rows[0] ?? '–'} to ${rows.at(-1) ?? '–'} (0-based)`],
    ['Questions', `n = ${report.questions}`],
    ...models.map(({ info }) => ['Model', modelFacts(info)] as const),
    ['System turn', settings.system ?? 'none'],
    ...(settings.promptTemplate === undefined ? [] : [['Prompt template', settings.promptTemplate] as const]),
    ['Guesses', `n = ${guesses.n} of each template (${guesses.templates.join(', ')}) at each temperature (${guesses.temperatures.join(', ')}), top-p ${guesses.topP}, at most ${guesses.maxNewTokens} tokens; and one greedy`],
    ['Traces', `${trace.temperature === 0 ? 'greedy' : `temperature ${trace.temperature}, top-p ${trace.topP}`}, at most ${numberText(trace.maxNewTokens, 0)} tokens`],
    ['Detectors', detectorText(settings)],
    ...plans.map((plan) => ['Plan', planText(plan)] as const),
    ...(plans.length === 0 ? [['Plan', 'none'] as const] : []),
    ['Attention', read === 0 ? 'not read' : `read in the first ${read} traces`],
    ['Batch', `${settings.batch} questions at once`],
    ['Seed', String(settings.seed)],
    ['Intervals', '95%: Wilson for shares, else bootstrap over questions (2000 resamples)'],
    ['p', 'two-sided permutation tests (10,000 permutations; of signs for pairs), not corrected for their number'],
    ['Started', started],
    ...(end ? [['Ended', `${end.ended} (${end.reason})`] as const] : []),
    ['Run', id],
  ];
  return { name: 'How it was made', columns: [{ name: 'What' }, { name: 'Value' }], rows: lines };
}

/** `steps by blank-lines; reflections by 93 words of 6 languages; answers by boxes and 24 sentences`. */
export function detectorText({ detectors: { segmenter, reflectionWords, answerPatterns } }: BiasSettings): string {
  const words = Object.values(reflectionWords).flat().length;
  const edited = (list: unknown, known: unknown) => (JSON.stringify(list) === JSON.stringify(known) ? '' : ' (edited)');
  return `steps by ${segmenter}; reflections by ${words} opening words of ${Object.keys(reflectionWords).length} languages${edited(reflectionWords, REFLECTION_WORDS)}; answers by boxes and ${Object.values(answerPatterns).flat().length} sentences${edited(answerPatterns, ANSWER_PATTERNS)}`;
}

/** `question@answer (keys hidden, layers 4, 5)`. */
export function planText(plan: MaskPlan): string {
  const where = [...(plan.layers ? [`layers ${plan.layers.join(', ')}`] : []), ...(plan.heads ? [`heads ${plan.heads.join(', ')}`] : [])];
  return `${planName(plan)} (${[plan.method === 'mask' ? 'keys hidden' : 'text removed', ...where].join(', ')})`;
}
