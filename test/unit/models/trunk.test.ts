import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Columns } from '../../../src/models/onnx/columns.ts';
import type { Hide } from '../../../src/models/onnx/interventions.ts';
import { Trunk } from '../../../src/models/onnx/trunk.ts';

const LAYERS = 2;
const WIDTH = 3;

/** A forward pass that writes an identifiable number into every key and value: layer, kind, and the value of the row. */
function fakeKv(values: readonly number[]): Float32Array {
  const rows = values.length;
  const out = new Float32Array(2 * LAYERS * rows * WIDTH);
  for (let part = 0; part < 2 * LAYERS; part++) {
    values.forEach((value, row) => out.fill(part * 100_000 + value, (part * rows + row) * WIDTH, (part * rows + row + 1) * WIDTH));
  }
  return out;
}

/** Computes what is pending; the stored value of an entry says which token it was made for. */
function compute(trunk: Trunk): void {
  const entries = Array.from({ length: trunk.pending }, (_, i) => trunk.computed + i);
  trunk.append(fakeKv(entries.map((entry) => trunk.token(entry))), entries.length, entries.length);
}

describe('trunk (the prompts’ prefix tree)', () => {
  it('stores what prompts share once', () => {
    const trunk = new Trunk(LAYERS, WIDTH);
    trunk.insert([1, 2, 3, 4]);
    assert.equal(trunk.pending, 4);
    compute(trunk);
    const path = trunk.insert([1, 2, 5]);
    assert.equal(trunk.pending, 1);
    assert.deepEqual([...path], [0, 1, 4]);
    trunk.insert([1, 2, 5]);
    assert.equal(trunk.pending, 1);
  });

  it('lets a prefill row see its ancestors and itself, and nothing else', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(ids, { minLength: 1, maxLength: 4 }), fc.array(ids, { minLength: 1, maxLength: 4 }), (before, now) => {
        const trunk = new Trunk(LAYERS, WIDTH);
        for (const prompt of before) trunk.insert(prompt);
        compute(trunk);
        const paths = now.map((prompt) => trunk.insert(prompt));
        const entries = Array.from({ length: trunk.pending }, (_, i) => trunk.computed + i);
        for (const path of paths) if (path.at(-1)! < trunk.computed) entries.push(path.at(-1)!);
        const { trunk: mask, self } = trunk.prefillMasks(entries);
        entries.forEach((entry, row) => {
          const ancestors = new Set<number>();
          for (let parent = trunk.parent(entry); parent >= 0; parent = trunk.parent(parent)) ancestors.add(parent);
          for (let column = 0; column < trunk.computed; column++) assert.equal(mask.data[row * trunk.computed + column] === 0, ancestors.has(column));
          entries.forEach((other, column) => {
            const visible = row === column || (other >= trunk.computed && ancestors.has(other));
            assert.equal(self[row * entries.length + column] === 0, visible, `row ${row} column ${column}`);
          });
        });
      }),
    );
  });

  it('lets neither a prefill row nor what follows a prompt see what is hidden from it, whatever other prompts hide', () => {
    const hide = fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 4 }), fc.nat(11)).map(([start, length, from]): Hide => ({ span: [start, start + length], from }));
    const prompt = fc.record({ ids: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 12 }), hides: fc.array(hide, { maxLength: 2 }) });
    fc.assert(
      fc.property(fc.array(prompt, { minLength: 1, maxLength: 4 }), fc.array(prompt, { minLength: 1, maxLength: 4 }), (before, now) => {
        const trunk = new Trunk(LAYERS, WIDTH);
        for (const { ids, hides } of before) trunk.insert(ids, hides);
        compute(trunk);
        const paths = now.map(({ ids, hides }) => ({ path: trunk.insert(ids, hides), hides }));
        const entries = Array.from({ length: trunk.pending }, (_, i) => trunk.computed + i);
        for (const { path } of paths) if (path.at(-1)! < trunk.computed) entries.push(path.at(-1)!);
        const { trunk: mask, self } = trunk.prefillMasks(entries);
        for (const { path, hides } of paths) {
          path.forEach((entry, depth) => {
            const row = entries.indexOf(entry);
            if (row < 0) return;
            const seen = [...path].filter((_, key) => key < depth && !hides.some(({ span: [start, end], from }) => depth >= from && key >= start && key < end));
            const inTrunk = Array.from({ length: trunk.computed }, (_, column) => column).filter((column) => mask.data[row * trunk.computed + column] === 0);
            const amongRows = entries.filter((other, column) => other !== entry && self[row * entries.length + column] === 0);
            assert.deepEqual([...inTrunk, ...amongRows].sort((a, b) => a - b), seen.sort((a, b) => a - b));
            assert.equal(self[row * entries.length + row], 0);
          });
        }
        compute(trunk);
        const { data, columns } = trunk.pathMask(paths.map(({ path }) => path));
        if (columns === 1) return;
        paths.forEach(({ path, hides }, row) => {
          const seen = [...path].filter((_, key) => !hides.some(({ span: [start, end] }) => key >= start && key < end));
          const columnsSeen = Array.from({ length: columns }, (_, column) => column).filter((column) => data[row * columns + column] === 0);
          assert.deepEqual(columnsSeen, seen.sort((a, b) => a - b));
        });
      }),
    );
  });

  it('keeps pinned paths whole when it drops the rest, keys and values included', () => {
    const trunk = new Trunk(LAYERS, WIDTH);
    const prompt = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);
    const first = trunk.insert(prompt(0, 800));
    compute(trunk);
    const kept = trunk.insert([...prompt(0, 10), ...prompt(2000, 50)]);
    compute(trunk);
    trunk.release(first);
    trunk.prune();
    assert.ok(trunk.computed < 850, `pruned to ${trunk.computed}`);
    [...kept].forEach((entry, i) => {
      const token = i < 10 ? i : 2000 + i - 10;
      assert.equal(trunk.token(entry), token);
      assert.equal(trunk.depth(entry), i);
      for (let layer = 0; layer < LAYERS; layer++) {
        assert.equal(trunk.keys[layer]![entry * WIDTH], 2 * layer * 100_000 + token);
        assert.equal(trunk.values[layer]![entry * WIDTH + 2], (2 * layer + 1) * 100_000 + token);
      }
    });
    // What was kept is found again, what was dropped is computed anew.
    const missing = (ids: readonly number[]) => [trunk.insert(ids), trunk.pending][1];
    assert.equal(missing(prompt(0, 10)), 0);
    assert.notEqual(missing(prompt(0, 800)), 0);
  });

  it('masks whole paths, and says so cheaply when everybody sees everything', () => {
    const trunk = new Trunk(LAYERS, WIDTH);
    const a = trunk.insert([1, 2, 3]);
    compute(trunk);
    assert.equal(trunk.pathMask([a, a]).columns, 1);
    const b = trunk.insert([1, 9]);
    compute(trunk);
    const mask = trunk.pathMask([a, b]);
    assert.deepEqual([...mask.data].map((value) => value === 0), [true, true, true, false, true, false, false, true]);
  });
});

describe('columns (the continuations’ cache)', () => {
  it('keeps each column’s slots through growth, joining and leaving', () => {
    const columns = new Columns(LAYERS, WIDTH);
    columns.rearrange([undefined, undefined, undefined], 0);
    for (let slot = 0; slot < 70; slot++) columns.append(fakeKv([100 + slot, 200 + slot, 300 + slot]));
    columns.rearrange([2, undefined, 0], 40);
    assert.equal(columns.length, 30);
    columns.append(fakeKv([1, 2, 3]));
    const value = (slot: number, column: number, layer: number) => columns.values[layer]![(slot * 3 + column) * WIDTH]! - (2 * layer + 1) * 100_000;
    for (let slot = 0; slot < 30; slot++) {
      assert.equal(value(slot, 0, 1), 300 + 40 + slot);
      assert.equal(value(slot, 2, 0), 100 + 40 + slot);
    }
    assert.deepEqual([0, 1, 2].map((column) => value(30, column, 1)), [1, 2, 3]);
    columns.rearrange([], 0);
    assert.equal(columns.bytes, 0);
  });

  it('holds what a plain list of columns would, however it is laid out anew', () => {
    const moves = fc.array(fc.record({ slots: fc.nat(50), from: fc.array(fc.nat(5), { maxLength: 6 }), shrinking: fc.boolean(), drop: fc.nat(60) }), { maxLength: 12 });
    fc.assert(
      fc.property(moves, (list) => {
        const columns = new Columns(LAYERS, WIDTH);
        let expected: (number | undefined)[][] = [[], []];
        columns.rearrange([undefined, undefined], 0);
        let next = 1;
        for (const { slots, from, shrinking, drop } of list) {
          for (let slot = 0; slot < slots && expected.length > 0; slot++) {
            const values = expected.map(() => next++);
            columns.append(fakeKv(values));
            expected.forEach((column, i) => column.push(values[i]));
          }
          const kept = [...new Set(from)].map((source) => (source < expected.length ? source : undefined));
          const order = shrinking ? kept.filter((source) => source !== undefined).sort((a, b) => a - b) : kept;
          const firstSlot = Math.min(columns.length, drop);
          const length = columns.length - firstSlot;
          columns.rearrange(order, firstSlot);
          expected = order.map((source) => (source === undefined ? Array.from({ length }, () => undefined) : expected[source]!.slice(firstSlot)));
        }
        for (let layer = 0; layer < LAYERS; layer++) {
          expected.forEach((column, i) =>
            column.forEach((value, slot) => {
              const at = (slot * expected.length + i) * WIDTH;
              if (value !== undefined) assert.equal(columns.keys[layer]![at]! - 2 * layer * 100_000, value);
            }),
          );
        }
      }),
    );
  });
});
