import type * as vscode from 'vscode';
import type { LanguageModel, ModelInfo } from '../core/model.ts';
import { bundledModelDirectory } from '../models/catalog.ts';
import { createEngine, type Engine } from '../models/onnx/engine.ts';
import type { Disposable } from './disposable.ts';
import { interruptible } from './interruptible.ts';
import { readSettings } from './settings.ts';

/** The verifier that the settings name: loaded when it is first asked for, never before. */
export interface VerifierModel extends Disposable {
  /** Loads the model. Rejects with a StepscopeError (ModelErrorReason). */
  load(signal: AbortSignal): Promise<LanguageModel>;
  /** What is known of the model without loading it: from this session, or from an earlier one. */
  info(): ModelInfo | undefined;
  /** Whether the settings name the bundled demonstration model. */
  isBundled(): boolean;
}

const REMEMBERED = 'stepscope.knownModels';
/** Folders whose model is remembered; the oldest goes first. */
const REMEMBERED_MODELS = 20;

export function createVerifierModel(
  context: vscode.ExtensionContext,
  log: (line: string) => void,
  onLearned: () => void,
): VerifierModel {
  let engine: Engine | undefined;
  let current: { readonly directory: string; readonly model: LanguageModel } | undefined;

  const directoryOf = (): string => readSettings().model || bundledModelDirectory(context.extensionPath, 'r-prm');
  const remembered = (): Record<string, ModelInfo> => context.globalState.get<Record<string, ModelInfo>>(REMEMBERED) ?? {};

  function remember(directory: string, info: ModelInfo): void {
    const known = remembered();
    const before = known[directory];
    if (before?.hash === info.hash && before.template === info.template) return;
    const others = Object.entries(known).filter(([name]) => name !== directory);
    void context.globalState.update(REMEMBERED, Object.fromEntries([...others, [directory, info]].slice(-REMEMBERED_MODELS)));
    onLearned();
  }

  function close(): void {
    engine?.dispose();
    engine = undefined;
    current = undefined;
  }

  return {
    async load(signal) {
      const directory = directoryOf();
      if (current?.directory === directory) return current.model;
      // One verifier is in memory at a time: a model of several gigabytes must not stay when another is set.
      if (current !== undefined) close();
      engine ??= createEngine({ enginePath: context.asAbsolutePath('dist/engine.js'), log });
      const model = await interruptible(engine.load(directory), signal);
      current = { directory, model };
      remember(directory, model.info);
      return model;
    },
    info() {
      const directory = directoryOf();
      return current?.directory === directory ? current.model.info : remembered()[directory];
    },
    isBundled: () => readSettings().model === '',
    dispose: close,
  };
}
