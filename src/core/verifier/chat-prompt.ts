import type { ChatRequest } from '../chat.ts';
import { SECTION_NAMES } from './analysis.ts';
import { PROMPT_VERSION, VERIFICATION_QUESTION, verifierPrompt } from './prompt.ts';
import type { VerifierMode } from './score.ts';
import type { PromptForm } from './settings.ts';

/** A change of the instruction, of the date or of the turns is a new version. */
const CHAT_VERSION = 'chat-1';

/**
 * The day of every conversation. Some templates write today's date into the prompt; the same step must give the same score
 * tomorrow. Llama's templates fall back to this one.
 */
const DATE = '2024-07-26';

export function promptVersion(form: PromptForm): string {
  return form === 'chat' ? `${PROMPT_VERSION}-${CHAT_VERSION}` : PROMPT_VERSION;
}

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

/**
 * The conversation for judging step `step` (0-based). In direct mode the reply has begun with the verification question, and
 * without thinking: what comes next is the verdict.
 */
export function chatRequest(problem: string, steps: readonly string[], step: number, mode: VerifierMode): ChatRequest {
  return {
    messages: [
      { role: 'system', content: chatInstruction(mode) },
      { role: 'user', content: verifierPrompt(problem, steps, step, 'reasoned') },
    ],
    ...(mode === 'direct' ? { begun: VERIFICATION_QUESTION, variables: { enable_thinking: false } } : {}),
    date: DATE,
  };
}
