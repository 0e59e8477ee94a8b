import { isRecord } from '../../core/is-record.ts';
import { chatTurns, chatVariants, readChat, type Message } from '../messages.ts';
import { textTrace } from '../solution-text.ts';
import { withId } from './given-steps.ts';
import { recordOf, type Row } from './read-fields.ts';
import type { RowFormat } from './row-format.ts';

const ROLES: Readonly<Record<string, string>> = { human: 'user', user: 'user', gpt: 'assistant', chatgpt: 'assistant', bing: 'assistant', bard: 'assistant', assistant: 'assistant', model: 'assistant', system: 'system' };
const LISTS = ['conversations', 'conversation', 'items'] as const;

/** ShareGPT: `{ id, conversations: [{ from: "human" | "gpt" | "system", value }] }`. Each answer is a trace. */
export const shareGpt: RowFormat = {
  id: 'sharegpt',
  title: 'ShareGPT conversations',
  strength: 0.95,
  mark: 'has "conversations" with "from" and "value"',
  fits: (row) => isRecord(row) && conversationOf(row).length > 0,
  variants: (row) => (isRecord(row) ? chatVariants(conversationOf(row)) : []),
  read(row, context) {
    const record = recordOf(context.where, row, '"conversations" with "from" and "value"');
    if (!record.ok) return record;
    const messages = conversationOf(record.value);
    const turn = Math.max(0, chatVariants(messages).indexOf(context.variant ?? ''));
    const chat = readChat(context.where, messages, chatTurns(messages)[turn]);
    if (!chat.ok) return chat;
    const named = { ...context, source: withId(context.source, record.value['id']) };
    return textTrace(named, chat.value.problem, chat.value.response);
  },
};

/** The conversation as chat messages. Roles of other names are passed over. */
function conversationOf(row: Row): Message[] {
  const list = LISTS.map((name) => row[name]).find(Array.isArray) as readonly unknown[] | undefined;
  return (list ?? []).flatMap((item) => {
    if (!isRecord(item) || typeof item['from'] !== 'string' || typeof item['value'] !== 'string') return [];
    const role = Object.hasOwn(ROLES, item['from']) ? ROLES[item['from']] : undefined;
    return role === undefined ? [] : [{ role, content: item['value'] }];
  });
}
