import { lackOf, type LanguageModel } from '../model.ts';
import { StepscopeError } from '../result.ts';
import type { PolicySettings } from './settings.ts';

/** The day of every conversation: the same problem must give the same prompt tomorrow. */
export const PROMPT_DATE = '2024-07-26';

/** The text before the policy's reply, and what there is to say of it. Throws StepscopeError where the policy cannot be asked so. */
export async function policyPrompt(policy: LanguageModel, question: string, { prompt, template = '{question}\n\n', system }: PolicySettings, signal?: AbortSignal): Promise<{ readonly prompt: string; readonly note?: string }> {
  if (prompt === 'plain' && !template.includes('{question}')) throw new StepscopeError('unsupported', 'The template of the policy’s prompt has no {question}: write it where the question goes, else the policy never sees the problem.');
  if (prompt === 'plain') return { prompt: template.split('{question}').join(question.trim()) };
  const lack = lackOf(policy, 'chat');
  if (lack !== undefined || policy.chatPrompts === undefined) throw new StepscopeError('unsupported', lack ?? `${policy.info.name} has no chat template.`);
  const turns = system === undefined ? [] : [{ role: 'system' as const, content: system }];
  const [made] = await policy.chatPrompts([{ messages: [...turns, { role: 'user', content: question.trim() }], variables: { enable_thinking: true }, date: PROMPT_DATE }], signal);
  if (made === undefined) throw new StepscopeError('engine-failed', `${policy.info.name} gave no prompt for the question: try again.`);
  if (!made.ok) throw new StepscopeError(made.reason, made.message);
  return made;
}
