import * as vscode from 'vscode';
import { DEFAULT_BIAS_SETTINGS, type BiasSettings } from '../../core/bias/settings.ts';
import { SETTINGS } from '../manifest.ts';
import { isSet, numbersOf } from '../settings.ts';

/** What the settings say to experiments on internal bias: the policy's system turn, and how long a solution may be where that is set. All else is as in the terminal. */
export function readBiasSettings(): BiasSettings {
  const configuration = vscode.workspace.getConfiguration();
  const set = (id: string): unknown => (isSet(configuration, id) ? configuration.get(id) : undefined);
  const system = set(SETTINGS.policySystem);
  const { whole } = numbersOf(set);
  const { trace, ...preset } = DEFAULT_BIAS_SETTINGS;
  return {
    ...preset,
    ...(typeof system === 'string' && system.trim() !== '' && { system }),
    trace: { ...trace, maxNewTokens: whole('policyMaxSolutionTokens', trace.maxNewTokens) },
  };
}
