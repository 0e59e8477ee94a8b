import type { InspectedToken, InspectionRequest } from '../../core/model.ts';
import type { InspectRequest, RowInspection } from './inspect.ts';
import { StepscopeError } from '../../core/result.ts';
import { firstTokens } from './candidates.ts';
import { hideOf, positionsOf, tokenSpans } from './token-spans.ts';
import type { ModelTokenizer } from './tokenizer.ts';

/** Next tokens that a logit lens names. */
const LENS_TOKENS = 5;

/** Reads token positions: `inspect` of one model. */
export type Inspect = (request: InspectRequest, signal?: AbortSignal) => Promise<readonly RowInspection[]>;

/** `inspect` in terms of text: parts instead of positions, words instead of logits. */
export async function inspectText(inspect: Inspect, tokenizer: ModelTokenizer, ids: readonly number[], request: InspectionRequest, signal?: AbortSignal): Promise<InspectedToken[]> {
  const spans = tokenSpans(tokenizer, request.text, ids);
  const [first, end] = request.rows === undefined ? [ids.length - 1, ids.length] : positionsOf(spans, request.rows);
  const candidates = firstTokens(tokenizer, request.text, request.lensCandidates ?? []);
  if (!candidates.ok) throw new StepscopeError(candidates.error.reason, candidates.error.message);
  const seen = await inspect(
    {
      ids,
      rows: Array.from({ length: end - first }, (_, i) => first + i),
      spans: (request.spans ?? []).map((span) => positionsOf(spans, span)),
      lens: request.lens ?? [],
      intervention: { hide: (request.hide ?? []).map((part) => hideOf(spans, part)) },
    },
    signal,
  );
  return seen.map((row) => describe(row, request, tokenizer, spans[row.row] ?? { start: 0, end: 0 }, candidates.value));
}

function describe({ attention, gates, hidden, lens }: RowInspection, request: InspectionRequest, tokenizer: ModelTokenizer, span: InspectedToken['span'], candidates: readonly number[]): InspectedToken {
  return {
    span: { start: Math.max(0, span.start), end: span.end },
    attention,
    gates,
    hidden: request.hidden === true ? hidden : [],
    lens: lens.map((logits) => likeliest(logits, tokenizer)),
    candidates: lens.map((logits) => probabilitiesOf(logits, candidates)),
  };
}

function likeliest(logits: Float32Array, tokenizer: ModelTokenizer): InspectedToken['lens'][number] {
  const best = Array.from(logits.keys()).sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0)).slice(0, LENS_TOKENS);
  const probabilities = probabilitiesOf(logits, best);
  return best.map((id, i) => ({ text: tokenizer.decode([id]), probability: probabilities[i] ?? 0 }));
}

/** Of some tokens, over the whole vocabulary. */
function probabilitiesOf(logits: Float32Array, ids: readonly number[]): number[] {
  const top = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - top), 0);
  return ids.map((id) => Math.exp((logits[id] ?? -Infinity) - top) / total);
}
