import type { ChatPrompt, ChatRequest } from './chat.ts';
import type { Span } from './trace/trace.ts';

/**
 * The one interface that the methods see. Implementations: src/models/onnx (a child process) and src/models/openai
 * (servers); later replay.
 */
export interface LanguageModel {
  readonly info: ModelInfo;
  readonly capabilities: ModelCapabilities;
  /**
   * Calls may run beside each other, and none changes what another gives: a server. Absent: what is asked at once is computed
   * as one batch on the same cores, and the batch is in the last bits of its numbers.
   */
  readonly concurrent?: true;

  /**
   * Runs a batch: every request's `n` samples decode together and share the computation of whatever their prompts have in
   * common. Earlier requests go first. Events of different samples interleave; each sample ends with exactly one `sample`
   * event, a request that cannot run at all with one `failed` event. The same batch gives the same texts each time.
   * Throws a StepscopeError whose reason is a ModelErrorReason when the whole batch fails; events yielded before stay valid.
   */
  generate(requests: readonly GenerateRequest[], signal?: AbortSignal): AsyncIterable<GenerateEvent>;

  /**
   * For each prompt the distribution over `candidates` at the position after it: softmax over the logits of the first token
   * of each candidate. Same length and order as `prompts`.
   */
  nextTokenProbabilities(prompts: readonly string[], candidates: readonly string[], signal?: AbortSignal): Promise<readonly ProbabilityReading[]>;

  /**
   * Turns conversations into prompts, by the chat template that came with the model; present with the capability `chat`. Same
   * length and order as `requests`; a conversation that the template refuses fails alone. Throws StepscopeError, reason
   * `template-invalid`, where the template itself is broken, endless or needs what is not supported.
   */
  chatPrompts?(requests: readonly ChatRequest[], signal?: AbortSignal): Promise<readonly ChatPrompt[]>;

  /**
   * How texts are cut into tokens, and which of them a request with that prompt and `hide` hides. Same length and order.
   * Absent where a server keeps that to itself. Throws StepscopeError, reason `context-exceeded` for a text that is too long.
   */
  tokenize?(texts: readonly TokenizeRequest[], signal?: AbortSignal): Promise<readonly TokenizedText[]>;

  /**
   * Reads a text once and looks into it; present with the capabilities `attention`, `gates` or `hidden`. The first call
   * loads the weights a second time. Throws StepscopeError, reason `context-exceeded` for a text that is too long.
   */
  inspect?(request: InspectionRequest, signal?: AbortSignal): Promise<readonly InspectedToken[]>;

  /**
   * Reads a text once and adds up where groups of its tokens attend to, as it is read: what is kept is one matrix a head,
   * however long the text is. Present with the capability `attention`; loads and throws like `inspect`, and reports tokens.
   */
  attention?(request: AttentionRequest, signal?: AbortSignal, onRead?: (progress: ReadProgress) => void): Promise<AttentionMeans>;
}

export interface ModelInfo {
  /** Folder or repository name, for display. */
  readonly name: string;
  /**
   * SHA-256 (hex): the identity that results are keyed by. Over the weights and the tokenizer of a local model; of a served
   * model only over what its server says of it, which another checkpoint under the same name would say too.
   */
  readonly hash: string;
  /**
   * SHA-256 (hex) of the chat template and its special tokens: part of a result's identity where a prompt was made with it.
   * Absent where there is none, and for a served model, whose server keeps it to itself.
   */
  readonly template?: string;
  /** For example `8-bit, block 32`. */
  readonly weights: string;
  /** 0 where a server does not say; two digits where it was counted from a graph of another exporter. */
  readonly parameters: number;
  /** Longest prompt plus continuation, in tokens; 0 where a server does not say. */
  readonly context: number;
  /** There for a model that is made to show how things work and not to be believed: what it was made for, in a few words. */
  readonly demonstration?: string;
}

/** What a model can do; absent is no. A feature that needs what is missing says so by name, with `lackOf`. */
export interface ModelCapabilities {
  readonly probabilities: boolean;
  /** Conversations can be turned into prompts: `chatPrompts`. */
  readonly chat?: boolean;
  /** Parts of the prompt can be hidden from what follows: GenerateRequest.hide. */
  readonly masks?: boolean;
  /** `inspect` tells where a token's attention goes; parts can be hidden in chosen layers and heads. */
  readonly attention?: boolean;
  /** `inspect` counts the feed-forward neurons that are open. */
  readonly gates?: boolean;
  /** `inspect` gives hidden states, and what each layer would say next. */
  readonly hidden?: boolean;
  /** One sentence for each thing that this model does slowly or not at all, though nothing that is asked of it fails. */
  readonly notes?: readonly string[];
}

/** A thing that a model can or cannot do. */
export type Capability = Exclude<keyof ModelCapabilities, 'notes'>;

const CONVERT = 'use a model folder made by "stepscope convert" of this version';

/** What a capability gives, and what helps where it is missing. */
const CAPABILITIES: Readonly<Record<Capability, { readonly name: string; readonly help: string }>> = {
  probabilities: { name: 'does not give the probabilities of its next token', help: CONVERT },
  chat: {
    name: 'has no chat template',
    help: 'score with plain prompts, or put the chat_template.jinja or the tokenizer_config.json that came with the checkpoint into its folder and convert it again (beside an ONNX export: only put it there)',
  },
  masks: { name: 'does not give generation with parts of the prompt hidden', help: CONVERT },
  attention: { name: 'does not give its attention', help: CONVERT },
  gates: { name: 'does not give the gates of its feed-forward neurons', help: CONVERT },
  hidden: { name: 'does not give its hidden states', help: CONVERT },
};

/** One sentence about what a model lacks and what would help; undefined where it lacks nothing of it. */
export function lackOf({ info, capabilities }: Pick<LanguageModel, 'info' | 'capabilities'>, capability: Capability): string | undefined {
  if (capabilities[capability] === true) return undefined;
  const { name, help } = CAPABILITIES[capability];
  return `${info.name} ${name}: ${help}.`;
}

/** Part of a prompt that is hidden from what follows. Positions are kept: what is hidden leaves a gap. */
export interface HiddenPart {
  /** UTF-16 offsets into the prompt; a token that lies partly in it is hidden. */
  readonly span: Span;
  /** What is written from this offset on is written without seeing it. Default: the end of the prompt. */
  readonly from?: number;
  /** In these layers or query heads only; needs the capability `attention`. Default: in all. */
  readonly layers?: readonly number[];
  readonly heads?: readonly number[];
}

export interface TokenizeRequest {
  readonly text: string;
  readonly hide?: readonly HiddenPart[];
}

/** The tokens of a text, and what hiding parts of it comes to. */
export interface TokenizedText {
  /** UTF-16 offsets of each token; empty for one that begins a character which a later one ends, and before the text. */
  readonly tokens: readonly Span[];
  /** In the order of the request's `hide`: positions [start, end) that are hidden, and the first position that does not see them. */
  readonly hidden: readonly { readonly start: number; readonly end: number; readonly from: number }[];
}

export interface InspectionRequest {
  readonly text: string;
  /** The tokens of this part are looked at, UTF-16 offsets. Default: the last token. */
  readonly rows?: Span;
  /** Parts whose attention mass is wanted. */
  readonly spans?: readonly Span[];
  readonly hide?: readonly HiddenPart[];
  /** Return the hidden states. */
  readonly hidden?: boolean;
  /** Layers whose hidden state is read as a prediction: 0 is the embedding, the number of layers the model's own. */
  readonly lens?: readonly number[];
  /** Continuations whose first token's probability is read from each of the lens' layers. */
  readonly lensCandidates?: readonly string[];
}

/** What was seen at one token. */
export interface InspectedToken {
  /** UTF-16 offsets into the text; empty for a token that begins a character which a later one ends. */
  readonly span: Span;
  /** [layer][head][span]: attention probability on the span, the token itself included where it lies in it. */
  readonly attention: readonly (readonly (readonly number[])[])[];
  /** [layer]: feed-forward neurons whose gate, before the activation, is positive. */
  readonly gates: readonly number[];
  /** [layer 0 .. layers]: residual stream [hidden] before the first layer and after each; empty unless asked for. */
  readonly hidden: readonly Float32Array[];
  /** In the order of the request's `lens`: the likeliest next tokens, best first. */
  readonly lens: readonly (readonly { readonly text: string; readonly probability: number }[])[];
  /** [lens][candidate]: probability of the first token of each of the request's `lensCandidates`. */
  readonly candidates: readonly (readonly number[])[];
}

/** Which tokens are taken together. Both lists have an entry for each token as `tokenize` tells them; -1: in no group. */
export interface AttentionRequest {
  readonly text: string;
  /** Of each token the group whose attention it is part of, from 0. */
  readonly rows: readonly number[];
  /** Of each token the group that attention to it counts for, from 0. */
  readonly columns: readonly number[];
  readonly hide?: readonly HiddenPart[];
}

/** Tokens that were read, of how many. */
export interface ReadProgress {
  readonly tokens: number;
  readonly total: number;
}

/** Attention between groups of tokens. */
export interface AttentionMeans {
  readonly layers: number;
  /** Query heads of a layer. */
  readonly heads: number;
  readonly rows: number;
  readonly columns: number;
  /** [layer][head][row][column]: attention probability on the column's tokens, mean over the row's; NaN for a row without tokens. */
  readonly means: Float32Array;
}

export interface GenerateRequest {
  readonly prompt: string;
  /** Number of continuations. */
  readonly n: number;
  readonly maxNewTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Nucleus mass in (0, 1]; 1 keeps everything. */
  readonly topP: number;
  readonly seed: number;
  /** Sample i of the request draws from the stream (seed, firstSample + i), so asking for more continues a run. Default 0. */
  readonly firstSample?: number;
  /** A sample ends right after the first of these that appears in its text; the stop string stays in the text. */
  readonly stop: readonly string[];
  /**
   * Reads the distribution over `candidates` at the position right after the first occurrence of `after`
   * in the continuation. Free where `after` ends on a token boundary; otherwise the text is read again.
   */
  readonly readout?: { readonly after: string; readonly candidates: readonly string[] };
  /**
   * `stop` and `readout` look past thinking: at what comes after `</think>` where the prompt ends in a thinking block or the
   * continuation begins with one. Default false.
   */
  readonly skipThinking?: boolean;
  /** Needs the capability `masks`. Requests decode together whatever they hide, but for those that hide it in some layers or heads only. */
  readonly hide?: readonly HiddenPart[];
}

/** `request` is the index in the batch. `text` events are a preview: what a `sample` event says is the sample's text. */
export type GenerateEvent =
  | { readonly type: 'text'; readonly request: number; readonly sample: number; readonly text: string }
  | {
      readonly type: 'sample';
      readonly request: number;
      readonly sample: number;
      readonly text: string;
      /** Generated tokens, the end-of-sequence token included. */
      readonly tokens: number;
      readonly finish: 'stop' | 'end' | 'length';
      /** Probabilities of the readout's candidates; undefined where `after` never appeared. */
      readonly readout: readonly number[] | undefined;
      /** The largest possible error of a probability of `readout`, where not all of the distribution was seen. */
      readonly bound?: number;
      /** One sentence: why nothing could be read although `after` appeared. */
      readonly unread?: string;
    }
  | { readonly type: 'failed'; readonly request: number; readonly reason: ModelErrorReason; readonly message: string };

export type ProbabilityReading =
  | {
      readonly ok: true;
      /** In the order of the candidates; sums to 1. */
      readonly probabilities: readonly number[];
      /** The largest possible error of a probability, where not all of the distribution was seen. */
      readonly bound?: number;
      /** Prompt tokens that were read. */
      readonly tokens: number;
    }
  | { readonly ok: false; readonly reason: ModelErrorReason; readonly message: string };

export type ModelErrorReason =
  | 'model-missing'
  | 'model-invalid'
  | 'model-too-large'
  | 'tokenizer-mismatch'
  | 'context-exceeded'
  /** The chat template of a model is broken, endless or needs what is not supported, or refuses the conversation. */
  | 'template-invalid'
  /** The native code that local models need is not in this package, or does not load on this system. */
  | 'runtime-missing'
  | 'engine-exited'
  | 'engine-hung'
  | 'engine-failed'
  /** No endpoint answered, after retries. */
  | 'server-unreachable'
  /** A server answered that it will not do this: a key, a model name or a parameter is wrong. */
  | 'server-refused'
  /** A server answered something that is not the protocol. */
  | 'server-malformed'
  | 'unsupported'
  | 'aborted';
