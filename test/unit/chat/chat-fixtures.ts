import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChatMessage, ChatRequest } from '../../../src/core/chat.ts';
import type { ChatTemplate } from '../../../src/models/chat/chat-template.ts';
import { repoRoot } from '../formats/shared-data.ts';

const FOLDER = path.join(repoRoot(), 'test/fixtures/chat');

/** Templates with the constructs of the families that `stepscope convert` knows, and of a reasoner. */
export const FAMILIES = ['qwen2', 'llama3', 'mistral', 'phi3', 'gemma2', 'gemma3', 'qwen3', 'r1'] as const;
export type Family = (typeof FAMILIES)[number];

export interface Golden {
  readonly template: Family;
  readonly case: { readonly messages: readonly ChatMessage[]; readonly add_generation_prompt?: boolean; readonly variables?: NonNullable<ChatRequest['variables']> };
  readonly text?: string;
  readonly refused?: string;
}

/** What Jinja2 made of them; see goldens.py beside. */
export function chatGoldens(): { readonly tokens: Readonly<Record<string, string>>; readonly date: string; readonly rows: readonly Golden[] } {
  return JSON.parse(readFileSync(path.join(FOLDER, 'goldens.json'), 'utf8')) as ReturnType<typeof chatGoldens>;
}

export function templateSource(family: Family): string {
  return readFileSync(path.join(FOLDER, `${family}.jinja`), 'utf8');
}

export function templateOf(source: string): ChatTemplate {
  return { file: 'model/chat_template.jinja', source, tokens: { bos_token: '<s>', eos_token: '</s>' } };
}

/** The bundled script that renders templates. */
export const TEMPLATE_SCRIPT = path.join(repoRoot(), 'dist', 'template.js');
