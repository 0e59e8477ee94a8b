import type { ThinkingMode } from '../trace/search-round.ts';
import type { StepRule } from './events.ts';
import type { ControllerSettings } from './settings.ts';

/** What of a round the controller decides by. */
export interface RoundOutcome {
  readonly mode: ThinkingMode;
  /** The step was discarded before: the penalty has been used for it. */
  readonly regeneration: boolean;
  /** `none-left`: every candidate was dropped; `unscored`: the verifier scored none; else the best score. */
  readonly best: number | 'none-left' | 'unscored';
  /** The best candidate ends the solution. */
  readonly final: boolean;
}

export interface Decision {
  readonly rule: Extract<StepRule, 'good' | 'keep' | 'low' | 'penalty' | 'accepted-after-penalty' | 'none-left' | 'unscored'>;
  /** The best candidate becomes the step. */
  readonly accepted: boolean;
  readonly nextMode: ThinkingMode;
  /** The next round makes the same step again, and its penalty is used. */
  readonly regenerate: boolean;
  /** The solution has come to its end. */
  readonly stop: boolean;
}

/**
 * The mode controller of PATS (algorithm 1): from what a round showed to what is done next. Pure and total. A score that
 * equals a threshold is on its upper side.
 */
export function decide({ mode, regeneration, best, final }: RoundOutcome, { thresholds, penalty }: ControllerSettings): Decision {
  if (typeof best === 'string') return { rule: best, accepted: false, nextMode: mode, regenerate: regeneration, stop: false };
  const bad = best < thresholds.bad;
  if (bad && (penalty === 'infinite' || (penalty === 'once' && !regeneration))) return { rule: 'penalty', accepted: false, nextMode: 'complex', regenerate: true, stop: false };
  const accept = (rule: Decision['rule'], nextMode: ThinkingMode): Decision => ({ rule, accepted: true, nextMode, regenerate: false, stop: final });
  if (bad && regeneration) return accept('accepted-after-penalty', 'complex');
  if (best >= thresholds.good) return accept('good', simpler(mode));
  return best < thresholds.low ? accept('low', 'complex') : accept('keep', mode);
}

function simpler(mode: ThinkingMode): ThinkingMode {
  return mode === 'complex' ? 'medium' : 'simple';
}
