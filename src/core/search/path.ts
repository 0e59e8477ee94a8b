import { judged } from '../verifier/judge.ts';
import type { CandidateRef, RoundRecord, StepCandidate, StepRound } from './events.ts';

/** Accepted steps, from the first on. */
export interface Path {
  /** The last of them; undefined at the start of a solution. */
  readonly end?: CandidateRef;
  readonly candidates: readonly StepCandidate[];
  /** Of `candidates`, from the first on. */
  readonly refs: readonly CandidateRef[];
}

export const START: Path = { candidates: [], refs: [] };

/** The path that ends in a candidate. Throws where the rounds do not hold it: they are those of another search. */
export function pathTo(rounds: readonly RoundRecord[], end: CandidateRef): Path {
  const candidates: StepCandidate[] = [];
  const refs: CandidateRef[] = [];
  // A step's parent lies in an earlier round; the bound also ends a cycle that a damaged log may hold.
  for (let ref: CandidateRef | undefined = end; ref !== undefined && refs.length <= rounds.length; ) {
    const candidate = candidateAt(rounds, ref);
    if (candidate === undefined) throw new RangeError(`Round ${ref.round + 1} has no candidate ${ref.candidate + 1}.`);
    candidates.unshift(candidate);
    refs.unshift(ref);
    ref = candidate.parent;
  }
  return { end, candidates, refs };
}

/** The candidate of a round that proposed a step; undefined where there is none. */
export function candidateAt(rounds: readonly RoundRecord[], { round, candidate }: CandidateRef): StepCandidate | undefined {
  const record = rounds[round];
  return record?.kind === 'step' ? record.candidates[candidate] : undefined;
}

/** The paths that go on after these rounds, best first: those of the last accepted round of the current attempt. */
export function livePaths(rounds: readonly StepRound[], attempt: number): Path[] {
  const last = rounds.findLast(({ accepted }) => accepted);
  return last?.attempt === attempt ? last.kept.map((ref) => pathTo(rounds, ref)) : [START];
}

/** What a candidate is chosen by: P(Yes), or the share of Yes where the verifier's server gives no probabilities; undefined where it has no score. */
export function valueOf({ score, givenScore }: Pick<StepCandidate, 'score' | 'givenScore'>): number | undefined {
  return judged(score) ?? givenScore;
}

/** What the policy wrote on a path. */
export function pathText({ candidates }: Path): string {
  return candidates.map(({ text }) => text).join('');
}

/** Whether the policy has ended its reply with the path. */
export function isEnded({ candidates }: Path): boolean {
  return candidates.at(-1)?.final === true;
}

/**
 * What makes two candidates the same: the step; of a final one all of its text, so that a reply may end with a step that it
 * said before.
 */
export function identityOf({ step, text, final }: Pick<StepCandidate, 'step' | 'text' | 'final'>): string {
  return final ? `${text.trim()}\n(final)` : step;
}
