import type { ChatPrompt, ChatRequest } from '../../core/chat.ts';
import { StepscopeError } from '../../core/result.ts';
import { readChatTemplate, templateHash, type ChatTemplate } from './chat-template.ts';
import { createTemplateProcess } from './template-process.ts';

/** The chat form of a loaded model. */
export interface Chat {
  /** See ModelInfo.template; undefined for a template that cannot be read, which renders nothing. */
  readonly template: string | undefined;
  /** See LanguageModel.chatPrompts. */
  readonly prompts: (requests: readonly ChatRequest[], signal?: AbortSignal) => Promise<ChatPrompt[]>;
  readonly release: () => void;
}

/**
 * Reads the chat template of a model folder; undefined where there is none. One that cannot be read is told of when it is
 * used: plain prompts need none. `script` is the bundled entry of the process that renders (dist/template.js).
 */
export async function openChat(folder: string, script: string): Promise<Chat | undefined> {
  let template: ChatTemplate | undefined;
  try {
    template = await readChatTemplate(folder);
  } catch (error) {
    if (!(error instanceof StepscopeError)) throw error;
    return { template: undefined, prompts: () => Promise.reject(error), release: () => undefined };
  }
  if (template === undefined) return undefined;
  const { render, release } = createTemplateProcess(template, script);
  return { template: templateHash(template), prompts: render, release };
}
