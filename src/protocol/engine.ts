/**
 * Messages between a client and the engine process. Three kinds only: a request with a typed answer, events of a running
 * request, and a notification (abort). Every request ends with exactly one `result` or `error`.
 */
import type { GenerateEvent, GenerateRequest, InspectedToken, InspectionRequest, ModelCapabilities, ModelErrorReason, ModelInfo, ProbabilityReading } from '../core/model.ts';

export type EngineRequest =
  | { readonly type: 'load'; readonly directory: string; readonly threads: number }
  | { readonly type: 'generate'; readonly model: number; readonly requests: readonly GenerateRequest[] }
  | { readonly type: 'probabilities'; readonly model: number; readonly prompts: readonly string[]; readonly candidates: readonly string[] }
  | { readonly type: 'inspect'; readonly model: number; readonly request: InspectionRequest };

export interface EngineResults {
  load: { readonly model: number; readonly info: ModelInfo; readonly capabilities: ModelCapabilities };
  generate: null;
  probabilities: readonly ProbabilityReading[];
  inspect: readonly InspectedToken[];
}

export type ClientMessage =
  | { readonly kind: 'request'; readonly id: number; readonly request: EngineRequest }
  | { readonly kind: 'abort'; readonly id: number };

export type EngineMessage =
  | { readonly kind: 'result'; readonly id: number; readonly value: EngineResults[EngineRequest['type']] }
  | { readonly kind: 'error'; readonly id: number; readonly reason: ModelErrorReason; readonly message: string }
  /** Gathered over a few milliseconds, in order. */
  | { readonly kind: 'events'; readonly id: number; readonly events: readonly GenerateEvent[] };
