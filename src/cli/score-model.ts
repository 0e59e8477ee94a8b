import path from 'node:path';
import process from 'node:process';
import { chatInstruction } from '../core/verifier/chat-prompt.ts';
import { PROMPT_FORMS, type PromptForm, type VerifierSettings } from '../core/verifier/settings.ts';
import type { LanguageModel } from '../core/model.ts';
import { bundledModelDirectory, type BundledModel } from '../models/catalog.ts';
import { createEngine, type Engine } from '../models/onnx/engine.ts';
import { connect, type ServerOptions } from '../models/openai/connect.ts';
import { keyFromEnvironment } from '../models/openai/endpoint.ts';
import { readChoice, readNumber, UsageError } from './usage.ts';

/** The options of `score` that choose the model. */
export const MODEL_OPTIONS = {
  model: { type: 'string' },
  prompt: { type: 'string' },
  endpoint: { type: 'string', multiple: true },
  api: { type: 'string' },
  concurrency: { type: 'string' },
  'key-env': { type: 'string' },
} as const;

interface ModelValues {
  readonly model?: string | undefined;
  readonly prompt?: string | undefined;
  readonly endpoint?: readonly string[] | undefined;
  readonly api?: string | undefined;
  readonly concurrency?: string | undefined;
  readonly 'key-env'?: string | undefined;
}

/** Where the scores come from. */
export interface ModelSource {
  /** Loads or connects once. Throws StepscopeError. */
  load(): Promise<LanguageModel>;
  /** Rows to score at once: a local model is kept busy by one. */
  readonly rows: number;
  dispose(): void;
}

/** `--prompt`; with a server also `--api`, which says the same in the words of its API. */
export function promptForm({ prompt, api }: ModelValues): PromptForm {
  const form = readChoice('prompt', prompt, PROMPT_FORMS);
  if (api === undefined) return form;
  const said = readChoice('api', api, ['completions', 'chat']) === 'chat' ? 'chat' : 'plain';
  if (prompt !== undefined && said !== form) throw new UsageError(`--prompt ${form} and --api ${api} contradict each other: leave out --api.`);
  return said;
}

/** The verifier that the options name. `root` is the package's folder. */
export function modelSource(values: ModelValues, { mode, prompt }: Pick<VerifierSettings, 'mode' | 'prompt'>, root: string, log: (line: string) => void, signal: AbortSignal): ModelSource {
  return openSource(values, 'r-prm', prompt === 'chat' ? { api: 'chat', instruction: chatInstruction(mode) } : { api: 'completions' }, root, log, signal);
}

/** The policy that the options name: asked through its own chat template, or with prompts that are written elsewhere. */
export function policySource(values: ModelValues, root: string, log: (line: string) => void, signal: AbortSignal): ModelSource {
  return openSource(values, 'reasoner', { api: 'completions' }, root, log, signal);
}

type Speech = Pick<ServerOptions, 'api' | 'instruction'>;

function openSource(values: ModelValues, bundled: BundledModel, speech: Speech, root: string, log: (line: string) => void, signal: AbortSignal): ModelSource {
  if ((values.endpoint ?? []).length > 0) return servedModel(values, speech, log, signal);
  for (const name of ['api', 'concurrency', 'key-env'] as const) {
    if (values[name] !== undefined) throw new UsageError(`--${name} goes with --endpoint: name the address of a server.`);
  }
  const engine = createEngine({ enginePath: enginePath(root) });
  return { ...localModel(engine, values.model, bundled, root, log), dispose: () => engine.dispose() };
}

export function enginePath(root: string): string {
  return path.join(root, 'dist', 'engine.js');
}

type ServerValues = Pick<ModelValues, 'model' | 'endpoint' | 'concurrency' | 'key-env'>;

/** A model behind servers. */
export function servedModel(values: ServerValues, speech: Speech, log: (line: string) => void, signal: AbortSignal): ModelSource {
  const { endpoint: endpoints = [] } = values;
  const concurrency = readNumber('concurrency', values.concurrency, 64, { min: 1, max: 10_000, integer: true });
  const variable = values['key-env'];
  let model: Promise<LanguageModel> | undefined;
  const open = async () => {
    const served = await connect({
      endpoints,
      concurrency,
      signal,
      log,
      ...speech,
      ...(values.model === undefined ? {} : { model: values.model }),
      ...(variable === undefined ? {} : { key: keyFromEnvironment(variable, process.env) }),
    });
    logNotes(served, log);
    return served;
  };
  // A row has at least one step: enough rows keep every place at every server taken.
  return { load: () => (model ??= open()), rows: concurrency * endpoints.length, dispose: () => undefined };
}

/** A model of an engine, which several may share: a folder or .onnx file, or the bundled one. */
export function localModel(engine: Engine, folder: string | undefined, bundled: BundledModel, root: string, log: (line: string) => void): ModelSource {
  const open = async () => {
    const model = await engine.load(path.resolve(folder ?? bundledModelDirectory(root, bundled)));
    logNotes(model, log);
    return model;
  };
  let model: Promise<LanguageModel> | undefined;
  return { load: () => (model ??= open()), rows: 1, dispose: () => undefined };
}

function logNotes({ info, capabilities }: LanguageModel, log: (line: string) => void): void {
  for (const note of capabilities.notes ?? []) log(`${info.name}: ${note}`);
}
