import type { RoundRecord, SearchTotals } from './events.ts';

/** What the rounds of a search come to. */
export function totalsOf(rounds: readonly RoundRecord[]): SearchTotals {
  const modes = { simple: 0, medium: 0, complex: 0 };
  for (const record of rounds) if (record.kind === 'step' && record.mode !== undefined) modes[record.mode]++;
  return {
    rounds: rounds.length,
    modes,
    policyTokens: sumOf(rounds, ({ policyTokens }) => policyTokens),
    verifierTokens: sumOf(rounds, ({ verifierTokens }) => verifierTokens),
    seconds: sumOf(rounds, ({ seconds }) => seconds),
  };
}

export function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
