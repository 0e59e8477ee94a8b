import { lackOf, type Capability, type HiddenPart, type InspectionRequest } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';

type Described = Parameters<typeof lackOf>[0];

/** Throws `unsupported`, with the sentence of lackOf, where a model cannot hide what is to be hidden. */
export function requireHiding(model: Described, parts: readonly HiddenPart[]): void {
  requireAll(model, hidingNeeds(parts));
}

/** Throws `unsupported`, with the sentence of lackOf, where a model cannot show what is asked of `inspect`. */
export function requireInspection(model: Described, { spans = [], hide = [], hidden = false, lens = [] }: InspectionRequest): void {
  requireAll(model, [...(spans.length > 0 ? ['attention' as const] : []), ...(hidden || lens.length > 0 ? ['hidden' as const] : []), ...hidingNeeds(hide)]);
}

function hidingNeeds(parts: readonly HiddenPart[]): Capability[] {
  const chosen = parts.some(({ layers, heads }) => layers !== undefined || heads !== undefined);
  return [...(parts.length > 0 ? ['masks' as const] : []), ...(chosen ? ['attention' as const] : [])];
}

function requireAll(model: Described, needs: readonly Capability[]): void {
  for (const need of needs) {
    const lack = lackOf(model, need);
    if (lack !== undefined) throw new StepscopeError('unsupported', lack);
  }
}
