import type { Random } from '../../core/random.ts';

/** Index of the largest logit; the first of equals. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  let value = logits[0] ?? -Infinity;
  for (let i = 1; i < logits.length; i++) {
    const logit = logits[i] ?? -Infinity;
    if (logit > value) {
      value = logit;
      best = i;
    }
  }
  return best;
}

/**
 * Tokens less likely than the best one by more than e^-20 are never drawn: their mass together is under 2e-5 of it for this
 * vocabulary. The nucleus is looked for among nearer tokens first, since sorting thousands for the few that matter cost
 * more than a third of a decode step.
 */
const REACHES = [6, 12, 20] as const;
const [NEAR, , TAIL] = REACHES;

/** Cells of the table of exponentials for each unit: the remainder is under 1/64, its cube over six under 7e-7. */
const CELLS = 64;
const EXPONENTIALS = Float64Array.from({ length: TAIL * CELLS }, (_, cell) => Math.exp(-cell / CELLS));

/** Draws tokens by temperature and nucleus; keeps its work arrays, so that a token costs no allocation. */
export function createSampler(vocabulary: number): (logits: Float32Array, temperature: number, topP: number, random: Random) => number {
  const ids = new Uint32Array(vocabulary);
  const weights = new Float64Array(vocabulary);
  return (logits, temperature, topP, random) => {
    const best = argmax(logits);
    if (temperature <= 0) return best;
    const top = logits[best] ?? 0;
    const near = survey(ids, logits, top, temperature);
    for (const reach of topP < 1 ? REACHES : [TAIL]) {
      const kept = reach === NEAR ? ids.subarray(0, near.count) : gather(ids, logits, top - reach * temperature);
      if (topP < 1) kept.sort((x, y) => (logits[y] ?? 0) - (logits[x] ?? 0) || x - y);
      const size = nucleus(kept, weights, logits, top, temperature, topP * near.total);
      if (size < kept.length || reach === TAIL) return draw(kept, weights, size, random);
    }
    return best;
  };
}

/**
 * One look over the vocabulary: the sum of exp((logit - top) / temperature) over all tokens that can matter, and the ids of
 * the near ones. Math.exp for each token took a seventh of a decode step of 32 rows; a table with a second-order remainder
 * takes a third of that and is off by less than 1e-6 of itself.
 */
function survey(ids: Uint32Array, logits: Float32Array, top: number, temperature: number): { readonly total: number; readonly count: number } {
  const scale = CELLS / temperature;
  let total = 0;
  let count = 0;
  for (let id = 0; id < logits.length; id++) {
    const cells = (top - (logits[id] ?? -Infinity)) * scale;
    if (!(cells < TAIL * CELLS)) continue;
    if (cells <= NEAR * CELLS) ids[count++] = id;
    const cell = cells | 0;
    const rest = (cells - cell) / CELLS;
    total += (EXPONENTIALS[cell] ?? 0) * (1 - rest + 0.5 * rest * rest);
  }
  return { total, count };
}

function gather(ids: Uint32Array, logits: Float32Array, least: number): Uint32Array {
  let count = 0;
  for (let id = 0; id < logits.length; id++) if ((logits[id] ?? -Infinity) >= least) ids[count++] = id;
  return ids.subarray(0, count);
}

/** Writes the weights of the first tokens until their mass reaches `wanted`; returns how many those are, at least one. */
function nucleus(kept: Uint32Array, weights: Float64Array, logits: Float32Array, top: number, temperature: number, wanted: number): number {
  let mass = 0;
  let size = 0;
  while (size < kept.length && (size === 0 || mass < wanted)) {
    const weight = Math.exp(((logits[kept[size] ?? 0] ?? 0) - top) / temperature);
    weights[size++] = weight;
    mass += weight;
  }
  return size;
}

function draw(kept: Uint32Array, weights: Float64Array, size: number, random: Random): number {
  let mass = 0;
  for (let i = 0; i < size; i++) mass += weights[i] ?? 0;
  let rest = random() * mass;
  for (let i = 0; i < size; i++) {
    rest -= weights[i] ?? 0;
    if (rest < 0) return kept[i] ?? 0;
  }
  return kept[size - 1] ?? 0;
}

/** Softmax over some of the logits: the same length and order as `ids`. */
export function softmaxOver(logits: Float32Array, ids: readonly number[]): number[] {
  const values = ids.map((id) => logits[id] ?? -Infinity);
  const top = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - top));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}
