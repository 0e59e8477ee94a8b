import type { Candidate, StepRound } from '../events.ts';
import { valueOf } from '../path.ts';
import type { Thresholds } from '../settings.ts';

/** Most decimals of a score; two are enough unless rounding would put it on the other side of a threshold. */
const MOST_DECIMALS = 4;

/** A score as text that compares with the thresholds as the score does: 0.8496 is not shown as 0.85 beside a threshold of 0.85, and what is nearer than four decimals can say is shown as `≈0.85`. */
export function scoreBeside(score: number, thresholds: readonly number[]): string {
  for (let decimals = 2; decimals <= MOST_DECIMALS; decimals++) {
    const text = score.toFixed(decimals);
    if (thresholds.every((threshold) => score >= threshold === Number(text) >= threshold)) return text;
  }
  return `≈${score.toFixed(2)}`;
}

/** Best score of a round as it decided: that of the chosen candidate. */
export function bestScore({ chosen, candidates }: Pick<StepRound, 'chosen' | 'candidates'>): number | undefined {
  const candidate = chosen === undefined ? undefined : candidates[chosen];
  return candidate && valueOf(candidate);
}

/** What of a round its rule is told by; a recorded round and one that was replayed have it. */
export type Ruled = Pick<StepRound, 'rule' | 'nextMode' | 'mode' | 'width'> & { readonly best?: number; readonly stop: boolean };

/** The rule in a few words: `0.91 ≥ good`. */
export function ruleText({ rule, best, width }: Ruled, { good, low, bad }: Thresholds): string {
  const score = best === undefined ? '' : scoreBeside(best, [good, low, bad]);
  // Another program's record may have been made with other thresholds: no comparison is claimed that does not hold.
  if (best !== undefined && !holds(rule, best, { good, low, bad })) return `${score}, as recorded`;
  switch (rule) {
    case 'good':
      return `${score} ≥ good`;
    case 'keep':
      return best === undefined ? 'taken as kept' : `low ≤ ${score}`;
    case 'low':
      return `${score} < low`;
    case 'penalty':
      return `${score} < bad`;
    case 'accepted-after-penalty':
      return best === undefined ? 'accepted after ↻' : `${score} < bad, after ↻`;
    case 'none-left':
      return 'none left';
    case 'unscored':
      return 'no score';
    case 'fixed':
      return `best of ${width}`;
    case 'random':
      return 'next mode drawn';
    case 'branch':
      return 'your choice';
  }
}

/** Whether a score is where the rule says that it is. */
function holds(rule: StepRound['rule'], best: number, { good, low, bad }: Thresholds): boolean {
  switch (rule) {
    case 'good':
      return best >= good;
    case 'keep':
      return best >= low && best < good;
    case 'low':
      return best < low;
    case 'penalty':
    case 'accepted-after-penalty':
      return best < bad;
    case 'none-left':
    case 'unscored':
    case 'fixed':
    case 'random':
    case 'branch':
      return true;
  }
}

/** What comes next: `→ medium`, `↻ again, complex`, `■ end`. */
export function nextText({ rule, nextMode, stop }: Ruled): string {
  if (stop) return '■ end';
  if (rule === 'penalty') return `↻ again${nextMode === undefined ? '' : `, ${nextMode}`}`;
  return nextMode === undefined ? '' : `→ ${nextMode}`;
}

/** The mode switch of an accepted step, with what decided it: `complex → medium, 0.91 ≥ good (0.85)`. */
export function switchText(ruled: Ruled, thresholds: Thresholds): string {
  const { rule, mode, nextMode, best, stop } = ruled;
  const modes = mode === undefined ? '' : stop || nextMode === undefined ? mode : `${mode} → ${nextMode}`;
  const threshold = { good: thresholds.good, low: thresholds.low, penalty: thresholds.bad, 'accepted-after-penalty': thresholds.bad, keep: thresholds.low };
  const against = rule in threshold && best !== undefined && holds(rule, best, thresholds) ? ` (${threshold[rule as keyof typeof threshold]})` : '';
  return [modes, `${ruleText(ruled, thresholds)}${against}`].filter((part) => part !== '').join(', ');
}

/** Why a candidate is out; undefined for one that is not. */
export function dropText({ dropped, sameAs }: Candidate): string | undefined {
  switch (dropped) {
    case undefined:
      return undefined;
    case 'duplicate':
      return sameAs === undefined ? 'duplicate' : `same as ${sameAs + 1}`;
    case 'used':
      return 'used before';
    case 'empty':
      return 'empty';
    case 'cut':
      return 'cut off';
    case 'failed':
      return 'failed';
  }
}
