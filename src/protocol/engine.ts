/**
 * Messages between a client and the engine process. Three kinds only: a request with a typed answer, events of a running
 * request, and a notification (abort). Every request ends with exactly one `result` or `error`.
 */
import type { GenerateEvent, GenerateRequest, ModelCapabilities, ModelErrorReason, ModelInfo, ProbabilityReading } from '../core/model.ts';

export type EngineRequest =
  | { readonly type: 'load'; readonly directory: string; readonly threads: number }
  | { readonly type: 'generate'; readonly model: number; readonly requests: readonly GenerateRequest[] }
  | { readonly type: 'probabilities'; readonly model: number; readonly prompts: readonly string[]; readonly candidates: readonly string[] };

export interface EngineResults {
  load: { readonly model: number; readonly info: ModelInfo; readonly capabilities: ModelCapabilities };
  generate: null;
  probabilities: readonly ProbabilityReading[];
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
  | { readonly kind: 'events'; readonly id: number; readonly events: readonly GenerateEvent[] };
