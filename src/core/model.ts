/**
 * The one interface that the methods see. Implementations: src/models/onnx (a child process),
 * later servers and replay.
 */
export interface LanguageModel {
  readonly info: ModelInfo;
  readonly capabilities: ModelCapabilities;

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
}

export interface ModelInfo {
  /** Folder or repository name, for display. */
  readonly name: string;
  /** SHA-256 (hex) over the weights and the tokenizer: the identity that results are keyed by. */
  readonly hash: string;
  /** For example `8-bit, block 32`. */
  readonly weights: string;
  /** Two digits where it was counted from a graph of another exporter. */
  readonly parameters: number;
  /** Longest prompt plus continuation, in tokens. */
  readonly context: number;
}

/** What a model can do. A feature that needs what is missing says so by name. */
export interface ModelCapabilities {
  readonly probabilities: boolean;
  /** One sentence for each thing that this model does slowly or not at all, though nothing that is asked of it fails. */
  readonly notes?: readonly string[];
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
}

/** `request` is the index in the batch. */
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
    }
  | { readonly type: 'failed'; readonly request: number; readonly reason: ModelErrorReason; readonly message: string };

export type ProbabilityReading =
  | {
      readonly ok: true;
      /** In the order of the candidates; sums to 1. */
      readonly probabilities: readonly number[];
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
  | 'engine-exited'
  | 'engine-hung'
  | 'engine-failed'
  | 'aborted';
