import { throwIfAborted } from '../aborted.ts';
import type { AttentionPass, AttentionSource } from '../attention-means.ts';
import { checkPositions, INSPECTED_ROWS, type InspectRequest, type RowInspection } from '../inspect.ts';
import type { Hide } from '../interventions.ts';
import { emptyCache, type Cache } from './cache.ts';
import type { ForeignSession } from './foreign-session.ts';
import type { GraphLayout } from './layout.ts';
import type { TapSizes } from './self-check.ts';
import type { TappedModel, TappedOutput, TappedSession } from './tapped-session.ts';

export interface ForeignInspection {
  readonly session: TappedSession;
  readonly model: TappedModel & TapSizes;
  readonly layout: GraphLayout;
  /** See GraphTraits. */
  readonly pieces: boolean;
  readonly context: number;
}

/** `inspect` of a foreign graph: what it does not have is empty. Same contract otherwise. */
export async function inspectForeign(inspection: ForeignInspection, request: InspectRequest, signal?: AbortSignal): Promise<RowInspection[]> {
  const seen: RowInspection[] = [];
  await foreignPasses(inspection, request, ({ output, rows, taps }) => rows.forEach((row, tap) => seen.push(readRow(inspection.model, request, output, row, tap, taps))), signal);
  return seen;
}

/** The attention of a foreign graph, pass by pass. */
export function foreignAttention(inspection: ForeignInspection): AttentionSource {
  const { layers, heads } = inspection.model;
  return {
    layers,
    heads,
    passes: (request, onPass, signal) =>
      foreignPasses(
        inspection,
        request,
        ({ output, rows, taps, read }) => onPass({ rows, read, attention: output.attention, at: attentionAt(inspection.model, taps, request.spans?.length ?? 0) }),
        signal,
      ),
  };
}

interface ForeignPass extends Pick<AttentionPass, 'rows' | 'read'> {
  readonly output: TappedOutput;
  /** Taps of the output. */
  readonly taps: number;
}

async function foreignPasses({ session, model, layout, pieces, context }: ForeignInspection, request: InspectRequest, onPass: (pass: ForeignPass) => void, signal?: AbortSignal): Promise<void> {
  const { ids, rows, spans = [], lens = [] } = request;
  checkPositions(request, model.layers, context);
  let past: Cache = emptyCache(layout);
  const size = pieces ? INSPECTED_ROWS : ids.length;
  for (let start = 0; start < ids.length; start += size) {
    throwIfAborted(signal);
    const fresh = ids.slice(start, start + size);
    const asked = rows.filter((row) => row >= start && row < start + fresh.length);
    // An empty selection is nothing that the operators are made for: the first row stands in, unread.
    const tapped = asked.length === 0 ? [0] : asked.map((row) => row - start);
    const states = asked.flatMap((_, tap) => lens.map((layer) => layer * tapped.length + tap));
    const pass = { ids: [fresh], past, rows: tapped, spans, states: states.length === 0 ? [0] : states, hides: request.intervention?.hide ?? [] };
    const output = await session.forward(pass, model.heads);
    past = output.cache;
    onPass({ output, rows: asked, taps: tapped.length, read: start + fresh.length });
    // A running pass keeps the event loop busy; between passes messages and aborts get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Where the attention of a tap to the first span stands in an output of so many taps and spans. */
function attentionAt({ heads }: ForeignInspection['model'], taps: number, spans: number): (layer: number, head: number, tap: number) => number {
  return (layer, head, tap) => ((layer * heads + head) * taps + tap) * Math.max(1, spans);
}

function readRow(model: ForeignInspection['model'], { spans = [], lens = [] }: InspectRequest, output: TappedOutput, row: number, tap: number, rows: number): RowInspection {
  const { taps, layers, heads, width } = model;
  const count = (length: number) => Array.from({ length }, (_, i) => i);
  const at = attentionAt(model, rows, spans.length);
  const mass = (layer: number, head: number, span: number) => output.attention[at(layer, head, tap) + span] ?? NaN;
  const hidden = taps.includes('hidden');
  return {
    row,
    attention: taps.includes('attention') ? count(layers).map((layer) => count(heads).map((head) => count(spans.length).map((span) => mass(layer, head, span)))) : [],
    gates: taps.includes('gates') ? count(layers).map((layer) => output.gates[layer * rows + tap] ?? NaN) : [],
    hidden: hidden ? count(layers + 1).map((layer) => output.hidden.slice((layer * rows + tap) * width, (layer * rows + tap + 1) * width)) : [],
    lens: hidden ? lens.map((_, i) => Float32Array.from(output.logits[tap * lens.length + i] ?? [])) : [],
  };
}

/** The tapped graph as one that generates with parts hidden. Its texts must be equally long. */
export function hidingForeignSession({ session, model, layout }: Pick<ForeignInspection, 'session' | 'model' | 'layout'>, hides: readonly Hide[]): ForeignSession {
  return {
    layout,
    forward({ ids, past }) {
      const last = (ids[0]?.length ?? 1) - 1;
      const states = ids.map((_, text) => model.layers * ids.length + text);
      return session.forward({ ids, past, rows: [last], spans: [], states, hides }, model.heads);
    },
    release: () => session.release(),
  };
}
