import * as vscode from 'vscode';
import { GUESS_TEMPLATES, type GuessTemplateName } from '../../core/bias/guess-templates.ts';
import { DEFAULT_BIAS_SETTINGS, type BiasSettings } from '../../core/bias/settings.ts';
import { isRecord } from '../../core/is-record.ts';
import { SETTINGS } from '../manifest.ts';
import { isSet, numbersOf } from '../settings.ts';

/**
 * What the settings say to experiments on internal bias: how traces are read and guesses drawn, the policy's system turn, and how
 * long a solution may be where that is set. All else is as in the terminal. An empty list or object is the default; what a hand-edited
 * file holds that is not allowed is left out here and named by settingFaults.
 */
export function readBiasSettings(): BiasSettings {
  const configuration = vscode.workspace.getConfiguration();
  const get = (id: string): unknown => configuration.get<unknown>(id);
  const { whole } = numbersOf(get);
  const { guesses, detectors, trace, seed } = DEFAULT_BIAS_SETTINGS;
  const solution = numbersOf((id) => (isSet(configuration, id) ? get(id) : undefined));
  const system = get(SETTINGS.policySystem);
  const templates = list(get(SETTINGS.biasTemplates)).filter((name): name is GuessTemplateName => typeof name === 'string' && Object.hasOwn(GUESS_TEMPLATES, name));
  const temperatures = list(get(SETTINGS.biasTemperatures)).filter((value): value is number => typeof value === 'number' && value > 0 && value <= 2);
  return {
    ...DEFAULT_BIAS_SETTINGS,
    ...(typeof system === 'string' && system.trim() !== '' && { system }),
    guesses: { ...guesses, n: whole('biasGuesses', guesses.n), templates: filled(templates, guesses.templates), temperatures: filled(temperatures, guesses.temperatures) },
    detectors: {
      ...detectors,
      reflectionWords: wordLists(get(SETTINGS.biasReflectionWords), () => true) ?? detectors.reflectionWords,
      answerPatterns: wordLists(get(SETTINGS.biasAnswerPatterns), (pattern) => pattern.includes('{answer}')) ?? detectors.answerPatterns,
    },
    trace: { ...trace, maxNewTokens: solution.whole('policyMaxSolutionTokens', trace.maxNewTokens) },
    seed: whole('biasSeed', seed),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function filled<Value>(values: readonly Value[], fallback: readonly Value[]): readonly Value[] {
  return values.length > 0 ? [...new Set(values)] : fallback;
}

/** The lists by language; undefined where none holds anything that is allowed. */
function wordLists(value: unknown, allowed: (word: string) => boolean): Readonly<Record<string, readonly string[]>> | undefined {
  if (!isRecord(value)) return undefined;
  const lists = Object.entries(value).map(([language, words]) => [language, list(words).filter((word): word is string => typeof word === 'string' && word.trim() !== '' && allowed(word))] as const);
  return lists.some(([, words]) => words.length > 0) ? Object.fromEntries(lists) : undefined;
}
