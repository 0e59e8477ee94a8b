import type { ChatPrompt } from '../chat.ts';
import { lackOf, type LanguageModel } from '../model.ts';
import { StepscopeError } from '../result.ts';
import { chatRequest } from './chat-prompt.ts';
import { verifierPrompt } from './prompt.ts';
import type { PromptForm } from './settings.ts';
import type { VerifierMode } from './score.ts';

/** A step that is to be judged. */
export interface StepQuestion {
  readonly problem: string;
  readonly steps: readonly string[];
  /** 0-based. */
  readonly step: number;
  readonly mode: VerifierMode;
  readonly form: PromptForm;
}

/**
 * The prompts that ask a model about steps, in their order. Throws StepscopeError `unsupported` for the chat form where the
 * model has no chat template, and what chatPrompts throws.
 */
export async function stepPrompts(model: LanguageModel, questions: readonly StepQuestion[], signal?: AbortSignal): Promise<readonly ChatPrompt[]> {
  const chat = questions.filter(({ form }) => form === 'chat');
  const rendered = chat.length === 0 ? [] : await renderAll(model, chat, signal);
  const ofChat = new Map(chat.map((question, index) => [question, rendered[index]]));
  return questions.map((question): ChatPrompt => {
    const { problem, steps, step, mode, form } = question;
    if (form === 'plain') return { ok: true, prompt: verifierPrompt(problem, steps, step, mode) };
    return ofChat.get(question) ?? { ok: false, reason: 'engine-failed', message: `${model.info.name} gave no prompt for it: score it again.` };
  });
}

async function renderAll(model: LanguageModel, questions: readonly StepQuestion[], signal: AbortSignal | undefined): Promise<readonly ChatPrompt[]> {
  const lack = lackOf(model, 'chat');
  if (lack !== undefined || model.chatPrompts === undefined) throw new StepscopeError('unsupported', lack ?? `${model.info.name} has no chat template.`);
  return model.chatPrompts(questions.map(({ problem, steps, step, mode }) => chatRequest(problem, steps, step, mode)), signal);
}
