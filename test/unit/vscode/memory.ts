import type * as vscode from 'vscode';

/** State and secrets of an extension, in memory; `dump` is all that was ever written to either. */
export function memoryStores() {
  const state = new Map<string, unknown>();
  const secrets = new Map<string, string>();
  const memento: Pick<vscode.Memento, 'get' | 'update'> = {
    get: (key: string) => state.get(key),
    update(key, value) {
      // As the editor keeps it: through JSON.
      state.set(key, JSON.parse(JSON.stringify(value)));
      return Promise.resolve();
    },
  };
  const storage: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'> = {
    get: (key) => Promise.resolve(secrets.get(key)),
    store: (key, value) => Promise.resolve(void secrets.set(key, value)),
    delete: (key) => Promise.resolve(void secrets.delete(key)),
  };
  return { memento, storage, secrets, stateText: () => JSON.stringify([...state]) };
}
