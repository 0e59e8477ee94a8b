/**
 * Entry of the process that renders a chat template. A template is a program from a file: here it can neither hold up the
 * engine nor take its memory. First the template comes, then conversations; each message has one answer, in order.
 */
import process from 'node:process';
import vm from 'node:vm';
import type { ChatPrompt, ChatRequest } from '../../core/chat.ts';
import { StepscopeError } from '../../core/result.ts';
import { prepareTemplate } from './chat-prompt.ts';
import type { ChatTemplate } from './chat-template.ts';
import { RENDER_MS } from './limits.ts';

export type TemplateMessage = { readonly kind: 'template'; readonly template: ChatTemplate } | { readonly kind: 'conversation'; readonly request: ChatRequest };

export type TemplateAnswer =
  /** Also the first word of the process, before any message. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'prompt'; readonly prompt: ChatPrompt }
  | { readonly kind: 'fault'; readonly reason: string; readonly message: string };

let file = '';
let prepared: ((request: ChatRequest) => ChatPrompt) | undefined;

function work(message: TemplateMessage): TemplateAnswer {
  if (message.kind === 'template') {
    file = message.template.file;
    prepared = prepareTemplate(message.template);
    return { kind: 'ready' };
  }
  if (prepared === undefined) throw new StepscopeError('engine-failed', 'A conversation came before its template.');
  return { kind: 'prompt', prompt: prepared(message.request) };
}

/** Ends the work after a while: what runs in a context can be stopped. */
function inTime(message: TemplateMessage): TemplateAnswer {
  const context = vm.createContext({ work: () => work(message) });
  try {
    return vm.runInContext('work()', context, { timeout: RENDER_MS }) as TemplateAnswer;
  } catch (error) {
    if (error instanceof StepscopeError) return { kind: 'fault', reason: (error as StepscopeError).reason, message: error.message };
    const late = (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    const what = late ? `is not done after ${RENDER_MS / 1000} s` : `failed (${String(error)})`;
    return { kind: 'fault', reason: late ? 'template-invalid' : 'engine-failed', message: `The chat template of ${file} ${what}: use the template that came with the model, or plain prompts.` };
  }
}

function send(answer: TemplateAnswer): void {
  if (process.connected) process.send?.(answer);
}

process.on('message', (message: TemplateMessage) => {
  if (message.kind === 'template') file = message.template.file;
  send(inTime(message));
});
process.on('disconnect', () => process.exit(0));
send({ kind: 'ready' });
