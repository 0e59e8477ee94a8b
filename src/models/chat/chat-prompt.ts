import type { ChatMessage, ChatPrompt, ChatRequest } from '../../core/chat.ts';
import { errorText } from '../../core/error-text.ts';
import { StepscopeError } from '../../core/result.ts';
import { closeThinking, opensThinking } from '../../core/trace/thinking.ts';
import type { ChatTemplate } from './chat-template.ts';
import { quote } from './quote.ts';
import { compileTemplate, TemplateRefusal, Unsupported, type Render } from './render.ts';

const FOLDED = 'has no system turn: what belongs there stands at the beginning of the user\'s turn.';
/** What the library says of filters, tests, statements and functions that it does not have: it has no error types. */
const MISSING = /^Unknown (?:\w+ )?(?:filter|test|statement)|not currently supported|^Cannot call something|^Cannot apply filter/;

/**
 * Prepares a template. The result turns one conversation into a prompt: see LanguageModel.chatPrompts. Where the template
 * refuses or drops a system turn, its text is put before that of the first user turn. What a template leaves out of the
 * user's last turn is an error: a prompt without the question would be answered, too.
 * Both throw StepscopeError `template-invalid` with one sentence that names the file.
 */
export function prepareTemplate(template: ChatTemplate): (request: ChatRequest) => ChatPrompt {
  const render = naming(template.file, () => compileTemplate(template.source));
  return (request) => naming(template.file, () => chatPrompt(template, render, request));
}

function chatPrompt(template: ChatTemplate, render: Render, request: ChatRequest): ChatPrompt {
  const { messages, begun = '', addGenerationPrompt = true, variables = {} } = request;
  if (begun !== '' && !addGenerationPrompt) throw new StepscopeError('unsupported', 'A reply that has begun needs the generation prompt before it.');
  const date = request.date === undefined ? localNow() : new Date(request.date);
  const written = (turns: readonly ChatMessage[]) => render({ messages: turns, addGenerationPrompt, tokens: template.tokens, variables, date });
  const [system, ...rest] = messages;
  const folded = system?.role === 'system' ? fold(system.content, rest) : undefined;
  try {
    const whole = folded === undefined ? written(messages) : keepingSystem(written, messages);
    const text = whole ?? written(folded ?? messages);
    const lost = lostTurn(text, messages);
    if (lost !== undefined) return { ok: false, reason: 'template-invalid', message: `The chat template of ${template.file} leaves out the text of the ${lost} turn: use the template that came with the model, or plain prompts.` };
    const opened = variables['enable_thinking'] === false && opensThinking(text) ? closeThinking(text) : text;
    return { ok: true, prompt: opened + begun, ...(whole === undefined ? { note: `The chat template of ${template.file} ${FOLDED}` } : {}) };
  } catch (error) {
    if (!(error instanceof TemplateRefusal)) throw error;
    return { ok: false, reason: 'template-invalid', message: `The chat template of ${template.file} refuses the conversation (${quote(error.message)}): use plain prompts with this model.` };
  }
}

/** Now, with the local time where a Date has UTC. */
function localNow(): Date {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
}

/** The conversation as it is; undefined where the template refuses its system turn, or leaves the text of it out. */
function keepingSystem(written: (turns: readonly ChatMessage[]) => string, messages: readonly ChatMessage[]): string | undefined {
  try {
    const text = written(messages);
    return text.includes(messages[0]?.content.trim() ?? '') ? text : undefined;
  } catch (error) {
    if (error instanceof TemplateRefusal) return undefined;
    throw error;
  }
}

function fold(system: string, turns: readonly ChatMessage[]): readonly ChatMessage[] {
  const first = turns.findIndex(({ role }) => role === 'user');
  return turns.map((turn, index) => (index === first ? { ...turn, content: `${system}\n\n${turn.content}` } : turn));
}

/** The role of a turn that a text does not hold. Finished turns of the assistant may be shortened: templates drop their thinking. */
function lostTurn(text: string, messages: readonly ChatMessage[]): string | undefined {
  const asked = [messages.find(({ role }) => role === 'system'), messages.findLast(({ role }) => role === 'user')];
  return asked.find((turn) => turn !== undefined && !text.includes(turn.content.trim()))?.role;
}

/** Turns what the library throws into one sentence that names the file. */
function naming<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StepscopeError) throw error;
    const said = errorText(error);
    const missing = error instanceof Unsupported || MISSING.test(said);
    const what = missing ? 'needs something that is not supported here' : 'cannot be rendered';
    throw new StepscopeError('template-invalid', `The chat template of ${file} ${what} (${quote(said)}): use the template that came with the model, or plain prompts.`);
  }
}
