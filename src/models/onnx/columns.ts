import type { SegmentView } from './masks.ts';

const FIRST_SLOTS = 32;

/**
 * The continuations' KV cache: one column a running sequence, all advancing one slot a step.
 * Layout [slot, column, width] in one array a layer and kind, as the graph wants it.
 */
export class Columns {
  keys: Float32Array[] = [];
  values: Float32Array[] = [];
  /** Columns, and slots written so far. */
  count = 0;
  length = 0;
  private capacity = 0;

  constructor(
    private readonly layers: number,
    private readonly width: number,
  ) {}

  get view(): SegmentView {
    return { keys: this.keys, values: this.values, length: this.length };
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.capacity * this.count * this.width * 2 * this.layers * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Writes one slot: the new keys and values of every column, as the forward pass returned them. */
  append(newKv: Float32Array): void {
    if (this.length === this.capacity) this.grow();
    const size = this.count * this.width;
    for (let layer = 0; layer < this.layers; layer++) {
      const from = 2 * layer * size;
      this.keys[layer]?.set(newKv.subarray(from, from + size), this.length * size);
      this.values[layer]?.set(newKv.subarray(from + size, from + 2 * size), this.length * size);
    }
    this.length++;
  }

  /**
   * Lays the cache out anew: column i becomes the old column `from[i]` (undefined: an empty one), and slots before
   * `firstSlot`, which no kept column uses, are dropped.
   */
  rearrange(from: readonly (number | undefined)[], firstSlot: number): void {
    const length = from.length === 0 ? 0 : this.length - firstSlot;
    const capacity = from.length === 0 ? 0 : Math.max(FIRST_SLOTS, length * 2);
    const copy = (old: Float32Array | undefined) => {
      const next = new Float32Array(capacity * from.length * this.width);
      if (old === undefined) return next;
      for (let slot = 0; slot < length; slot++) {
        from.forEach((source, column) => {
          if (source === undefined) return;
          const start = ((firstSlot + slot) * this.count + source) * this.width;
          next.set(old.subarray(start, start + this.width), (slot * from.length + column) * this.width);
        });
      }
      return next;
    };
    const all = Array.from({ length: this.layers });
    this.keys = all.map((_, layer) => copy(this.keys[layer]));
    this.values = all.map((_, layer) => copy(this.values[layer]));
    this.count = from.length;
    this.length = length;
    this.capacity = capacity;
  }

  private grow(): void {
    this.capacity = Math.max(FIRST_SLOTS, this.capacity * 2);
    for (const arrays of [this.keys, this.values]) {
      for (let layer = 0; layer < this.layers; layer++) {
        const larger = new Float32Array(this.capacity * this.count * this.width);
        const old = arrays[layer];
        if (old !== undefined) larger.set(old.subarray(0, this.length * this.count * this.width));
        arrays[layer] = larger;
      }
    }
  }
}
