import type { Json } from './json.ts';

export type ServerApi = 'completions' | 'chat';

/** How a model is spoken to on one server. */
export interface Dialect {
  readonly api: ServerApi;
  /** The server's name of the model. */
  readonly model: string;
  /** Chat only: the system turn. */
  readonly instruction: string | undefined;
  /** Whether fields are tolerated that OpenAI's own protocol does not have. */
  readonly extras: boolean;
}

/** One question to a server, whatever the API. */
export interface Ask {
  readonly prompt: string;
  /** Text of the reply that is there already: the server continues it. */
  readonly begun?: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  /** How many of the likeliest tokens to list at each position. */
  readonly top?: number;
  readonly n?: number;
  readonly stream?: boolean;
}

export function pathOf(dialect: Dialect): string {
  return dialect.api === 'chat' ? '/chat/completions' : '/completions';
}

export function bodyOf(dialect: Dialect, ask: Ask): Json {
  const common = {
    model: dialect.model,
    max_tokens: ask.maxTokens,
    temperature: ask.temperature,
    top_p: ask.topP ?? 1,
    ...(ask.seed === undefined ? {} : { seed: ask.seed }),
    ...(ask.stop === undefined || ask.stop.length === 0 ? {} : { stop: ask.stop }),
    ...(ask.n === undefined ? {} : { n: ask.n }),
    ...(ask.stream === true ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...(dialect.extras ? EXTRAS : {}),
  };
  if (dialect.api === 'completions') {
    return { ...common, prompt: ask.prompt + (ask.begun ?? ''), ...(ask.top === undefined ? {} : { logprobs: ask.top }) };
  }
  const messages = [
    ...(dialect.instruction === undefined ? [] : [{ role: 'system', content: dialect.instruction }]),
    { role: 'user', content: ask.prompt },
    ...(ask.begun === undefined ? [] : [{ role: 'assistant', content: ask.begun }]),
  ];
  return {
    ...common,
    messages,
    ...(ask.top === undefined ? {} : { logprobs: true, top_logprobs: ask.top }),
    ...(ask.begun === undefined ? {} : { continue_final_message: true, add_generation_prompt: false }),
  };
}

/**
 * Samplers that servers switch on by themselves (llama.cpp: top-k 40 and min-p 0.05; vLLM: what the checkpoint's
 * generation_config.json says) are switched off, so that temperature and top-p mean the same everywhere; and vLLM keeps the
 * stop string in the text.
 */
const EXTRAS = { top_k: -1, min_p: 0, repetition_penalty: 1, repeat_penalty: 1, include_stop_str_in_output: true };
