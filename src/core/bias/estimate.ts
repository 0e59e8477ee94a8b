import type { BiasEstimate } from './events.ts';
import type { BiasSettings } from './settings.ts';

/** Tokens of a guess and of a trace of the bundled reasoner under its planted system turn. */
const GUESS_TOKENS = 9;
const TRACE_TOKENS = 160;

/** What an experiment will generate. */
export function estimateBias(questions: number, { guesses, trace, plans }: BiasSettings): BiasEstimate {
  const guessed = 1 + guesses.n * guesses.templates.length * guesses.temperatures.length;
  const traces = 1 + plans.length;
  return {
    samples: questions * (guessed + traces),
    mostTokens: questions * (guessed * guesses.maxNewTokens + traces * trace.maxNewTokens),
    likelyTokens: questions * (guessed * Math.min(GUESS_TOKENS, guesses.maxNewTokens) + traces * Math.min(TRACE_TOKENS, trace.maxNewTokens)),
  };
}
