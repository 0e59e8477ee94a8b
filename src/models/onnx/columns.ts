import type { SegmentView } from './masks.ts';

const FIRST_SLOTS = 32;

/**
 * The continuations' KV cache: one column a running sequence, all advancing one slot a step.
 * Layout [slot, column, width] in one array a layer and kind, as the graph wants it.
 */
export class Columns {
  readonly keys: Float32Array[] = [];
  readonly values: Float32Array[] = [];
  /** Columns, and slots written so far. */
  count = 0;
  length = 0;

  constructor(
    private readonly layers: number,
    private readonly width: number,
  ) {}

  get view(): SegmentView {
    return { keys: this.keys, values: this.values, length: this.length };
  }

  /** Bytes held now. */
  get bytes(): number {
    return (this.keys[0]?.length ?? 0) * 2 * this.layers * Float32Array.BYTES_PER_ELEMENT;
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
   * `firstSlot`, which no kept column uses, are dropped. What an empty column holds is some number or other: nobody sees it.
   */
  rearrange(from: readonly (number | undefined)[], firstSlot: number): void {
    const length = from.length === 0 ? 0 : this.length - firstSlot;
    const next = from.length * this.width;
    const wanted = length === 0 ? 0 : withRoom(length) * next;
    const inPlace = from.length > 0 && shrinks(from, this.count);
    this.each((old) => {
      const target = inPlace ? old : new Float32Array(wanted);
      for (let slot = 0; slot < length; slot++) {
        from.forEach((source, column) => {
          if (source === undefined) return;
          const start = ((firstSlot + slot) * this.count + source) * this.width;
          const at = slot * next + column * this.width;
          if (inPlace) target.copyWithin(at, start, start + this.width);
          else target.set(old.subarray(start, start + this.width), at);
        });
      }
      return target;
    });
    this.count = from.length;
    this.length = length;
  }

  /** Slots that the arrays have room for. */
  private get capacity(): number {
    return this.count === 0 ? 0 : Math.floor((this.keys[0]?.length ?? 0) / (this.count * this.width));
  }

  private grow(): void {
    const capacity = withRoom(this.length);
    this.each((old) => {
      const larger = new Float32Array(capacity * this.count * this.width);
      larger.set(old.subarray(0, this.length * this.count * this.width));
      return larger;
    });
  }

  /** One array after the other, so that no more than one is held twice. */
  private each(change: (array: Float32Array) => Float32Array): void {
    for (const arrays of [this.keys, this.values]) for (let layer = 0; layer < this.layers; layer++) arrays[layer] = change(arrays[layer] ?? new Float32Array(0));
  }
}

/** A quarter more: this cache is most of what a full batch takes, and copying it at each growth is a hundredth of the time. */
function withRoom(length: number): number {
  return length + Math.max(FIRST_SLOTS, length >> 2);
}

/** Whether every column moves towards the front, in the order in which they are: then a copy in place overwrites nothing that is still to be moved. */
function shrinks(from: readonly (number | undefined)[], count: number): boolean {
  let last = -1;
  return (
    from.length <= count &&
    from.every((source, column) => {
      if (source === undefined) return true;
      const ordered = source > last && source >= column;
      last = source;
      return ordered;
    })
  );
}
