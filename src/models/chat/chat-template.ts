import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from '../../core/is-record.ts';
import { StepscopeError } from '../../core/result.ts';
import { quote } from './quote.ts';

/** The files of a model folder that a conversation's form comes from; a folder has some of them or none. */
export const CHAT_FILES = ['chat_template.jinja', 'tokenizer_config.json', 'chat_template.json', 'special_tokens_map.json'] as const;

/** The chat template of a model folder. */
export interface ChatTemplate {
  /** Where it was found, for messages. */
  readonly file: string;
  /** Jinja. */
  readonly source: string;
  /** `bos_token`, `eos_token` and others, as templates name them; those that the tokenizer lacks are absent. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Templates are 1 to 30 kB. */
const LONGEST_TEMPLATE = 1 << 20;
/** tokenizer_config.json may list every token that was added. */
const LARGEST_FILE = 64 * 2 ** 20;

type Json = Readonly<Record<string, unknown>>;

/**
 * Finds the chat template of a model folder, in the order in which the reference library looks: chat_template.jinja, the
 * `chat_template` of tokenizer_config.json, chat_template.json. undefined where there is none. Throws StepscopeError
 * `template-invalid` with one sentence that names the file.
 */
export async function readChatTemplate(folder: string): Promise<ChatTemplate | undefined> {
  const config = await readJson(path.join(folder, 'tokenizer_config.json'));
  const found = (await readJinja(path.join(folder, 'chat_template.jinja'))) ?? fromConfig(folder, 'tokenizer_config.json', config) ?? fromConfig(folder, 'chat_template.json', await readJson(path.join(folder, 'chat_template.json')));
  if (found === undefined) return undefined;
  if (found.source.length > LONGEST_TEMPLATE) throw invalid(found.file, `has a chat template of ${found.source.length} characters, the longest that is read has ${LONGEST_TEMPLATE}: use the file that came with the model`);
  return { ...found, tokens: specialTokens(config, await readJson(path.join(folder, 'special_tokens_map.json'))) };
}

/** SHA-256 (hex) of everything that the rendered text depends on beside the conversation. */
export function templateHash({ source, tokens }: ChatTemplate): string {
  return createHash('sha256').update(JSON.stringify([source, Object.entries(tokens).sort()])).digest('hex');
}

async function readJinja(file: string): Promise<{ readonly file: string; readonly source: string } | undefined> {
  const source = await readText(file);
  return source === undefined ? undefined : { file, source };
}

/** `chat_template` is a text, a list of named texts, or an object of them; of several the one named `default` counts. */
function fromConfig(folder: string, name: string, config: Json | undefined): { readonly file: string; readonly source: string } | undefined {
  const file = path.join(folder, name);
  const value = config?.['chat_template'];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return { file, source: value };
  const named = Array.isArray(value) ? value.map((entry) => namedTemplate(entry, file)) : isRecord(value) ? Object.entries(value) : [];
  const [source, ...others] = named.length === 1 ? named.map(([, text]) => text) : named.flatMap(([key, text]) => (key === 'default' ? [text] : []));
  if (typeof source !== 'string' || others.length > 0) {
    const names = named.slice(0, 5).map(([key]) => quote(key)).join(', ');
    throw invalid(file, `${named.length === 0 ? 'has a chat_template that is no text' : `has several chat templates (${names}) and not one that is named "default"`}: use the file that came with the model`);
  }
  return { file, source };
}

function namedTemplate(entry: unknown, file: string): [string, unknown] {
  if (!isRecord(entry) || typeof entry['name'] !== 'string') throw invalid(file, 'has a chat_template that is no list of named templates: use the file that came with the model');
  return [entry['name'], entry['template']];
}

/** A token is a text, or an object with its text as `content`. What tokenizer_config.json says counts before the older file. */
function specialTokens(config: Json | undefined, older: Json | undefined): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const [name, value] of [...Object.entries(older ?? {}), ...Object.entries(config ?? {})]) {
    if (!/^(?:bos|eos|unk|pad|sep|cls|mask)_token$/.test(name)) continue;
    const text = isRecord(value) ? value['content'] : value;
    if (typeof text === 'string') tokens[name] = text;
  }
  return tokens;
}

async function readJson(file: string): Promise<Json | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // falls through to the one sentence below
  }
  throw invalid(file, 'is no JSON object: download it again');
}

async function readText(file: string): Promise<string | undefined> {
  const info = await stat(file).catch(() => undefined);
  if (info?.isFile() !== true) return undefined;
  if (info.size > LARGEST_FILE) throw invalid(file, `has ${info.size} bytes, more than such a file can need: use the one that came with the model`);
  return readFile(file, 'utf8').catch(() => {
    throw invalid(file, 'cannot be read: check its permissions');
  });
}

function invalid(file: string, what: string): StepscopeError<'template-invalid'> {
  return new StepscopeError('template-invalid', `${file} ${what}.`);
}
