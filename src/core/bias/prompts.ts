import type { ChatRequest } from '../chat.ts';
import { lackOf, type LanguageModel } from '../model.ts';
import { fail, ok, StepscopeError, type Result } from '../result.ts';
import { PROMPT_DATE } from '../search/policy-prompt.ts';
import { closeThinking, opensThinking } from '../trace/thinking.ts';
import type { Span } from '../trace/trace.ts';
import type { BiasSettings } from './settings.ts';

/** The prompts of one question. */
export interface BiasPrompts {
  /** Ends where thinking begins. */
  readonly thinking: string;
  /** The same with the thinking closed at once. */
  readonly direct: string;
  /** Where the question and the system turn stand in `thinking`. */
  readonly question: Span;
  readonly system?: Span;
}

/**
 * Writes the prompts of some questions, in their order; one that cannot be written fails alone. Throws StepscopeError, reason
 * `unsupported`, where the model has no chat template and none was given.
 */
export async function biasPrompts(model: LanguageModel, questions: readonly string[], settings: BiasSettings, signal?: AbortSignal): Promise<Result<BiasPrompts>[]> {
  const texts = settings.promptTemplate === undefined ? await fromChat(model, questions, settings, signal) : fromTemplate(settings.promptTemplate, questions, settings);
  return texts.map((text, index) => (text.ok ? located(text.value, questions[index] ?? '', settings.system) : text));
}

type Texts = Pick<BiasPrompts, 'thinking' | 'direct'>;

async function fromChat(model: LanguageModel, questions: readonly string[], { system }: BiasSettings, signal?: AbortSignal): Promise<Result<Texts>[]> {
  if (model.chatPrompts === undefined) throw new StepscopeError('unsupported', lackOf(model, 'chat') ?? `${model.info.name} has no chat template.`);
  const requests = questions.map((content): ChatRequest => ({ messages: [...(system === undefined ? [] : [{ role: 'system' as const, content: system }]), { role: 'user', content: content.trim() }], date: PROMPT_DATE }));
  const thinking = await model.chatPrompts(requests.map((request) => ({ ...request, variables: { enable_thinking: true } })), signal);
  const direct = await model.chatPrompts(requests.map((request) => ({ ...request, variables: { enable_thinking: false } })), signal);
  return thinking.map((prompt, index) => {
    const other = direct[index];
    if (!prompt.ok) return fail(prompt.reason, prompt.message);
    if (other?.ok !== true) return fail(other?.reason ?? 'template-invalid', other?.message ?? 'The chat template wrote no prompt.');
    return ok({ thinking: prompt.prompt, direct: other.prompt === prompt.prompt ? closed(prompt.prompt) : other.prompt });
  });
}

function fromTemplate(template: string, questions: readonly string[], { system = '' }: BiasSettings): Result<Texts>[] {
  return questions.map((question) => {
    const thinking = template.replace(/\{(question|system)\}/g, (_, name) => (name === 'question' ? question : system));
    return ok({ thinking, direct: closed(thinking) });
  });
}

/** A block that the template does not open is opened and closed: the reply begins with the answer either way. */
function closed(prompt: string): string {
  return closeThinking(opensThinking(prompt) ? prompt : `${prompt}<think>\n`);
}

function located({ thinking, direct }: Texts, question: string, system: string | undefined): Result<BiasPrompts> {
  const place = (part: string, start: number): Span => ({ start, end: start + part.trim().length });
  // The system turn comes first, and may name the question's words.
  const at = thinking.lastIndexOf(question.trim());
  if (question.trim() === '' || at < 0) return fail('template-invalid', 'The prompt does not hold the question as it was written: give a prompt template with {question} in it.');
  const systemAt = system === undefined || system.trim() === '' ? -1 : thinking.indexOf(system.trim());
  return ok({ thinking, direct, question: place(question, at), ...(systemAt < 0 || system === undefined ? {} : { system: place(system, systemAt) }) });
}
