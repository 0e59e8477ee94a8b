import { t } from '@vscode/l10n';
import type { Capability, ModelCapabilities, ModelInfo } from '../core/model.ts';
import type { ServedLanguageModel } from '../models/openai/connect.ts';
import type { KnownVerifier } from './known-verifiers.ts';
import type { ServerChoice } from './server-settings.ts';
import type { Translate } from './wording.ts';

const translated: Translate = t;

/** Short names of what a model can or cannot do, in the order in which they are told. */
const names = (): Readonly<Record<Capability, string>> => ({
  probabilities: 'P(Yes)',
  chat: t('chat prompts'),
  masks: t('masks'),
  attention: t('attention'),
  gates: t('gates'),
  hidden: t('hidden states'),
});
const INTERNALS: readonly Capability[] = ['attention', 'gates', 'hidden'];

/** For example `29M parameters · 8-bit, block 64`. */
export function sizeText({ parameters, weights }: Pick<ModelInfo, 'parameters' | 'weights'>, translate: Translate = t): string {
  return [parametersText(parameters, translate), weights].filter((part) => part !== '').join(' · ');
}

function parametersText(parameters: number, t: Translate): string {
  if (parameters === 0) return t('size not told');
  const [scale, unit] = parameters < 1e9 ? ([1e6, 'M'] as const) : ([1e9, 'B'] as const);
  const number = parameters / scale;
  return t('{0} parameters', `${number.toFixed(number < 10 ? 1 : 0)}${unit}`);
}

/** For example `Gives P(Yes), masks. Not internals.` (attention, gates, hidden states), then the model's notes. */
export function abilityText(capabilities: ModelCapabilities): string {
  const named = names();
  const list = (able: boolean): string => {
    const found = (Object.keys(named) as Capability[]).filter((name) => (capabilities[name] === true) === able);
    const all = INTERNALS.every((name) => found.includes(name));
    return [...found.filter((name) => !all || !INTERNALS.includes(name)).map((name) => named[name]), ...(all ? [t('internals')] : [])].join(', ');
  };
  const [can, cannot] = [list(true), list(false)];
  const parts = [can === '' ? t('Gives verdicts.') : t('Gives {0}.', can), cannot === '' ? '' : t('Not {0}.', cannot), ...(capabilities.notes ?? [])];
  return parts.filter((part) => part !== '').join(' ');
}

/** The second line of a known verifier in a list. */
export function knownDetail({ capabilities, server }: KnownVerifier): string {
  const parts = [server === undefined ? '' : `${serverText(server)}.`, capabilities === undefined ? '' : abilityText(capabilities)];
  return parts.filter((part) => part !== '').join(' ');
}

/** Where a served model is and how it is asked. */
export function serverText({ endpoints: [first = '', ...more], api }: ServerChoice): string {
  return `${more.length === 0 ? first : t('{0} and {1} more', first, more.length)} (${api})`;
}

/** What servers were seen to do and not to do, a sentence each. */
export function serverReport({ info, capabilities, facts }: ServedLanguageModel, t: Translate = translated): { readonly can: readonly string[]; readonly cannot: readonly string[] } {
  const all = [...facts.values()];
  const top = Math.min(...all.map((one) => one.top));
  const can = [
    t('Analyses and verdicts.'),
    ...(capabilities.probabilities ? [top === 1 ? t('P(Yes) from the likeliest token; beyond, with a bound.') : t('P(Yes) from the {0} likeliest tokens; beyond, with a bound.', top)] : []),
    ...(all.every(({ seeds }) => seeds) ? [t('The same seed gives the same text.')] : []),
    ...(info.context > 0 ? [t('Reads {0} tokens, prompt and analysis together.', info.context)] : []),
  ];
  return { can, cannot: [...(capabilities.notes ?? []), t('Masks, attention, gates and hidden states need a model folder.')] };
}
