import { TAP_PREFIX } from './tap-nodes.ts';

/** What a graph can be given beyond what it has. */
export type Tap = 'masks' | 'attention' | 'gates' | 'hidden';

/**
 * New inputs and outputs. Inputs: `rows` [t] and `spans` [positions, s] as in the inspection graph of converted models,
 * `states` [q] the hidden states to read as predictions, and for each layer a mask [1, heads, new, positions] that is added
 * to the scores. Outputs: `attention` [layers, heads, t, s], `gates` [layers, t], `hidden` [layers + 1, t, width]; with
 * `hidden`, `logits` are those of the states asked for, [1, q, vocabulary]. With several texts at once the first dimension
 * of each is as many times as large.
 */
export const TAPS = {
  rows: `${TAP_PREFIX}rows`,
  spans: `${TAP_PREFIX}spans`,
  states: `${TAP_PREFIX}states`,
  mask: (layer: number) => `${TAP_PREFIX}mask.${layer}`,
  attention: `${TAP_PREFIX}attention`,
  gates: `${TAP_PREFIX}gates`,
  hidden: `${TAP_PREFIX}hidden`,
} as const;
