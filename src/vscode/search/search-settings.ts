import * as vscode from 'vscode';
import { AGGREGATES, defaultSearchSettings, PENALTIES, STRATEGIES, THINKING_MODES, type SearchSettings, type Strategy } from '../../core/search/settings.ts';
import { PROMPT_FORMS } from '../../core/verifier/settings.ts';
import { SETTINGS } from '../manifest.ts';
import { readSettings } from '../settings.ts';

/** The strategy that is set. */
export function readStrategy(): Strategy {
  const value: unknown = vscode.workspace.getConfiguration().get(SETTINGS.searchStrategy);
  return STRATEGIES.find((strategy) => strategy === value) ?? 'pats';
}

/**
 * The settings of a search by a strategy. What a person has set counts; what is not set is as published for the strategy,
 * which may be another value than the setting's default. Values that a hand-edited file may hold are brought into their range.
 */
export function readSearchSettings(strategy: Strategy): SearchSettings {
  const configuration = vscode.workspace.getConfiguration();
  const preset = defaultSearchSettings(strategy);
  const set = (id: string): unknown => {
    const found = configuration.inspect(id);
    const values: readonly unknown[] = [found?.workspaceFolderValue, found?.workspaceValue, found?.globalValue];
    return values.some((value) => value !== undefined) ? configuration.get(id) : undefined;
  };
  const number = (id: string, fallback: number, low: number, high: number): number => {
    const value = set(id);
    return typeof value === 'number' && Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : fallback;
  };
  const whole = (id: string, fallback: number, low: number, high: number): number => Math.round(number(id, fallback, low, high));
  const oneOf = <Name extends string>(id: string, names: readonly Name[], fallback: Name): Name => names.find((name) => name === set(id)) ?? fallback;
  const system = set(SETTINGS.policySystem);
  const maxTokens = whole(SETTINGS.searchMaxTokens, 0, 0, Number.MAX_SAFE_INTEGER);
  return {
    ...preset,
    policy: {
      prompt: oneOf(SETTINGS.policyPrompt, PROMPT_FORMS, preset.policy.prompt),
      ...(typeof system === 'string' && system.trim() !== '' && { system }),
      temperature: number(SETTINGS.policyTemperature, preset.policy.temperature, 0, 2),
      topP: number(SETTINGS.policyTopP, preset.policy.topP, 0.05, 1),
      maxStepTokens: whole(SETTINGS.policyMaxStepTokens, preset.policy.maxStepTokens, 8, 32768),
      maxSolutionTokens: whole(SETTINGS.policyMaxSolutionTokens, preset.policy.maxSolutionTokens, 16, 131072),
    },
    verifier: readSettings().verifier,
    thresholds: {
      good: number(SETTINGS.searchGood, preset.thresholds.good, 0, 1),
      low: number(SETTINGS.searchLow, preset.thresholds.low, 0, 1),
      bad: number(SETTINGS.searchBad, preset.thresholds.bad, 0, 1),
    },
    penalty: oneOf(SETTINGS.searchPenalty, PENALTIES, preset.penalty),
    initialMode: oneOf(SETTINGS.searchInitialMode, THINKING_MODES, preset.initialMode),
    samples: whole(SETTINGS.searchSamples, preset.samples, 1, 256),
    beams: whole(SETTINGS.searchBeams, preset.beams, 1, 16),
    aggregate: oneOf(SETTINGS.searchAggregate, AGGREGATES, preset.aggregate),
    budget: { rounds: whole(SETTINGS.searchMaxRounds, preset.budget.rounds, 1, 1000), ...(maxTokens > 0 && { tokens: maxTokens }) },
    seed: whole(SETTINGS.searchSeed, preset.seed, 0, 2 ** 31 - 1),
  };
}
