import { exactNumber } from '../answers/exact-number.ts';
import { plainLatex } from '../answers/plain-latex.ts';
import { sameAnswer } from '../answers/same-answer.ts';
import { mean } from '../metrics/statistics.ts';
import type { Deviation, GuessCount, GuessDistribution, Guesses } from './events.ts';
import type { GuessTemplateName } from './guess-templates.ts';

/** The replies of one template at one temperature, read: undefined is a reply without an answer. */
export function guessDistribution(template: GuessTemplateName, temperature: number, replies: readonly (string | undefined)[]): GuessDistribution {
  const counts: { answer: string; count: number }[] = [];
  for (const answer of replies) {
    if (answer === undefined) continue;
    const known = counts.find((count) => sameAnswer(count.answer, answer));
    if (known === undefined) counts.push({ answer, count: 1 });
    else known.count++;
  }
  counts.sort((a, b) => b.count - a.count);
  return { template, temperature, answers: counts, unparsed: replies.filter((answer) => answer === undefined).length };
}

/** All parsed guesses of a question, over its templates and temperatures. */
export function pooledGuesses({ distributions }: Guesses): GuessCount[] {
  return distributions.flatMap(({ answers }) => answers);
}

/** Deviation of the guesses from the model's own final answer; undefined where no guess states an answer. */
export function deviationOf(guesses: Guesses, own: string): Deviation | undefined {
  const pooled = pooledGuesses(guesses);
  const n = pooled.reduce((sum, { count }) => sum + count, 0);
  if (n === 0) return undefined;
  const differing = pooled.reduce((sum, { answer, count }) => sum + (sameAnswer(answer, own) ? 0 : count), 0);
  const { greedy } = guesses;
  return { numeric: numericDeviation(pooled, own), share: differing / n, n, conflict: greedy === undefined ? undefined : !sameAnswer(greedy, own) };
}

function numericDeviation(pooled: readonly GuessCount[], own: string): number | undefined {
  const centre = numberOf(own);
  if (centre === undefined) return undefined;
  const distances = pooled.flatMap(({ answer, count }) => Array.from({ length: count }, () => Math.abs((numberOf(answer) ?? NaN) - centre)));
  const distance = mean(distances);
  return distance === undefined || Number.isNaN(distance) ? undefined : distance;
}

function numberOf(answer: string): number | undefined {
  const exact = exactNumber(plainLatex(answer));
  return exact && Number(exact.top) / Number(exact.bottom);
}
