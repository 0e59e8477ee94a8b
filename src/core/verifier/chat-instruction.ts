import { SECTION_NAMES } from './analysis.ts';
import { VERIFICATION_QUESTION } from './prompt.ts';
import type { VerifierMode } from './score.ts';

/**
 * What a general chat model is told before the prompt (R-PRM, section 3.1); a checkpoint that was trained on the prompt
 * needs none. The words are this project's, the structure is the paper's.
 */
export function chatInstruction(mode: VerifierMode): string {
  const task = 'You verify solutions step by step. Judge only the Now Step, given the question and the previous steps.';
  if (mode === 'direct') return `${task} Answer "${VERIFICATION_QUESTION}" with one word: Yes or No.`;
  return [
    task,
    `First analyse it under these headings, in this order: ${SECTION_NAMES.map((name) => `**${name}**`).join(', ')}: what the previous steps established and whether they are right, what the Now Step does, where each of its values comes from, whether it agrees with the question and the previous steps, and whether its calculation is right (calculate it again).`,
    'Then write a line that starts with "Conclusion:".',
    `End with exactly this line, X being Yes or No: ${VERIFICATION_QUESTION} X`,
  ].join('\n');
}
