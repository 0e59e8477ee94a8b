/** Answers in the shapes of real servers. */
export interface FlavourAnswer {
  readonly text: string;
  readonly finish: 'stop' | 'length' | null;
  /** The stop string that ended it. */
  readonly stopped: string | undefined;
  /** For each token the likeliest ones; undefined when none were asked for. */
  readonly top: readonly (readonly (readonly [string, number])[])[] | undefined;
}

export interface Flavour {
  readonly name: 'vllm' | 'llamacpp' | 'ollama';
  /** `GET /v1/models` for a model of this name and context. */
  models(id: string, context: number): object;
  /** `GET /props`. */
  props?(context: number): object;
  /** The most log-probabilities that may be asked for; 0: the field is ignored. */
  readonly maxTop: number;
  /** Whether `include_stop_str_in_output` is known. */
  readonly keepsStop: boolean;
  /** Whether completions wrap the prompt in the model's chat template. */
  readonly templates: boolean;
  /** Whether the last message of a chat is continued when it is the assistant's. */
  readonly prefills: boolean;
  choice(answer: FlavourAnswer, chat: boolean, stream: boolean): object;
  usage(prompt: number, completion: number): object;
  /** The message of a request that does not fit. */
  tooLong(prompt: number, wanted: number, context: number): { readonly status: number; readonly body: object } | undefined;
}

const usage = (prompt: number, completion: number) => ({ prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion });

function textFields(text: string, chat: boolean, stream: boolean): object {
  if (!chat) return { text };
  return stream ? { delta: { content: text } } : { message: { role: 'assistant', content: text } };
}

function contentLogprobs(top: FlavourAnswer['top'], withIds: boolean): object | null {
  if (top === undefined) return null;
  const one = ([token, logprob]: readonly [string, number], id: number) => ({ ...(withIds ? { id } : {}), token, bytes: [...Buffer.from(token)], logprob });
  return { content: top.map((list) => ({ ...one(list[0] ?? ['', 0], 7), top_logprobs: list.map(one) })) };
}

export const VLLM: Flavour = {
  name: 'vllm',
  models: (id, context) => ({
    object: 'list',
    data: [{ id, object: 'model', created: 1769000000, owned_by: 'vllm', root: `kevinpro/${id}`, parent: null, max_model_len: context, permission: [{ id: 'modelperm-1', object: 'model_permission', allow_logprobs: true }] }],
  }),
  maxTop: 20,
  keepsStop: true,
  templates: false,
  prefills: true,
  choice: ({ text, finish, stopped, top }, chat, stream) => {
    const older = top === undefined ? null : { text_offset: [0], token_logprobs: top.map((list) => list[0]?.[1] ?? null), tokens: top.map((list) => list[0]?.[0] ?? ''), top_logprobs: top.map((list) => Object.fromEntries(list)) };
    return { index: 0, ...textFields(text, chat, stream), logprobs: chat ? contentLogprobs(top, false) : older, finish_reason: finish, stop_reason: stopped ?? null, ...(stream ? {} : { prompt_logprobs: null }) };
  },
  usage,
  tooLong(prompt, wanted, context) {
    if (prompt + wanted <= context) return undefined;
    const message = `'max_tokens' or 'max_completion_tokens' is too large: ${wanted}. This model's maximum context length is ${context} tokens and your request has ${prompt} input tokens (${wanted} > ${context} - ${prompt}).`;
    return { status: 400, body: { error: { message, type: 'BadRequestError', param: null, code: 400 } } };
  },
};

export const LLAMA_CPP: Flavour = {
  name: 'llamacpp',
  models: (id, context) => ({
    object: 'list',
    data: [{ id, object: 'model', created: 1769000000, owned_by: 'llamacpp', meta: { vocab_type: 2, n_vocab: 8192, n_ctx_train: 2 * context, n_embd: 512, n_params: 29365760, size: 31217664 } }],
  }),
  props: (context) => ({ default_generation_settings: { id: 0, n_ctx: context, is_processing: false }, total_slots: 4, model_alias: 'r-prm', chat_template: '' }),
  maxTop: Infinity,
  keepsStop: false,
  templates: false,
  prefills: true,
  choice: ({ text, finish, top }, chat, stream) => ({ ...textFields(text, chat, stream), index: 0, logprobs: contentLogprobs(top, true), finish_reason: finish }),
  usage,
  tooLong(prompt, _wanted, context) {
    if (prompt < context) return undefined;
    const message = `request (${prompt} tokens) exceeds the available context size (${context} tokens), try increasing it`;
    return { status: 400, body: { error: { code: 400, message, type: 'exceed_context_size_error', n_prompt_tokens: prompt, n_ctx: context } } };
  },
};

/** Before version 0.12.11, without log-probabilities. */
export const OLLAMA: Flavour = {
  name: 'ollama',
  models: (id) => ({ object: 'list', data: [{ id: `${id}:latest`, object: 'model', created: 1769000000, owned_by: 'library' }] }),
  maxTop: 0,
  keepsStop: false,
  templates: true,
  prefills: false,
  choice: ({ text, finish }, chat, stream) => ({ ...(chat && stream ? { delta: { role: 'assistant', content: text } } : textFields(text, chat, stream)), index: 0, finish_reason: finish }),
  usage,
  tooLong: () => undefined,
};
