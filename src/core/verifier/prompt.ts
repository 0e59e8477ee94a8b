/**
 * The prompt of R-PRM ("R-PRM: Reasoning-Driven Process Reward Modeling", section 3 and the released data): question,
 * previous steps, now step, a request to analyse, `Reply:`. This wording is the one that the bundled verifier was trained on.
 */
import { withoutStepMarker } from '../segment/step-marker.ts';
import type { VerifierMode } from './score.ts';

/** A change of any text below is a new version: scores made with another wording are other scores. */
export const PROMPT_VERSION = 'r-prm-1';

/** The sentence that every analysis ends with; P(Yes) is read right after it. */
export const VERIFICATION_QUESTION = 'Verification: Is the step correct (Yes/No)?';
/** Where P(Yes) is read: the part of the sentence that an analysis cannot do without. */
export const VERDICT_MARKER = 'Is the step correct (Yes/No)?';
/** With the space: the first token of each is what the model chooses between. */
export const VERDICTS = [' Yes', ' No'] as const;

/**
 * What every request for an analysis has: it ends with the verdict, and P(Yes) is read right before it. A reasoner may weigh
 * the sentence while it thinks; only what it says after its thinking counts.
 */
export const VERDICT_READING = {
  skipThinking: true,
  stop: VERDICTS.map((verdict) => VERDICT_MARKER + verdict),
  readout: { after: VERDICT_MARKER, candidates: VERDICTS },
} as const;

/** `Step 3: text`, without a label that the step's own text starts with. */
function labelled(step: number, text: string): string {
  const body = withoutStepMarker(text);
  // A step that is nothing but its label keeps it: an empty step cannot be judged.
  return `Step ${step + 1}: ${body === '' ? text.trim() : body}`;
}

/** A step's text, and what `labelled` made of it. */
interface Labelled {
  readonly text: string;
  readonly label: string;
}

/** By solution: the prompt of each step has those of all steps before it, which would be a million for a thousand steps. */
const LABELS = new WeakMap<readonly string[], (Labelled | undefined)[]>();

/** The first `end` steps with their labels. */
function labelledUntil(steps: readonly string[], end: number): string[] {
  const known = LABELS.get(steps) ?? [];
  LABELS.set(steps, known);
  return steps.slice(0, end).map((text, index) => {
    const before = known[index];
    // A search adds to its steps, and takes them back.
    if (before?.text === text) return before.label;
    const label = labelled(index, text);
    known[index] = { text, label };
    return label;
  });
}

/** The prompt for judging step `step` (0-based) of a solution. */
export function verifierPrompt(problem: string, steps: readonly string[], step: number, mode: VerifierMode): string {
  const previous = labelledUntil(steps, step);
  const lines = [
    `Question: ${problem.trim()}`,
    `Previous Steps: ${previous.length === 0 ? 'Since the Now Step is the first step, there are no Previous Steps.' : previous.join('\n')}`,
    `Now Step: ${labelled(step, steps[step] ?? '')}`,
    'Please carefully analyze the correctness of the Now Step.',
    'Reply: ',
  ];
  return lines.join('\n') + (mode === 'direct' ? VERIFICATION_QUESTION : '');
}
