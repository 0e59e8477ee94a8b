import * as vscode from 'vscode';
import type { SegmentOptions } from '../core/segment/segmenter.ts';
import { DEFAULT_VERIFIER_SETTINGS, PROMPT_FORMS, type VerifierSettings } from '../core/verifier/settings.ts';
import { MAX_SAMPLES } from './annotations.ts';
import { SETTINGS } from './manifest.ts';

export interface DisplaySettings {
  readonly inlineText: boolean;
  readonly gutter: boolean;
  readonly statusBar: boolean;
}

export interface Settings {
  readonly verifier: VerifierSettings;
  /** Folder of the verifier model; empty means the bundled one. */
  readonly model: string;
  readonly display: DisplaySettings;
  /** A field is absent where the segmenter decides by itself. */
  readonly segmentation: SegmentOptions;
}

/**
 * Returns the settings as they are now. A value of the wrong type or out of range, as a hand-edited
 * settings file may hold, is brought to the nearest allowed one: the engine never sees it.
 */
export function readSettings(): Settings {
  const configuration = vscode.workspace.getConfiguration();
  const number = (id: string, fallback: number, low: number, high: number): number => {
    const value: unknown = configuration.get(id);
    if (typeof value !== 'number' || !Number.isFinite(value)) return fallback;
    return Math.min(high, Math.max(low, value));
  };
  const whole = (id: string, fallback: number, low: number, high: number): number =>
    Math.round(number(id, fallback, low, high));
  const flag = (id: string): boolean => configuration.get<unknown>(id) !== false;
  const model: unknown = configuration.get(SETTINGS.model);
  const language: unknown = configuration.get(SETTINGS.language);
  const planningWords = wordsOf(configuration.get<unknown>(SETTINGS.planningWords));
  const preset = DEFAULT_VERIFIER_SETTINGS;
  return {
    verifier: {
      mode: 'reasoned',
      prompt: PROMPT_FORMS.find((form) => form === configuration.get<unknown>(SETTINGS.prompt)) ?? preset.prompt,
      k: whole(SETTINGS.samples, preset.k, 1, MAX_SAMPLES),
      temperature: number(SETTINGS.temperature, preset.temperature, 0.05, 2),
      topP: number(SETTINGS.topP, preset.topP, 0.05, 1),
      maxNewTokens: whole(SETTINGS.maxNewTokens, preset.maxNewTokens, 16, 32768),
      seed: whole(SETTINGS.seed, preset.seed, 0, 0xffff_ffff),
      threshold: number(SETTINGS.threshold, preset.threshold, 0, 1),
    },
    model: typeof model === 'string' ? model.trim() : '',
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

/** The words of lists by language; undefined where a hand-edited settings file holds none. */
function wordsOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const lists: unknown[] = Object.values(value);
  return lists.flat().filter((word) => typeof word === 'string');
}
