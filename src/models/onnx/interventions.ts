import type { ModelManifest } from '../manifest.ts';
import { HIDDEN, masks, type Mask, type PassInput } from './masks.ts';
import { narrowMasks, spread, windowRule, type HidingRule, type Masks } from './narrowed-masks.ts';
import type { InspectManifest } from '../manifest.ts';

/** Keys that later rows do not see. Positions are kept: what is hidden leaves a gap. */
export interface Hide {
  /** Positions [start, end) that are hidden. */
  readonly span: readonly [number, number];
  /** First position whose row does not see them. */
  readonly from: number;
  /** In these layers only; absent: in all. */
  readonly layers?: readonly number[];
  /** In these query heads only; absent: in all. */
  readonly heads?: readonly number[];
}

export interface Intervention {
  readonly hide?: readonly Hide[];
  /** By layer: what each feed-forward neuron is multiplied by, [feedForward]. */
  readonly neurons?: ReadonlyMap<number, Float32Array>;
}

/** Whether the plain graph can do it: it has one set of masks for all heads and layers. */
export function isPlain({ hide = [], neurons }: Intervention): boolean {
  return neurons === undefined && hide.every(({ layers, heads }) => layers === undefined && heads === undefined);
}

export function hidingRule(hides: readonly Hide[]): HidingRule {
  return (row, key) => hides.some(({ span: [start, end], from }) => row >= from && key >= start && key < end);
}

/** An additive mask of the inspection graph, [kvHeads|1, R|1, groups|1, columns|1]. */
export interface LayerMask {
  readonly data: Float32Array;
  readonly dims: readonly [number, number, number, number];
}

export interface LayerMaskSet {
  readonly trunk: LayerMask;
  readonly own: LayerMask;
  readonly self: LayerMask;
}

/** The masks of each layer: the pass's own, narrowed by the layer's window and by what is hidden in the layer and its heads. */
export function layerMasks(manifest: ModelManifest & { readonly inspect: InspectManifest }, input: PassInput, hides: readonly Hide[]): (layer: number) => LayerMaskSet {
  const { window, inspect, kvHeads } = manifest;
  const { slidingLayers, heads } = inspect;
  const cache = new Map<string, LayerMaskSet>();
  return (layer) => {
    const active = hides.filter(({ layers }) => layers?.includes(layer) !== false);
    const sliding = window !== undefined && slidingLayers.includes(layer);
    const key = `${sliding} ${active.map((hide) => hides.indexOf(hide)).join()}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const base = sliding ? narrowMasks(input, input, windowRule(window)) : input;
    const forAll = narrowMasks(input, base, hidingRule(active.filter((hide) => hide.heads === undefined)));
    const byHead = active.filter((hide) => hide.heads !== undefined);
    const set = byHead.length === 0 ? sharedByHeads(input, forAll) : separateHeads(input, forAll, byHead, heads, kvHeads);
    cache.set(key, set);
    return set;
  };
}

/** A segment without positions is a row that nobody sees. */
function segmentMasks({ positions, trunk, own }: PassInput, { maskTrunk, maskOwn, maskSelf }: Masks): { readonly trunk: Mask; readonly own: Mask; readonly self: Mask } {
  return {
    trunk: trunk.length === 0 ? masks.closed : maskTrunk,
    own: (own?.length ?? 0) === 0 ? masks.closed : maskOwn,
    self: { data: maskSelf, rows: positions.length, columns: positions.length },
  };
}

function sharedByHeads(input: PassInput, set: Masks): LayerMaskSet {
  const of = ({ data, rows, columns }: Mask): LayerMask => ({ data, dims: [1, rows, 1, columns] });
  const { trunk, own, self } = segmentMasks(input, set);
  return { trunk: of(trunk), own: of(own), self: of(self) };
}

function separateHeads(input: PassInput, base: Masks, hides: readonly Hide[], heads: number, kvHeads: number): LayerMaskSet {
  const rows = input.positions.length;
  const groups = heads / kvHeads;
  const columns = { trunk: Math.max(1, input.trunk.length), own: Math.max(1, input.own?.length ?? 0), self: rows };
  const empty = (count: number): LayerMask => ({ data: new Float32Array(heads * rows * count).fill(HIDDEN), dims: [kvHeads, rows, groups, count] });
  const set = { trunk: empty(columns.trunk), own: empty(columns.own), self: empty(columns.self) };
  for (let head = 0; head < heads; head++) {
    const rule = hidingRule(hides.filter((hide) => hide.heads?.includes(head) === true));
    const narrowed = segmentMasks(input, narrowMasks(input, base, rule));
    for (const segment of ['trunk', 'own', 'self'] as const) {
      const count = columns[segment];
      const full = spread(narrowed[segment], rows, count);
      for (let row = 0; row < rows; row++) {
        const to = ((Math.floor(head / groups) * rows + row) * groups + (head % groups)) * count;
        set[segment].data.set(full.subarray(row * count, (row + 1) * count), to);
      }
    }
  }
  return set;
}
