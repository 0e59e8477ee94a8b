import type { AttentionMeans, ReadProgress } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import type { InspectRequest } from './inspect.ts';
import type { Hide } from './interventions.ts';

export interface AttentionGroups {
  /** The whole text. */
  readonly ids: readonly number[];
  /** Of each position the group that its attention is part of, and the one that attention to it counts for; -1: none. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly hide: readonly Hide[];
}

/** Adds up token positions: `attention` of one model. */
export type ReadAttention = (request: AttentionGroups, onRead?: (progress: ReadProgress) => void, signal?: AbortSignal) => Promise<AttentionMeans>;

/** What one pass over the next rows of a text gave. */
export interface AttentionPass {
  /** The rows of this pass that were asked for, ascending: entry i is tap i. */
  readonly rows: readonly number[];
  /** Positions of the text that are read. */
  readonly read: number;
  readonly attention: Float32Array;
  /** Where the attention of a tap to the first span stands in it; those to the other spans follow. */
  readonly at: (layer: number, head: number, tap: number) => number;
}

/** A model that is read pass by pass. */
export interface AttentionSource {
  readonly layers: number;
  readonly heads: number;
  /** Nothing of a pass is kept after `onPass`. Rejects as `inspect` does. */
  readonly passes: (request: InspectRequest, onPass: (pass: AttentionPass) => void, signal?: AbortSignal) => Promise<void>;
}

/** Numbers of one matrix a head, over all heads: 256 MiB. */
const MOST_NUMBERS = 64 * 1024 * 1024;

/** Adds up the attention of each pass before the next is read. Rejects as `inspect` does. */
export async function attentionMeans({ layers, heads, passes }: AttentionSource, { ids, rows: rowOf, columns: columnOf, hide }: AttentionGroups, onRead?: (progress: ReadProgress) => void, signal?: AbortSignal): Promise<AttentionMeans> {
  const [rows, columns] = [groupCount(rowOf), groupCount(columnOf)];
  checkGroups({ tokens: ids.length, rowOf, columnOf, numbers: layers * heads * rows * columns });
  const runs = runsOf(columnOf);
  const sums = new Float64Array(layers * heads * rows * columns);
  const counts = new Float64Array(rows);
  const all = rowOf.flatMap((group, row) => (group < 0 ? [] : [row]));
  await passes(
    { ids, rows: all, spans: runs.map(({ span }) => span), intervention: { hide } },
    ({ rows: asked, read: tokens, attention, at }) => {
      asked.forEach((row, tap) => {
        const group = rowOf[row] ?? 0;
        counts[group] = (counts[group] ?? 0) + 1;
        for (let layer = 0; layer < layers; layer++) {
          for (let head = 0; head < heads; head++) {
            const from = at(layer, head, tap);
            const to = ((layer * heads + head) * rows + group) * columns;
            for (let run = 0; run < runs.length; run++) {
              const index = to + (runs[run]?.group ?? 0);
              sums[index] = (sums[index] ?? 0) + (attention[from + run] ?? NaN);
            }
          }
        }
      });
      onRead?.({ tokens, total: ids.length });
    },
    signal,
  );
  const means = Float32Array.from(sums, (sum, index) => sum / (counts[Math.floor(index / columns) % rows] ?? 0));
  return { layers, heads, rows, columns, means };
}

function groupCount(groups: readonly number[]): number {
  return groups.reduce((most, group) => Math.max(most, group + 1), 0);
}

/** Neighbours of the same group are one span: there are as many sums to make as spans. */
function runsOf(groups: readonly number[]): { readonly group: number; readonly span: readonly [number, number] }[] {
  const starts = groups.flatMap((group, position) => (position === 0 || group !== groups[position - 1] ? [position] : []));
  return starts.flatMap((start, index) => {
    const group = groups[start] ?? -1;
    return group < 0 ? [] : [{ group, span: [start, starts[index + 1] ?? groups.length] as const }];
  });
}

function checkGroups({ tokens, rowOf, columnOf, numbers }: { readonly tokens: number; readonly rowOf: readonly number[]; readonly columnOf: readonly number[]; readonly numbers: number }): void {
  const fits = (groups: readonly number[]) => groups.length === tokens && groups.every((group) => Number.isInteger(group) && group >= -1);
  if (!fits(rowOf) || !fits(columnOf)) throw new StepscopeError('engine-failed', `The text has ${tokens} tokens; groups were given for ${rowOf.length} and ${columnOf.length}.`);
  if (numbers > MOST_NUMBERS) throw new StepscopeError('engine-failed', `Attention between so many groups would be ${numbers} numbers, at most ${MOST_NUMBERS} are kept: take fewer groups.`);
}
