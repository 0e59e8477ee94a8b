import type { Capability, ModelCapabilities, ModelInfo } from '../core/model.ts';
import type { ServedLanguageModel } from '../models/openai/connect.ts';
import type { KnownVerifier } from './known-verifiers.ts';
import type { ServerChoice } from './server-settings.ts';

/** Short names of what a model can or cannot do, in the order in which they are told. */
const NAMES: Readonly<Record<Capability, string>> = {
  probabilities: 'P(Yes)',
  chat: 'chat prompts',
  masks: 'masks',
  attention: 'attention',
  gates: 'gates',
  hidden: 'hidden states',
};
const INTERNALS: readonly Capability[] = ['attention', 'gates', 'hidden'];

/** For example `29M parameters · 8-bit, block 64`. */
export function sizeText({ parameters, weights }: Pick<ModelInfo, 'parameters' | 'weights'>): string {
  return [parametersText(parameters), weights].filter((part) => part !== '').join(' · ');
}

function parametersText(parameters: number): string {
  if (parameters === 0) return 'size not told';
  const [scale, unit] = parameters < 1e9 ? ([1e6, 'M'] as const) : ([1e9, 'B'] as const);
  const number = parameters / scale;
  return `${number.toFixed(number < 10 ? 1 : 0)}${unit} parameters`;
}

/** For example `Gives P(Yes), masks. Not internals.` (attention, gates, hidden states), then the model's notes. */
export function abilityText(capabilities: ModelCapabilities): string {
  const names = Object.keys(NAMES) as Capability[];
  const list = (able: boolean): string => {
    const found = names.filter((name) => (capabilities[name] === true) === able);
    const all = INTERNALS.every((name) => found.includes(name));
    return [...found.filter((name) => !all || !INTERNALS.includes(name)).map((name) => NAMES[name]), ...(all ? ['internals'] : [])].join(', ');
  };
  const [can, cannot] = [list(true), list(false)];
  const parts = [can === '' ? 'Gives verdicts.' : `Gives ${can}.`, cannot === '' ? '' : `Not ${cannot}.`, ...(capabilities.notes ?? [])];
  return parts.filter((part) => part !== '').join(' ');
}

/** The second line of a known verifier in a list. */
export function knownDetail({ capabilities, server }: KnownVerifier): string {
  const parts = [server === undefined ? '' : `${serverText(server)}.`, capabilities === undefined ? '' : abilityText(capabilities)];
  return parts.filter((part) => part !== '').join(' ');
}

/** Where a served model is and how it is asked. */
export function serverText({ endpoints: [first = '', ...more], api }: ServerChoice): string {
  return `${first}${more.length === 0 ? '' : ` and ${more.length} more`} (${api})`;
}

/** What servers were seen to do and not to do, a sentence each. */
export function serverReport({ info, capabilities, facts }: ServedLanguageModel): { readonly can: readonly string[]; readonly cannot: readonly string[] } {
  const all = [...facts.values()];
  const top = Math.min(...all.map((one) => one.top));
  const can = [
    'Analyses and verdicts.',
    ...(capabilities.probabilities ? [`P(Yes) from the ${top === 1 ? 'likeliest token' : `${top} likeliest tokens`}; beyond, with a bound.`] : []),
    ...(all.every(({ seeds }) => seeds) ? ['The same seed gives the same text.'] : []),
    ...(info.context > 0 ? [`Reads ${info.context} tokens, prompt and analysis together.`] : []),
  ];
  return { can, cannot: [...(capabilities.notes ?? []), 'Masks, attention, gates and hidden states need a model folder.'] };
}
