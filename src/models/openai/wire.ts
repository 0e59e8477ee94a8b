import { array, count, number, object, string, type Json } from './json.ts';

/** One token and how likely it was, as a server prints it. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
}

/** One choice of a whole answer, or of one chunk of a stream. */
export interface Choice {
  readonly index: number;
  /** The text, or what was added to it. */
  readonly text: string;
  /** `stop`, `length` or another word; undefined while the stream goes on. */
  readonly finish: string | undefined;
  /**
   * vLLM: the stop string that ended the text, as a string; null or a token id where a special token did.
   * undefined where the server does not tell the two apart.
   */
  readonly stopReason: string | number | null | undefined;
  /** Tokens of this text, where log-probabilities came with it. */
  readonly tokens: number | undefined;
  /** For each token the likeliest ones, most likely first. */
  readonly top: readonly (readonly TokenLogprob[])[];
}

export interface Usage {
  readonly prompt: number | undefined;
  readonly completion: number | undefined;
}

/** A model in the list of a server. */
export interface ServedModel {
  readonly id: string;
  /** Other names it answers to. */
  readonly aliases: readonly string[];
  /** `vllm`, `llamacpp`, `library` (Ollama) or another word. */
  readonly owner: string | undefined;
  /** What vLLM loaded: a repository or a folder. */
  readonly root: string | undefined;
  readonly context: number | undefined;
  readonly parameters: number | undefined;
  /** Sizes that llama.cpp gives of the file. */
  readonly sizes: Json | undefined;
}

/** `GET /models`; undefined where it is not such a list. */
export function readModels(body: Json): ServedModel[] | undefined {
  return array(body['data'])?.flatMap((entry) => {
    const model = object(entry);
    const id = string(model?.['id']);
    if (model === undefined || id === undefined) return [];
    const meta = object(model['meta']);
    const aliases = array(model['aliases'])?.flatMap((alias) => string(alias) ?? []) ?? [];
    return [
      {
        id,
        aliases,
        owner: string(model['owned_by']),
        root: string(model['root']),
        context: count(model['max_model_len']) ?? count(meta?.['n_ctx_train']),
        parameters: count(meta?.['n_params']),
        sizes: meta,
      },
    ];
  });
}

/** The choices of an answer to `/completions` or `/chat/completions`, whole or a chunk; undefined where there is no list. */
export function readChoices(body: Json): Choice[] | undefined {
  return array(body['choices'])?.flatMap((entry, position) => {
    const choice = object(entry);
    if (choice === undefined) return [];
    const message = object(choice['delta']) ?? object(choice['message']);
    const reason = choice['stop_reason'];
    const { tokens, top } = readLogprobs(choice['logprobs']);
    return [
      {
        index: number(choice['index']) ?? position,
        text: string(choice['text']) ?? string(message?.['content']) ?? '',
        finish: string(choice['finish_reason']),
        stopReason: typeof reason === 'string' || typeof reason === 'number' || reason === null ? reason : undefined,
        tokens,
        top,
      },
    ];
  });
}

/**
 * Both shapes: `{tokens, token_logprobs, top_logprobs: [{token: logprob}]}` of the older completions protocol (vLLM), and
 * `{content: [{token, logprob, top_logprobs: [{token, logprob}]}]}` of chat and of llama.cpp's and Ollama's completions.
 */
export function readLogprobs(value: unknown): { readonly tokens: number | undefined; readonly top: TokenLogprob[][] } {
  const logprobs = object(value);
  const content = array(logprobs?.['content']);
  if (content !== undefined) {
    return { tokens: content.length, top: content.map((token) => sorted((array(object(token)?.['top_logprobs']) ?? []).map(entry))) };
  }
  const top = array(logprobs?.['top_logprobs']);
  const tokens = array(logprobs?.['tokens'])?.length ?? top?.length;
  return { tokens, top: (top ?? []).map((map) => sorted(Object.entries(object(map) ?? {}).map(([token, logprob]) => ({ token, logprob: number(logprob) })))) };
}

function entry(value: unknown): { readonly token: string | undefined; readonly logprob: number | undefined } {
  const token = object(value);
  return { token: string(token?.['token']), logprob: number(token?.['logprob']) };
}

function sorted(list: readonly { readonly token: string | undefined; readonly logprob: number | undefined }[]): TokenLogprob[] {
  const whole = list.flatMap(({ token, logprob }) => (token === undefined || logprob === undefined ? [] : [{ token, logprob }]));
  return whole.sort((a, b) => b.logprob - a.logprob);
}

/** The token counts of an answer; undefined where it has none. */
export function readUsage(body: Json): Usage | undefined {
  const usage = object(body['usage']);
  if (usage === undefined) return undefined;
  return { prompt: number(usage['prompt_tokens']), completion: number(usage['completion_tokens']) };
}

/** What a server says went wrong: OpenAI's `{error: {message, type, code}}`, FastAPI's `{detail}`, older vLLM's `{message}`. */
export function readError(body: Json): { readonly message: string; readonly type: string | undefined; readonly code: number | undefined } | undefined {
  const error = object(body['error']);
  const source = error ?? body;
  const message = string(source['message']) ?? string(body['error']) ?? string(body['detail']);
  if (message === undefined) return undefined;
  return { message, type: string(source['type']), code: number(source['code']) };
}
