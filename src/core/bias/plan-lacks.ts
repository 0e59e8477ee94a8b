import { lackOf, type LanguageModel } from '../model.ts';
import type { BiasEvent, BiasPart } from './events.ts';
import type { BiasSettings } from './settings.ts';

/** What the model cannot do of what is asked, and the plans that are left, as indices among the settings' plans. */
export function planLacks(model: LanguageModel, { plans, attention }: Pick<BiasSettings, 'plans' | 'attention'>): { readonly missing: BiasEvent[]; readonly plans: number[] } {
  const missing: BiasEvent[] = [];
  const name = (part: BiasPart, message: string | undefined) => {
    if (message !== undefined) missing.push({ type: 'lack', part, message });
    return message === undefined;
  };
  const masked = plans.some(({ method }) => method === 'mask');
  const inParts = plans.some(({ layers, heads }) => layers !== undefined || heads !== undefined);
  const masks = !masked || name('masking', lackOf(model, 'masks'));
  const parts = !inParts || name('masking', lackOf(model, 'attention'));
  if (attention > 0) name('attention', lackOf(model, 'attention'));
  if (model.tokenize === undefined) name('tokens', `${model.info.name} does not tell its tokens, so that lengths, P_first and r are missing: use a local model.`);
  const possible = plans.flatMap((plan, index) => ((plan.method === 'mask' && !masks) || ((plan.layers ?? plan.heads) !== undefined && !parts) ? [] : [index]));
  return { missing, plans: possible };
}
