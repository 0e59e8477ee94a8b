import type { BiasReport } from './events.ts';

/** What an experiment came to, for lists: `40 questions, reflections 1.87 on conflict, 0.20 on agreement`. */
export function biasHeadline({ questions, conflicts }: BiasReport): string {
  const means = conflicts.high && conflicts.low && `, reflections ${conflicts.high.value.toFixed(2)} on conflict, ${conflicts.low.value.toFixed(2)} on agreement`;
  return `${questions} question${questions === 1 ? '' : 's'}${means ?? ''}`;
}
