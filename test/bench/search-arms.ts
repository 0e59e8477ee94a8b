import { defaultSearchSettings, type SearchSettings, type Strategy } from '../../src/core/search/settings.ts';

/** Policy temperature of all arms: hot enough that the bundled policy errs. */
const TEMPERATURE = 1.2;

export interface Arm {
  readonly id: string;
  readonly settings: SearchSettings;
}

function arm(id: string, strategy: Strategy, more: Partial<SearchSettings> = {}): Arm {
  const base = defaultSearchSettings(strategy);
  return { id, settings: { ...base, policy: { ...base.policy, temperature: TEMPERATURE }, ...more } };
}

/** What is run; `best-of-n` also gives majority voting and plain sampling, which look at the same solutions. */
export const ARMS: readonly Arm[] = [
  arm('best-of-n', 'best-of-n'),
  arm('all-simple', 'all-simple'),
  arm('all-medium', 'all-medium'),
  arm('all-complex', 'all-complex'),
  arm('random-mode', 'random-mode'),
  arm('solution-switching', 'solution-switching'),
  arm('guided', 'guided'),
  arm('pats', 'pats'),
  arm('pats, no penalty', 'pats', { penalty: 'none' }),
  arm('pats, infinite penalty', 'pats', { penalty: 'infinite' }),
  arm('pats, from simple', 'pats', { initialMode: 'simple' }),
  arm('pats, from medium', 'pats', { initialMode: 'medium' }),
];
