import { t } from '@vscode/l10n';
import type { BundledModel } from '../models/catalog.ts';
import { SETTINGS } from './manifest.ts';

/** The settings that name a model, where it is served and how it is asked. */
export interface ModelSettingNames {
  readonly model: string;
  readonly endpoints: string;
  readonly servedModel: string;
  readonly concurrency: string;
  readonly keyVariable: string;
  readonly prompt: string;
}

/** A part that a model plays. Each has settings of its own, and a bundled model that plays it where nothing is set. */
export interface ModelRole {
  readonly name: 'verifier' | 'policy';
  /** What it does, for a list. */
  readonly about: string;
  readonly settings: ModelSettingNames;
  readonly bundled: BundledModel;
  /** The form of the prompt of the bundled model: what the setting says where it is not set. */
  readonly prompt: 'plain' | 'chat';
  /** What to know when reading what the bundled model writes. */
  readonly bundledNote: string;
}

export const VERIFIER: ModelRole = {
  name: 'verifier',
  get about() {
    return t('The model that scores steps');
  },
  settings: { model: SETTINGS.model, endpoints: SETTINGS.endpoints, servedModel: SETTINGS.servedModel, concurrency: SETTINGS.concurrency, keyVariable: SETTINGS.keyVariable, prompt: SETTINGS.prompt },
  bundled: 'r-prm',
  prompt: 'plain',
  get bundledNote() {
    return t('The bundled model is a demonstration model of 29 million parameters: read its scores as such.');
  },
};

export const POLICY: ModelRole = {
  name: 'policy',
  get about() {
    return t('The model that writes the steps');
  },
  settings: {
    model: SETTINGS.policyModel,
    endpoints: SETTINGS.policyEndpoints,
    servedModel: SETTINGS.policyServedModel,
    concurrency: SETTINGS.policyConcurrency,
    keyVariable: SETTINGS.policyKeyVariable,
    prompt: SETTINGS.policyPrompt,
  },
  bundled: 'reasoner',
  prompt: 'chat',
  get bundledNote() {
    return t('The bundled policy is a demonstration model of 29 million parameters: it solves short arithmetic stories.');
  },
};
