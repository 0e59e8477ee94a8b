/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/** sfc32 (PractRand's small fast counting generator), seeded through splitmix32 so that nearby seeds give unrelated streams. */
export function createRandom(seed: number, stream: number): Random {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul((stream + 1) | 0, 0x85ebca77)) | 0;
  const mix = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, counter] = [mix(), mix(), mix(), 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

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

/** Tokens less likely than the best one by more than e^-24 are never drawn: their mass together is under 1e-5 for any vocabulary in use. */
const TAIL = 24;

/** Draws tokens by temperature and nucleus; keeps its work arrays, so that a token costs no allocation. */
export function createSampler(vocabulary: number): (logits: Float32Array, temperature: number, topP: number, random: Random) => number {
  const ids = new Uint32Array(vocabulary);
  const weights = new Float64Array(vocabulary);
  return (logits, temperature, topP, random) => {
    const best = argmax(logits);
    if (temperature <= 0) return best;
    const top = logits[best] ?? 0;
    let count = 0;
    let total = 0;
    for (let i = 0; i < logits.length; i++) {
      const distance = ((logits[i] ?? -Infinity) - top) / temperature;
      if (distance < -TAIL) continue;
      ids[count] = i;
      total += Math.exp(distance);
      count++;
    }
    const kept = ids.subarray(0, count);
    if (topP < 1) kept.sort((x, y) => (logits[y] ?? 0) - (logits[x] ?? 0) || x - y);
    return draw(kept, weights, logits, top, temperature, topP, total, random);
  };
}

/** Draws from the smallest set of most likely tokens whose mass reaches topP. `kept` is sorted when topP < 1. */
function draw(kept: Uint32Array, weights: Float64Array, logits: Float32Array, top: number, temperature: number, topP: number, total: number, random: Random): number {
  let mass = 0;
  let size = 0;
  while (size < kept.length && (size === 0 || mass < topP * total)) {
    const weight = Math.exp(((logits[kept[size] ?? 0] ?? 0) - top) / temperature);
    weights[size] = weight;
    mass += weight;
    size++;
  }
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
