import * as vscode from 'vscode';
import type { SegmentOptions } from '../core/segment/segmenter.ts';
import { DEFAULT_VERIFIER_SETTINGS, PROMPT_FORMS, type VerifierSettings } from '../core/verifier/settings.ts';
import { SETTING_LIMITS, SETTINGS } from './manifest.ts';

export interface DisplaySettings {
  readonly inlineText: boolean;
  readonly gutter: boolean;
  readonly statusBar: boolean;
}

export interface Settings {
  readonly verifier: VerifierSettings;
  readonly display: DisplaySettings;
  /** A field is absent where the segmenter decides by itself. */
  readonly segmentation: SegmentOptions;
}

/**
 * Returns the settings as they are now. A value of the wrong type or out of range, as a hand-edited
 * settings file may hold, is brought to the nearest allowed one: the engine never sees it. settingFaults names it.
 */
export function readSettings(): Settings {
  const configuration = vscode.workspace.getConfiguration();
  const { number, whole } = numbersOf((id) => configuration.get(id));
  const flag = (id: string): boolean => configuration.get<unknown>(id) !== false;
  const language: unknown = configuration.get(SETTINGS.language);
  const planningWords = wordsOf(configuration.get<unknown>(SETTINGS.planningWords));
  const preset = DEFAULT_VERIFIER_SETTINGS;
  return {
    verifier: {
      mode: 'reasoned',
      prompt: PROMPT_FORMS.find((form) => form === configuration.get<unknown>(SETTINGS.prompt)) ?? preset.prompt,
      k: whole('samples', preset.k),
      temperature: number('temperature', preset.temperature),
      topP: number('topP', preset.topP),
      maxNewTokens: whole('maxNewTokens', preset.maxNewTokens),
      seed: whole('seed', preset.seed),
      threshold: number('threshold', preset.threshold),
    },
    display: {
      inlineText: flag(SETTINGS.inlineText),
      gutter: flag(SETTINGS.gutter),
      statusBar: flag(SETTINGS.statusBar),
    },
    segmentation: {
      ...(typeof language === 'string' && language.trim() !== '' && { language: language.trim() }),
      ...(planningWords !== undefined && { planningWords }),
    },
  };
}

/** Whether a person has set it, in any scope. */
export function isSet(configuration: vscode.WorkspaceConfiguration, id: string): boolean {
  const found = configuration.inspect(id);
  const values: readonly unknown[] = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue];
  return values.some((value) => value !== undefined);
}

/** Readers of numbers: a value that is none is the fallback, one out of range the nearest allowed one. `get` gives the value of a setting. */
export function numbersOf(get: (id: string) => unknown): Readonly<Record<'number' | 'whole', (name: LimitedSetting, fallback: number) => number>> {
  const number = (name: LimitedSetting, fallback: number): number => {
    const value = get(SETTINGS[name]);
    if (typeof value !== 'number' || !Number.isFinite(value)) return fallback;
    const [low, high] = SETTING_LIMITS[name];
    return Math.min(high, Math.max(low, value));
  };
  return { number, whole: (name, fallback) => Math.round(number(name, fallback)) };
}
type LimitedSetting = keyof typeof SETTING_LIMITS;

/** The words of lists by language; undefined where a hand-edited settings file holds none. */
function wordsOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const lists: unknown[] = Object.values(value);
  return lists.flat().filter((word) => typeof word === 'string');
}
