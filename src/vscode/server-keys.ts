import { t } from '@vscode/l10n';
import type * as vscode from 'vscode';
import { StepscopeError } from '../core/result.ts';
import { SETTINGS } from './manifest.ts';
import { originOf, type ServerChoice } from './server-settings.ts';

/** Keys of servers in the editor's secret storage, one for each origin. They are read when they are sent, and go nowhere else. */
export interface ServerKeys {
  /** Rejects with StepscopeError where the secret storage does not answer. */
  get(origin: string): Promise<string | undefined>;
  set(origin: string, key: string): Promise<void>;
  forget(origin: string): Promise<void>;
  /** The origins that have a key, in the order in which they got it. */
  origins(): readonly string[];
}

const PREFIX = 'stepscope.serverKey:';
/** The secret storage cannot list what it holds, so the origins are kept beside it. */
const ORIGINS = 'stepscope.serverKeyOrigins';

export function createServerKeys(secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>, state: Pick<vscode.Memento, 'get' | 'update'>): ServerKeys {
  const origins = (): readonly string[] => state.get<readonly string[]>(ORIGINS) ?? [];
  const others = (origin: string): readonly string[] => origins().filter((other) => other !== origin);
  return {
    origins,
    get: (origin) => guarded(origin, async () => secrets.get(PREFIX + origin)),
    async set(origin, key) {
      await guarded(origin, async () => secrets.store(PREFIX + origin, key));
      await state.update(ORIGINS, [...others(origin), origin]);
    },
    async forget(origin) {
      await guarded(origin, async () => secrets.delete(PREFIX + origin));
      await state.update(ORIGINS, others(origin));
    },
  };
}

/** A keyring that is locked or missing. What it says of itself is left out: it may repeat what it was given. */
async function guarded<T>(origin: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    throw new StepscopeError('server-refused', t('The secret storage of the editor does not answer, so the key of {0} is out of reach: unlock the keyring, or name an environment variable in "{1}".', origin, SETTINGS.keyVariable));
  }
}

/**
 * The key of each endpoint that has one: the one in the secret storage, else the one in the environment variable.
 * Rejects with StepscopeError `server-refused` where that is needed and not set; the sentence does not repeat its name, which
 * may be a key that was pasted into the wrong field.
 */
export async function keysOf(server: ServerChoice, keys: ServerKeys, environment: Readonly<Record<string, string | undefined>>): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const endpoint of server.endpoints) {
    const key = (await keys.get(originOf(endpoint))) ?? variable(server.keyVariable, environment);
    if (key !== undefined) found.set(endpoint, key);
  }
  return found;
}

function variable(name: string | undefined, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (name === undefined) return undefined;
  const key = environment[name]?.trim() ?? '';
  if (key !== '') return key;
  throw new StepscopeError('server-refused', t('The environment variable that "{0}" names is not set where the editor runs: set it before the editor starts, or give the key in Stepscope: Connect to Server….', SETTINGS.keyVariable));
}
