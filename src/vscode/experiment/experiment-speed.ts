import type * as vscode from 'vscode';
import type { BiasEstimate } from '../../core/bias/events.ts';

/** Generated tokens a second, in the estimate's own count, by what is set as the policy. */
type Speeds = Readonly<Record<string, number>>;

const KEY = 'stepscope.biasSpeeds';
/** Of the bundled reasoner: 40 questions with 16 guesses and three plans took 95 s on two slow cores that others used as well. */
const BUNDLED_SPEED = 300;

/** How fast experiments went on this machine. */
export interface ExperimentSpeed {
  learn(policy: string, estimate: BiasEstimate, seconds: number): void;
  /** About how long it will take; `measured` here, or as told for the bundled model; undefined for a model that was never run. */
  seconds(policy: string, bundled: boolean, estimate: BiasEstimate): { readonly seconds: number; readonly measured: boolean } | undefined;
}

export function createExperimentSpeed(state: Pick<vscode.Memento, 'get' | 'update'>): ExperimentSpeed {
  return {
    learn(policy, { likelyTokens }, seconds) {
      if (seconds > 1) void state.update(KEY, { ...state.get<Speeds>(KEY), [policy]: likelyTokens / seconds });
    },
    seconds(policy, bundled, { likelyTokens }) {
      const measured = state.get<Speeds>(KEY)?.[policy];
      const speed = measured ?? (bundled ? BUNDLED_SPEED : undefined);
      return speed === undefined ? undefined : { seconds: likelyTokens / speed, measured: measured !== undefined };
    },
  };
}
