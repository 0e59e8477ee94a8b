/**
 * Messages between a client and the engine process. Three kinds only: a request with a typed answer, events of a running
 * request, and a notification (abort). Every request ends with exactly one `result` or `error`.
 */
import type { ChatPrompt, ChatRequest } from '../core/chat.ts';
import type { AttentionMeans, AttentionRequest, GenerateEvent, GenerateRequest, InspectedToken, InspectionRequest, ModelCapabilities, ModelErrorReason, ModelInfo, ProbabilityReading, ReadProgress, TokenizedText, TokenizeRequest } from '../core/model.ts';

export interface ConvertOrder {
  /** A Hugging Face folder, and the folder that the converted model becomes. */
  readonly source: string;
  readonly target: string;
  readonly bits: 4 | 8 | 16 | 32;
  /** Weights that share a scale. */
  readonly block: number;
}

/** How far a conversion is, in tensors. */
export interface ConvertEvent {
  readonly type: 'converted';
  readonly tensor: string;
  readonly done: number;
  readonly total: number;
}

/** How far a text is read. */
export interface ReadEvent extends ReadProgress {
  readonly type: 'read';
}

export type EngineEvent = GenerateEvent | ConvertEvent | ReadEvent;

/** What runs the engine. */
export interface EngineAbout {
  /** Versions; `platform` for example `linux-x64`. */
  readonly node: string;
  readonly platform: string;
  readonly onnxruntime: string;
  /** Bytes of the process in memory. */
  readonly memory: number;
}

export type EngineRequest =
  | { readonly type: 'about' }
  | { readonly type: 'load'; readonly directory: string; readonly threads: number }
  | { readonly type: 'generate'; readonly model: number; readonly requests: readonly GenerateRequest[] }
  | { readonly type: 'probabilities'; readonly model: number; readonly prompts: readonly string[]; readonly candidates: readonly string[] }
  | { readonly type: 'chat'; readonly model: number; readonly requests: readonly ChatRequest[] }
  | { readonly type: 'tokenize'; readonly model: number; readonly texts: readonly TokenizeRequest[] }
  | { readonly type: 'convert'; readonly order: ConvertOrder }
  | { readonly type: 'inspect'; readonly model: number; readonly request: InspectionRequest }
  | { readonly type: 'attention'; readonly model: number; readonly request: AttentionRequest };

export interface EngineResults {
  about: EngineAbout;
  load: { readonly model: number; readonly info: ModelInfo; readonly capabilities: ModelCapabilities };
  generate: null;
  probabilities: readonly ProbabilityReading[];
  chat: readonly ChatPrompt[];
  convert: { readonly weights: string; readonly parameters: number };
  tokenize: readonly TokenizedText[];
  inspect: readonly InspectedToken[];
  attention: AttentionMeans;
}

export type ClientMessage =
  | { readonly kind: 'request'; readonly id: number; readonly request: EngineRequest }
  | { readonly kind: 'abort'; readonly id: number }
  /** Asks for a sign of life. */
  | { readonly kind: 'ping' };

export type EngineMessage =
  | { readonly kind: 'result'; readonly id: number; readonly value: EngineResults[EngineRequest['type']] }
  | { readonly kind: 'error'; readonly id: number; readonly reason: ModelErrorReason; readonly message: string }
  | { readonly kind: 'pong' }
  /** The engine's loop is about to be taken for about this long: a large model reads a prompt, or loads. */
  | { readonly kind: 'busy'; readonly ms: number }
  /** Gathered over a few milliseconds, in order. */
  | { readonly kind: 'events'; readonly id: number; readonly events: readonly EngineEvent[] };
