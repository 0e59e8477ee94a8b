import type { Score } from '../verifier/score.ts';
import type { StepCandidate } from './events.ts';
import { judge, type Judge, type Judgement } from './judge.ts';
import { identityOf, type Path } from './path.ts';
import type { RoundPlan } from './plan.ts';

/** Judges candidates while others of their round are still being written. */
export interface EarlyJudge {
  /** Begins with a candidate that is complete, unless it is out or one like it has been begun. */
  begin(candidate: StepCandidate): void;
  /** Its score, when it is there; undefined: not begun, or not judged, so that it is to be asked for with the others. */
  scoreOf(candidate: StepCandidate): Promise<Score | undefined>;
  /** What was said meanwhile, each sentence once. */
  notes(): readonly string[];
  /** Ends what still runs. */
  stop(): void;
}

/** The path that a candidate goes on from. */
export function pathOf({ index }: StepCandidate, { open, width }: RoundPlan): Path | undefined {
  return open[Math.floor(index / width)];
}

/** A candidate as the last step of its path. */
export function judgementOf(candidate: StepCandidate, plan: RoundPlan): Judgement {
  const before = pathOf(candidate, plan)?.candidates ?? [];
  return { steps: [...before.map(({ step }) => step), candidate.step], only: [before.length] };
}

/**
 * For the candidates of one round. Only a verifier that computes each request apart, a server, begins early: what a local one
 * computes at once is one batch, and it shares the cores with the policy, so that nothing would be gained.
 */
export function createEarlyJudge(by: Judge, question: string, plan: RoundPlan, signal: AbortSignal | undefined): EarlyJudge {
  const stopped = new AbortController();
  const until = signal === undefined ? stopped.signal : AbortSignal.any([signal, stopped.signal]);
  const begun = new Map<string, Promise<Score | undefined>>();
  const said = new Set<string>();
  const keyOf = (candidate: StepCandidate) => `${Math.floor(candidate.index / plan.width)} ${identityOf(candidate)}`;
  const scoreOne = async (candidate: StepCandidate): Promise<Score | undefined> => {
    for await (const event of judge(by, question, [judgementOf(candidate, plan)], until)) {
      if (event.type === 'note') said.add(event.message);
      if (event.type === 'score') return event.score;
    }
    return undefined;
  };
  return {
    begin(candidate) {
      if (by.verifier.concurrent !== true || candidate.dropped !== undefined || begun.has(keyOf(candidate))) return;
      if (pathOf(candidate, plan)?.candidates.some((step) => identityOf(step) === identityOf(candidate)) === true) return;
      // What fails here is asked for again with the others, and fails there for all to see.
      begun.set(keyOf(candidate), scoreOne(candidate).catch(() => undefined));
    },
    scoreOf: async (candidate) => begun.get(keyOf(candidate)),
    notes: () => [...said],
    stop: () => stopped.abort(),
  };
}
