import { createRandom } from '../random.ts';
import type { ThinkingMode } from '../trace/search-round.ts';
import { summarize } from '../verifier/combine.ts';
import type { SearchEvent, StepRound } from './events.ts';
import { isEnded, livePaths, type Path } from './path.ts';
import { THINKING_MODES, type SearchSettings } from './settings.ts';

/** What the next round is to do. */
export interface RoundPlan {
  readonly round: number;
  readonly step: number;
  readonly attempt: number;
  readonly mode?: ThinkingMode;
  readonly width: number;
  readonly regeneration: boolean;
  /** The paths that are continued. */
  readonly open: readonly Path[];
  /** Paths that have ended and hold their place. */
  readonly ended: readonly Path[];
}

/** The next round of a search for steps, or undefined where the solution is complete. A function of the rounds alone, so that a recorded search goes on as if it had not been interrupted. */
export function planRound(rounds: readonly StepRound[], settings: SearchSettings): RoundPlan | undefined {
  const last = rounds.at(-1);
  if (last === undefined) return plan(rounds, settings, { step: 0, attempt: 0, regeneration: false, mode: firstMode(settings) });
  if (last.final) {
    const check = checkSolution(rounds, settings);
    if (check === undefined || check.passed) return undefined;
    return plan(rounds, settings, { step: 0, attempt: 1, regeneration: false, mode: 'complex' });
  }
  const again = !last.accepted && (last.regeneration || last.rule === 'penalty');
  return plan(rounds, settings, { step: last.accepted ? last.step + 1 : last.step, attempt: last.attempt, regeneration: again, mode: last.nextMode });
}

type Next = Pick<RoundPlan, 'step' | 'attempt' | 'regeneration'> & { readonly mode: ThinkingMode | undefined };

function plan(rounds: readonly StepRound[], settings: SearchSettings, { mode, ...next }: Next): RoundPlan {
  const live = livePaths(rounds, next.attempt);
  return {
    round: rounds.length,
    ...next,
    ...(mode === undefined ? {} : { mode }),
    width: mode === undefined ? settings.samples : settings.widths[mode],
    open: live.filter((path) => !isEnded(path)),
    ended: live.filter(isEnded),
  };
}

/** The mode of the first round; undefined where the strategy has none. */
export function firstMode({ strategy, initialMode, seed }: SearchSettings): ThinkingMode | undefined {
  switch (strategy) {
    case 'pats':
      return initialMode;
    case 'all-simple':
    case 'solution-switching':
      return 'simple';
    case 'all-medium':
      return 'medium';
    case 'all-complex':
      return 'complex';
    case 'random-mode':
      return randomMode(seed, 0);
    case 'guided':
    case 'beam':
    case 'best-of-n':
    case 'majority':
    case 'sampling':
      return undefined;
  }
}

/** Each mode with the same probability, decided by the seed and the round alone. */
export function randomMode(seed: number, round: number): ThinkingMode {
  const drawn = createRandom(seed, round)();
  return THINKING_MODES[Math.floor(drawn * THINKING_MODES.length)] ?? 'complex';
}

type SolutionCheck = Extract<SearchEvent, { type: 'solution-check' }>;

/**
 * Solution switching: whether the simple solution holds, that is its aggregated score reaches the verifier's threshold. Its
 * steps were judged when they were chosen, so the check costs nothing. Undefined unless the simple solution is the last
 * thing that was done.
 */
export function checkSolution(rounds: readonly StepRound[], settings: SearchSettings): SolutionCheck | undefined {
  const last = rounds.at(-1);
  const [path] = livePaths(rounds, 0);
  if (settings.strategy !== 'solution-switching' || last?.final !== true || last.attempt !== 0 || path === undefined) return undefined;
  const { aggregate, verifier: { threshold } } = settings;
  const value = summarize(path.candidates.map(({ score }) => score), threshold, 0, 0)[aggregate];
  return { type: 'solution-check', aggregate, threshold, passed: value !== undefined && value >= threshold, ...(value === undefined ? {} : { value }) };
}
