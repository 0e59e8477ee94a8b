import type { RunModel } from '../../core/run/run.ts';

/** One sentence where what a run has was made by another model than the one that would go on with it. */
export function otherModel(list: readonly RunModel[], madeBy: readonly RunModel[]): string | undefined {
  for (const { role, info } of list) {
    const before = madeBy.find((model) => model.role === role);
    if (before !== undefined && before.info.hash !== info.hash) return `The ${role} of this run is ${before.info.name} (${before.info.hash.slice(0, 12)}), and ${info.name} (${info.hash.slice(0, 12)}) is set now: choose the same ${role} to go on.`;
  }
  return undefined;
}
