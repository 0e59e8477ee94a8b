import { StepscopeError } from '../../core/result.ts';
import { throwIfAborted } from './aborted.ts';
import type { AttentionPass, AttentionSource } from './attention-means.ts';
import type { HiddenState, InspectOutput, InspectSession } from './inspect-session.ts';
import type { Intervention } from './interventions.ts';
import { masks } from './masks.ts';
import { Trunk } from './trunk.ts';

export interface InspectRequest {
  /** The whole text. */
  readonly ids: readonly number[];
  /** Positions to look at, ascending. */
  readonly rows: readonly number[];
  /** Positions [start, end) whose attention mass is wanted. */
  readonly spans?: readonly (readonly [number, number])[];
  /** Logit lens: hidden states to read through the final norm and the head; 0 is the embedding, `layers` the model's own output. */
  readonly lens?: readonly number[];
  readonly intervention?: Intervention;
}

/** What was seen at one row. */
export interface RowInspection {
  /** Position in the text. */
  readonly row: number;
  /** [layer][head][span]: attention probability on the span, the row itself included where it lies in it. */
  readonly attention: readonly (readonly (readonly number[])[])[];
  /** [layer]: feed-forward neurons whose gate, before the activation, is positive. */
  readonly gates: readonly number[];
  /** [layer 0 .. layers]: residual stream [hidden] before the first layer and after each; the final norm is not applied. */
  readonly hidden: readonly Float32Array[];
  /** In the order of the request's `lens`: logits [vocabulary]. */
  readonly lens: readonly Float32Array[];
}

/** Rows in one pass: bounds how long an abort waits. */
export const INSPECTED_ROWS = 192;

/**
 * Reads a text once and returns what its rows attend to, how many gates are open, their hidden states and what each layer
 * would say next. Rejects with `aborted` between two passes, `engine-failed` for positions that the text does not have.
 */
export async function inspect(session: InspectSession, request: InspectRequest, signal?: AbortSignal): Promise<RowInspection[]> {
  const seen: RowInspection[] = [];
  await inspectPasses(session, request, ({ output, rows, taps }) => rows.forEach((row, tap) => seen.push(readRow(session, request, output, row, tap, taps))), signal);
  return seen;
}

/** The attention of a model that Stepscope converted, pass by pass. */
export function attentionSource(session: InspectSession): AttentionSource {
  const { layers, inspect: { heads } } = session.manifest;
  return {
    layers,
    heads,
    passes: (request, onPass, signal) =>
      inspectPasses(session, request, ({ output, rows, taps, read }) => onPass({ rows, read, attention: output.attention, at: attentionAt(session, taps, request.spans?.length ?? 0) }), signal),
  };
}

interface InspectedPass extends Pick<AttentionPass, 'rows' | 'read'> {
  readonly output: InspectOutput;
  /** Taps of the output. */
  readonly taps: number;
}

async function inspectPasses(session: InspectSession, request: InspectRequest, onPass: (pass: InspectedPass) => void, signal?: AbortSignal): Promise<void> {
  const { manifest, width } = session;
  const { ids, rows } = request;
  checkPositions(request, manifest.layers, manifest.context);
  const trunk = new Trunk(manifest.layers, width);
  trunk.insert(ids);
  while (trunk.pending > 0) {
    throwIfAborted(signal);
    const start = trunk.computed;
    const count = Math.min(INSPECTED_ROWS, trunk.pending);
    const entries = Array.from({ length: count }, (_, i) => start + i);
    const { trunk: maskTrunk, self: maskSelf } = trunk.prefillMasks(entries);
    const asked = rows.filter((row) => row >= start && row < start + count);
    // An empty selection is nothing that the operators are made for: the first row stands in, unread.
    const tapRows = asked.length === 0 ? [0] : asked.map((row) => row - start);
    const output = await session.forward({
      ids: entries.map((entry) => trunk.token(entry)),
      positions: entries,
      trunk: trunk.view,
      own: undefined,
      maskTrunk,
      maskOwn: masks.closed,
      maskSelf,
      tapRows,
      spans: request.spans ?? [],
      logits: lensStates(request, asked.length),
      ...(request.intervention === undefined ? {} : { intervention: request.intervention }),
    });
    trunk.append(output.newKv, count, count);
    onPass({ output, rows: asked, taps: tapRows.length, read: trunk.computed });
    // A running pass keeps the event loop busy; between passes messages and aborts get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Throws `context-exceeded`, or `engine-failed` for positions and layers that are not there. */
export function checkPositions({ ids, rows, spans = [], lens = [] }: InspectRequest, layers: number, context: number): void {
  if (ids.length > context) throw new StepscopeError('context-exceeded', `The text has ${ids.length} tokens, the model reads at most ${context}: shorten it.`);
  const refuse = (what: string) => new StepscopeError('engine-failed', `${what}: the text has ${ids.length} tokens and the model ${layers} layers.`);
  rows.forEach((row, i) => {
    if (!Number.isInteger(row) || row < 0 || row >= ids.length || row <= (rows[i - 1] ?? -1)) throw refuse(`Row ${row} cannot be inspected`);
  });
  for (const [start, end] of spans) if (!(start >= 0 && start <= end && end <= ids.length)) throw refuse(`Span ${start} to ${end} cannot be inspected`);
  for (const layer of lens) if (!Number.isInteger(layer) || layer < 0 || layer > layers) throw refuse(`Layer ${layer} cannot be read`);
}

/** Row by row, layer by layer; at least one. */
function lensStates({ lens = [] }: InspectRequest, rows: number): HiddenState[] {
  const states = Array.from({ length: rows }, (_, row) => lens.map((layer) => ({ layer, row }))).flat();
  return states.length === 0 ? [{ layer: 0, row: 0 }] : states;
}

/** Where the attention of a tap to the first span stands in an output of so many taps and spans. */
function attentionAt({ manifest }: InspectSession, taps: number, spans: number): (layer: number, head: number, tap: number) => number {
  const groups = manifest.inspect.heads / manifest.kvHeads;
  return (layer, head, tap) => (((layer * manifest.kvHeads + Math.floor(head / groups)) * taps + tap) * groups + (head % groups)) * Math.max(1, spans);
}

function readRow(session: InspectSession, { spans = [], lens = [] }: InspectRequest, output: InspectOutput, row: number, tap: number, taps: number): RowInspection {
  const { layers, vocabulary, inspect: sizes } = session.manifest;
  const count = (length: number) => Array.from({ length }, (_, i) => i);
  const at = attentionAt(session, taps, spans.length);
  const mass = (layer: number, head: number, span: number) => output.attention[at(layer, head, tap) + span] ?? NaN;
  const part = (array: Float32Array, index: number, size: number) => array.slice(index * size, (index + 1) * size);
  return {
    row,
    attention: count(layers).map((layer) => count(sizes.heads).map((head) => count(spans.length).map((span) => mass(layer, head, span)))),
    gates: count(layers).map((layer) => output.gates[layer * taps + tap] ?? NaN),
    hidden: count(layers + 1).map((layer) => part(output.hidden, layer * taps + tap, sizes.hidden)),
    lens: lens.map((_, i) => part(output.logits, tap * lens.length + i, vocabulary)),
  };
}
