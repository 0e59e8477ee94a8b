import { createHash } from 'node:crypto';
import path from 'node:path';
import process from 'node:process';
import * as vscode from 'vscode';
import type { LanguageModel } from '../core/model.ts';
import { StepscopeError, type Result } from '../core/result.ts';
import { chatInstruction } from '../core/verifier/chat-prompt.ts';
import type { VerifierMode } from '../core/verifier/score.ts';
import { bundledModelDirectory } from '../models/catalog.ts';
import { createEngine, type Engine } from '../models/onnx/engine.ts';
import type { EngineProgram } from '../models/onnx/engine-program.ts';
import { connect, type ServedLanguageModel } from '../models/openai/connect.ts';
import { sizeText } from './describe-verifier.ts';
import type { Disposable } from './disposable.ts';
import { editorEngine, engineNodePath } from './editor-engine.ts';
import { interruptible } from './interruptible.ts';
import { hashesOf, knownServer, serverKey, type KnownVerifier, type KnownVerifiers, type ModelHashes } from './known-verifiers.ts';
import { keysOf, type ServerKeys } from './server-keys.ts';
import type { ServerChoice } from './server-settings.ts';
import { VERIFIER, type ModelRole } from './model-role.ts';
import type { VerifierSummary } from './status-text.ts';
import { readVerifierChoice, type VerifierChoice } from './verifier-choice.ts';

/** The model that the settings name for a role, the verifier's unless said otherwise: loaded, or connected to, when it is first asked for, never before. */
export interface VerifierModel extends Disposable {
  /** Loads the model or connects to its servers. Rejects with a StepscopeError (ModelErrorReason, or `setting-invalid`). */
  load(mode: VerifierMode, signal: AbortSignal): Promise<LanguageModel>;
  /** What scores of this verifier are keyed by, as far as it is known without loading it. */
  hashes(): ModelHashes | undefined;
  /** One sentence for each thing to know when reading its scores. */
  notes(): readonly string[];
  /** What the status bar says of it, without loading it. */
  summary(): VerifierSummary;
  /** Lines about servers while they work: one is away, one is back, one asks to wait. */
  readonly onDidSay: vscode.Event<string>;
}

export interface VerifierModelDependencies {
  readonly role?: ModelRole;
  /** Which model plays it; the one that the settings name where absent. */
  readonly choice?: () => Result<VerifierChoice, 'setting-invalid'>;
  readonly context: vscode.ExtensionContext;
  readonly known: KnownVerifiers;
  readonly keys: ServerKeys;
  readonly log: (line: string) => void;
  /** A verifier with notes was loaded for the first time. */
  readonly onFirstUse: (name: string, notes: readonly string[]) => void;
}

type Open =
  | { readonly type: 'folder'; readonly directory: string; readonly nodePath: string | undefined; readonly model: LanguageModel }
  | { readonly type: 'server'; readonly identity: string; readonly model: ServedLanguageModel };

export function createVerifierModel({ role = VERIFIER, choice: readChoice = () => readVerifierChoice(role), context, known, keys, log, onFirstUse }: VerifierModelDependencies): VerifierModel {
  const said = new vscode.EventEmitter<string>();
  let engine: Engine | undefined;
  let engineProgram: EngineProgram | undefined;
  let open: Open | undefined;

  const current = (): KnownVerifier | undefined => {
    const choice = readChoice();
    if (!choice.ok) return undefined;
    return known.get(choice.value.type === 'server' ? serverKey(choice.value.server) : modelDirectory(context, role, choice.value));
  };

  function learn(key: string, verifier: KnownVerifier): void {
    const before = known.learn(key, verifier);
    const notes = verifier.capabilities?.notes ?? [];
    if (notes.length > 0 && notes.join() !== before?.capabilities?.notes?.join()) onFirstUse(verifier.name, notes);
  }

  function close(): void {
    engine?.dispose();
    engine = undefined;
    open = undefined;
  }

  async function loadFolder(directory: string, signal: AbortSignal): Promise<LanguageModel> {
    const nodePath = engineNodePath();
    if (open?.type === 'folder' && open.directory === directory && open.nodePath === nodePath) return open.model;
    // One model of a role is in memory at a time: a model of several gigabytes must not stay when another is set.
    if (open !== undefined) close();
    const program = await editorEngine(context);
    // One that failed to load its model may have another program by now.
    if (program.nodePath !== engineProgram?.nodePath) close();
    engine ??= createEngine({ ...program, log });
    engineProgram = program;
    const model = await interruptible(engine.load(directory), signal);
    open = { type: 'folder', directory, nodePath, model };
    learn(directory, { ...model.info, capabilities: model.capabilities });
    return model;
  }

  async function connectTo(server: ServerChoice, mode: VerifierMode, signal: AbortSignal): Promise<LanguageModel> {
    const found = await keysOf(server, keys, process.env);
    const instruction = server.api === 'chat' ? chatInstruction(mode) : undefined;
    // Everything that makes another connection. Hashed: a key is kept in no more places than it must.
    const identity = createHash('sha256').update(JSON.stringify([server, instruction ?? null, [...found]])).digest('hex');
    const same = open?.type === 'server' && open.identity === identity ? open.model : undefined;
    // Servers are restarted with other models while an editor stays open.
    if (same !== undefined && (await same.stillServed(signal))) return same;
    close();
    const model = await connect({ ...connectOptions(server, (endpoint) => found.get(endpoint)), ...(instruction === undefined ? {} : { instruction }), signal, log: say });
    open = { type: 'server', identity, model };
    learn(serverKey(server), knownServer(server, model));
    return model;
  }

  function say(line: string): void {
    log(line);
    said.fire(line);
  }

  return {
    async load(mode, signal) {
      const choice = readChoice();
      if (!choice.ok) throw new StepscopeError(choice.error.reason, choice.error.message);
      return choice.value.type === 'server' ? connectTo(choice.value.server, mode, signal) : loadFolder(modelDirectory(context, role, choice.value), signal);
    },
    hashes() {
      const verifier = current();
      return verifier === undefined ? undefined : hashesOf(verifier);
    },
    notes() {
      const choice = readChoice();
      if (choice.ok && choice.value.type === 'bundled') return [role.bundledNote];
      return current()?.capabilities?.notes ?? [];
    },
    summary() {
      const choice = readChoice();
      if (!choice.ok) return { name: vscode.l10n.t('no verifier'), detail: choice.error.message, wrong: true };
      const verifier = current();
      const name = choiceName(choice.value, verifier);
      return { name, detail: verifier === undefined ? vscode.l10n.t('{0}, not used yet', name) : `${name}, ${sizeText(verifier)}`, wrong: false };
    },
    onDidSay: said.event,
    dispose() {
      close();
      said.dispose();
    },
  };
}

/** The folder of a model that is not served. */
export function modelDirectory({ extensionPath }: Pick<vscode.ExtensionContext, 'extensionPath'>, role: ModelRole, choice: Exclude<VerifierChoice, { type: 'server' }>): string {
  return choice.type === 'folder' ? choice.folder : bundledModelDirectory(extensionPath, role.bundled);
}

/** What people call a verifier: the name that it told, or what the settings name it by. */
function choiceName(choice: VerifierChoice, known: KnownVerifier | undefined): string {
  switch (choice.type) {
    case 'bundled':
      return known?.name ?? 'r-prm';
    case 'folder':
      return known?.name ?? path.basename(choice.folder);
    case 'server':
      return known?.name ?? choice.server.model ?? choice.server.endpoints[0] ?? '';
  }
}

export function connectOptions({ endpoints, model, api, concurrency }: ServerChoice, key: (endpoint: string) => string | undefined) {
  return { endpoints, api, concurrency, key, ...(model === undefined ? {} : { model }) };
}
