import type { ModelInfo } from './model.ts';

/** A model for a report: `r-prm, 8-bit, block 32, 29M parameters, SHA-256 …`. What a server does not say is left out. */
export function modelFacts({ name, weights, parameters, hash }: ModelInfo): string {
  const size = parameters === 0 ? '' : `${(parameters / 1e6).toFixed(0)}M parameters`;
  return [name, weights, size, `SHA-256 ${hash}`].filter((part) => part !== '').join(', ');
}
