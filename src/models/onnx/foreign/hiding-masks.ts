import { Tensor } from 'onnxruntime-node';
import { hidingRule, type Hide } from '../interventions.ts';
import { HIDDEN } from '../masks.ts';

/**
 * The additive mask of each layer, [1, heads|1, fresh, start + fresh], for new tokens at the positions from `start` on: what
 * is hidden from a token, itself never. What the graph hides of itself, it goes on to hide.
 */
export function hidingMasks(hides: readonly Hide[], heads: number, start: number, fresh: number): (layer: number) => Tensor {
  // Most layers have the same mask: one tensor for all of them.
  const known = new Map<string, Tensor>();
  return (layer) => {
    const active = hides.filter(({ layers }) => layers?.includes(layer) !== false);
    const key = active.map((hide) => hides.indexOf(hide)).join();
    const mask = known.get(key) ?? maskOf(active, heads, start, fresh);
    known.set(key, mask);
    return mask;
  };
}

function maskOf(hides: readonly Hide[], heads: number, start: number, fresh: number): Tensor {
  const total = start + fresh;
  const separate = hides.some((hide) => hide.heads !== undefined) ? heads : 1;
  const data = new Float32Array(separate * fresh * total);
  for (let head = 0; hides.length > 0 && head < separate; head++) {
    const hidden = hidingRule(hides.filter((hide) => hide.heads?.includes(head) !== false));
    for (let row = 0; row < fresh; row++) {
      for (let key = 0; key < total; key++) {
        if (key !== start + row && hidden(start + row, key)) data[(head * fresh + row) * total + key] = HIDDEN;
      }
    }
  }
  return new Tensor('float32', data, [1, separate, fresh, total]);
}
