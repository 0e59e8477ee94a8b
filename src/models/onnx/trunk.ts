import type { Hide } from './interventions.ts';
import { HIDDEN, type Mask, masks, type SegmentView } from './masks.ts';

/** Positions that are kept though nobody uses them now: the next prompt most often starts like a recent one. */
const KEEP_STALE = 128;
const FIRST_CAPACITY = 512;
const NOTHING: readonly Hide[] = [];

/** One sequence's way through the trunk: the arena index of each of its prompt tokens, in order. Compaction rewrites it in place. */
export type TrunkPath = Int32Array;

/**
 * The prompts' KV cache: a prefix tree over token ids, laid out flat and append-only in one array a layer and kind.
 * Whatever starts alike is computed and stored once; a row's mask says which positions are its own past, without those
 * that are hidden from it. Prompts that hide different things share what comes before the first token that does not see.
 */
export class Trunk {
  readonly keys: Float32Array[] = [];
  readonly values: Float32Array[] = [];
  /** Entries with keys and values. Later ones wait to be computed, in order. */
  computed = 0;
  private tokens: number[] = [];
  private parents: number[] = [];
  private depths: number[] = [];
  private lastUsed: number[] = [];
  /** What each entry does not see; those of a later one of the same path hold, too. */
  private hides: (readonly Hide[])[] = [];
  private children = new Map<string, number>();
  /** With all that is hidden from what follows the path. */
  private readonly pinned = new Map<TrunkPath, readonly Hide[]>();
  private clock = 0;
  private capacity = FIRST_CAPACITY;

  constructor(
    private readonly layers: number,
    private readonly width: number,
  ) {
    for (let layer = 0; layer < layers; layer++) {
      this.keys.push(new Float32Array(this.capacity * width));
      this.values.push(new Float32Array(this.capacity * width));
    }
  }

  get view(): SegmentView {
    return { keys: this.keys, values: this.values, length: this.computed, positions: this.depths };
  }

  /** Entries that were inserted and have no keys and values yet. */
  get pending(): number {
    return this.size - this.computed;
  }

  /** Entries, computed or not. */
  get size(): number {
    return this.tokens.length;
  }

  token(index: number): number {
    return this.tokens[index] ?? 0;
  }

  /** Position in the sequence, for the rotary embedding. */
  depth(index: number): number {
    return this.depths[index] ?? 0;
  }

  parent(index: number): number {
    return this.parents[index] ?? -1;
  }

  /**
   * Finds or makes the path of a prompt and pins it until `release`. What is hidden, in all layers and heads, begins to be
   * so within the prompt, and lies in it.
   */
  insert(ids: readonly number[], hides: readonly Hide[] = NOTHING): TrunkPath {
    const path = new Int32Array(ids.length);
    const now = ++this.clock;
    let parent = -1;
    for (let i = 0; i < ids.length; i++) {
      const token = ids[i] ?? 0;
      const hidden = hides.length === 0 ? NOTHING : hides.filter(({ from, span: [start] }) => from <= i && start < i);
      const key = childKey(parent, token, hidden);
      let entry = this.children.get(key);
      if (entry === undefined) {
        entry = this.tokens.length;
        this.tokens.push(token);
        this.parents.push(parent);
        this.depths.push(i);
        this.lastUsed.push(now);
        this.hides.push(hidden);
        this.children.set(key, entry);
      }
      this.lastUsed[entry] = now;
      path[i] = entry;
      parent = entry;
    }
    this.pinned.set(path, hides);
    return path;
  }

  release(path: TrunkPath): void {
    this.pinned.delete(path);
  }

  /** Stores the first `count` rows of a forward pass as the next pending entries. `rows` is the pass's row count. */
  append(newKv: Float32Array, rows: number, count: number): void {
    this.reserve(this.computed + count);
    const size = count * this.width;
    const at = this.computed * this.width;
    for (let layer = 0; layer < this.layers; layer++) {
      const from = 2 * layer * rows * this.width;
      this.keys[layer]?.set(newKv.subarray(from, from + size), at);
      this.values[layer]?.set(newKv.subarray(from + rows * this.width, from + rows * this.width + size), at);
    }
    this.computed += count;
  }

  /** Mask of rows that each see one whole path, without what is hidden from what follows it. */
  pathMask(paths: readonly TrunkPath[]): Mask {
    const columns = this.computed;
    const hidesOf = (path: TrunkPath) => this.pinned.get(path) ?? NOTHING;
    if (paths.every((path) => path.length === columns && hidesOf(path).length === 0)) return masks.open;
    const data = new Float32Array(paths.length * columns).fill(HIDDEN);
    paths.forEach((path, row) => {
      for (const entry of path) data[row * columns + entry] = 0;
      for (const { span } of hidesOf(path)) for (const entry of path.subarray(...span)) data[row * columns + entry] = HIDDEN;
    });
    return { data, rows: paths.length, columns };
  }

  /**
   * Masks of a prefill whose rows are these entries: each sees its ancestors, in the trunk where they are computed, else
   * among the rows, and itself. An entry that is computed already is computed again without seeing its stored self.
   */
  prefillMasks(entries: readonly number[]): { readonly trunk: Mask; readonly self: Float32Array } {
    const rows = entries.length;
    const columns = this.computed;
    const trunk = new Float32Array(rows * columns).fill(HIDDEN);
    const self = new Float32Array(rows * rows).fill(HIDDEN);
    const rowOf = new Map(entries.map((entry, row) => [entry, row]));
    entries.forEach((entry, row) => {
      self[row * rows + row] = 0;
      for (let ancestor = this.parent(entry); ancestor >= 0; ancestor = this.parent(ancestor)) {
        const among = ancestor < columns ? undefined : rowOf.get(ancestor);
        if (among === undefined) {
          trunk[row * columns + ancestor] = 0;
          continue;
        }
        // Rows come in order, so the ancestor's own masks are complete: what it sees, this row sees.
        trunk.copyWithin(row * columns, among * columns, (among + 1) * columns);
        for (let seen = 0; seen <= among; seen++) self[row * rows + seen] = self[among * rows + seen] ?? HIDDEN;
        break;
      }
      // What an ancestor does not see its descendants do not either; an ancestor that sees only itself is copied with that.
      for (const ancestor of this.hiddenFrom(entry)) {
        const among = ancestor < columns ? undefined : rowOf.get(ancestor);
        if (among === undefined) trunk[row * columns + ancestor] = HIDDEN;
        else self[row * rows + among] = HIDDEN;
      }
    });
    return { trunk: { data: trunk, rows, columns }, self };
  }

  /** The ancestors of an entry that it does not see. */
  private hiddenFrom(entry: number): number[] {
    const hides = this.hides[entry] ?? NOTHING;
    const first = Math.min(...hides.map(({ span: [start] }) => start));
    const hidden: number[] = [];
    for (let ancestor = this.parent(entry); ancestor >= 0 && this.depth(ancestor) >= first; ancestor = this.parent(ancestor)) {
      const depth = this.depth(ancestor);
      if (hides.some(({ span: [start, end] }) => depth >= start && depth < end)) hidden.push(ancestor);
    }
    return hidden;
  }

  /** Drops what no pinned path uses, except the most recently used entries, when there is enough of it to be worth moving. Returns whether entries moved. */
  prune(): boolean {
    const keep = new Uint8Array(this.tokens.length);
    for (const path of this.pinned.keys()) for (const entry of path) keep[entry] = 1;
    const stale: number[] = [];
    keep.forEach((kept, entry) => kept === 0 && stale.push(entry));
    if (stale.length <= KEEP_STALE * 2) return false;
    // A parent is used whenever its child is, so by time and then by index no child outlives its parent.
    stale.sort((a, b) => (this.lastUsed[b] ?? 0) - (this.lastUsed[a] ?? 0) || a - b);
    for (const entry of stale.slice(0, KEEP_STALE)) keep[entry] = 1;
    this.compact(keep);
    return true;
  }

  private compact(keep: Uint8Array): void {
    const moved = new Int32Array(keep.length).fill(-1);
    let next = 0;
    keep.forEach((kept, entry) => {
      if (kept === 0) return;
      if (next !== entry) {
        for (const arrays of [this.keys, this.values]) for (const array of arrays) array.copyWithin(next * this.width, entry * this.width, (entry + 1) * this.width);
      }
      moved[entry] = next++;
    });
    const pick = <Value>(list: readonly Value[]) => list.filter((_, entry) => keep[entry] === 1);
    this.tokens = pick(this.tokens);
    this.depths = pick(this.depths);
    this.lastUsed = pick(this.lastUsed);
    this.hides = pick(this.hides);
    this.parents = pick(this.parents).map((parent) => (parent < 0 ? -1 : (moved[parent] ?? -1)));
    this.children = new Map(this.tokens.map((token, entry) => [childKey(this.parents[entry] ?? -1, token, this.hides[entry] ?? NOTHING), entry]));
    for (const path of this.pinned.keys()) path.forEach((entry, i) => (path[i] = moved[entry] ?? 0));
    this.computed = this.tokens.length;
  }

  private reserve(entries: number): void {
    if (entries <= this.capacity) return;
    while (this.capacity < entries) this.capacity *= 2;
    for (const arrays of [this.keys, this.values]) {
      arrays.forEach((array, layer) => {
        const larger = new Float32Array(this.capacity * this.width);
        larger.set(array);
        arrays[layer] = larger;
      });
    }
  }
}

function childKey(parent: number, token: number, hides: readonly Hide[]): string {
  return hides.length === 0 ? `${parent} ${token}` : `${parent} ${token} ${hides.map(({ span }) => span.join('-')).join()}`;
}
