import type * as vscode from 'vscode';
import type { ModelCapabilities, ModelInfo } from '../core/model.ts';
import { chatInstruction } from '../core/verifier/chat-prompt.ts';
import type { ModelIdentity } from '../core/verifier/key.ts';
import type { VerifierMode } from '../core/verifier/score.ts';
import { servedHash, type ServedLanguageModel } from '../models/openai/connect.ts';
import type { ServerChoice } from './server-settings.ts';

/** What scores are keyed by: a served chat model is told something else in each mode, a local one has a chat template. */
export interface ModelHashes extends Readonly<Record<VerifierMode, string>> {
  /** See ModelInfo.template. */
  readonly template?: string;
}

/** What is remembered of a verifier that was loaded, or connected to, on this machine. */
export interface KnownVerifier extends ModelInfo {
  /** Absent in what earlier versions remembered. */
  readonly capabilities?: ModelCapabilities;
  /** Where `hash` is not that of both modes. */
  readonly hashes?: ModelHashes;
  /** Of a served model; absent for a folder. */
  readonly server?: ServerChoice;
}

export interface KnownVerifiers {
  get(key: string): KnownVerifier | undefined;
  /** By key, oldest first. A key is a folder, or what serverKey gives. */
  all(): readonly (readonly [string, KnownVerifier])[];
  /** Returns what was known before. */
  learn(key: string, verifier: KnownVerifier): KnownVerifier | undefined;
}

const REMEMBERED = 'stepscope.knownModels';
/** Verifiers that are remembered; the oldest goes first. */
const MOST = 20;

/** `onLearned` is called when the scores of a verifier are keyed by something else than before. */
export function createKnownVerifiers(state: Pick<vscode.Memento, 'get' | 'update'>, onLearned: () => void): KnownVerifiers {
  const remembered = (): Readonly<Record<string, KnownVerifier>> => state.get<Record<string, KnownVerifier>>(REMEMBERED) ?? {};
  return {
    get: (key) => remembered()[key],
    all: () => Object.entries(remembered()),
    learn(key, verifier) {
      const before = remembered()[key];
      if (JSON.stringify(before) === JSON.stringify(verifier)) return before;
      const others = Object.entries(remembered()).filter(([name]) => name !== key);
      void state.update(REMEMBERED, Object.fromEntries([...others, [key, verifier]].slice(-MOST)));
      if (before === undefined || JSON.stringify(hashesOf(before)) !== JSON.stringify(hashesOf(verifier))) onLearned();
      return before;
    },
  };
}

/** Concurrency and the name of a variable make no other model. */
export function serverKey({ endpoints, model, api }: ServerChoice): string {
  return JSON.stringify([...endpoints, model ?? null, api]);
}

export function hashesOf({ hash, hashes, template }: KnownVerifier): ModelHashes {
  return { ...(hashes ?? { reasoned: hash, direct: hash }), ...(template === undefined ? {} : { template }) };
}

export function identityOf(hashes: ModelHashes, mode: VerifierMode): ModelIdentity {
  return { hash: hashes[mode], ...(hashes.template === undefined ? {} : { template: hashes.template }) };
}

/** What is remembered of servers that answered. */
export function knownServer(server: ServerChoice, { info, capabilities, facts }: ServedLanguageModel): KnownVerifier {
  const [first] = facts.values();
  const hash = (mode: VerifierMode): string => (first === undefined ? info.hash : servedHash(first, server.api, server.api === 'chat' ? chatInstruction(mode) : undefined));
  return { ...info, hash: hash('reasoned'), hashes: { reasoned: hash('reasoned'), direct: hash('direct') }, capabilities, server };
}
