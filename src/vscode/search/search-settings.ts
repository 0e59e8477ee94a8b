import * as vscode from 'vscode';
import { AGGREGATES, defaultSearchSettings, PENALTIES, STRATEGIES, THINKING_MODES, type SearchSettings, type Strategy } from '../../core/search/settings.ts';
import { PROMPT_FORMS } from '../../core/verifier/settings.ts';
import { SETTINGS } from '../manifest.ts';
import { isSet, numbersOf, readSettings } from '../settings.ts';

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
  const set = (id: string): unknown => (isSet(configuration, id) ? configuration.get(id) : undefined);
  const { number, whole } = numbersOf(set);
  const oneOf = <Name extends string>(id: string, names: readonly Name[], fallback: Name): Name => names.find((name) => name === set(id)) ?? fallback;
  const system = set(SETTINGS.policySystem);
  const template = set(SETTINGS.policyTemplate);
  const endpoints = set(SETTINGS.policyEndpoints);
  // A server that continues a text keeps its chat template to itself.
  const form = Array.isArray(endpoints) && endpoints.length > 0 ? 'plain' : preset.policy.prompt;
  const limit = set(SETTINGS.searchMaxTokens);
  const maxTokens = typeof limit === 'number' && Number.isFinite(limit) ? Math.round(Math.min(limit, Number.MAX_SAFE_INTEGER)) : 0;
  return {
    ...preset,
    policy: {
      prompt: oneOf(SETTINGS.policyPrompt, PROMPT_FORMS, form),
      ...(typeof template === 'string' && template.trim() !== '' && { template }),
      ...(typeof system === 'string' && system.trim() !== '' && { system }),
      temperature: number('policyTemperature', preset.policy.temperature),
      topP: number('policyTopP', preset.policy.topP),
      maxStepTokens: whole('policyMaxStepTokens', preset.policy.maxStepTokens),
      maxSolutionTokens: whole('policyMaxSolutionTokens', preset.policy.maxSolutionTokens),
    },
    verifier: readSettings().verifier,
    thresholds: {
      good: number('searchGood', preset.thresholds.good),
      low: number('searchLow', preset.thresholds.low),
      bad: number('searchBad', preset.thresholds.bad),
    },
    penalty: oneOf(SETTINGS.searchPenalty, PENALTIES, preset.penalty),
    initialMode: oneOf(SETTINGS.searchInitialMode, THINKING_MODES, preset.initialMode),
    samples: whole('searchSamples', preset.samples),
    beams: whole('searchBeams', preset.beams),
    aggregate: oneOf(SETTINGS.searchAggregate, AGGREGATES, preset.aggregate),
    budget: { rounds: whole('searchMaxRounds', preset.budget.rounds), ...(maxTokens > 0 && { tokens: maxTokens }) },
    seed: whole('searchSeed', preset.seed),
  };
}
