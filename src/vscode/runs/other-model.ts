import { t } from '@vscode/l10n';
import type { RunModel } from '../../core/run/run.ts';

/** One sentence where what a run has was made by another model than the one that would go on with it. */
export function otherModel(list: readonly RunModel[], madeBy: readonly RunModel[]): string | undefined {
  for (const [at, { role, info }] of list.entries()) {
    // Several may have one role: each goes on with its own part.
    const place = list.slice(0, at).filter((model) => model.role === role).length;
    const before = madeBy.filter((model) => model.role === role)[place];
    if (before === undefined || before.info.hash === info.hash) continue;
    const [name, hash] = [before.info.name, before.info.hash.slice(0, 12)];
    const [nameNow, hashNow] = [info.name, info.hash.slice(0, 12)];
    return role === 'verifier'
      ? t('The verifier of this run is {0} ({1}), and {2} ({3}) is set now: choose the same verifier to go on.', name, hash, nameNow, hashNow)
      : t('The policy of this run is {0} ({1}), and {2} ({3}) is set now: choose the same policy to go on.', name, hash, nameNow, hashNow);
  }
  return undefined;
}
