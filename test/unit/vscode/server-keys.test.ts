import assert from 'node:assert/strict';
import { StepscopeError } from '../../../src/core/result.ts';
import { createServerKeys, keysOf } from '../../../src/vscode/server-keys.ts';
import type { ServerChoice } from '../../../src/vscode/server-settings.ts';
import { memoryStores } from './memory.ts';

const KEY = 'sk-verysecret-123';
const A = 'http://127.0.0.1:8000';
const B = 'https://example.org';

function server(endpoints: readonly string[], keyVariable?: string): ServerChoice {
  return { endpoints, model: undefined, api: 'completions', concurrency: 1, keyVariable };
}

function open() {
  const stores = memoryStores();
  return { ...stores, keys: createServerKeys(stores.storage, stores.memento) };
}

describe('keys of servers', () => {
  it('are kept by origin in the secret storage, and only the origin in the state', async () => {
    const { keys, secrets, stateText } = open();
    await keys.set(A, KEY);
    await keys.set(B, 'other');
    await keys.set(A, KEY);
    assert.equal(await keys.get(A), KEY);
    assert.deepEqual(keys.origins(), [B, A]);
    assert.deepEqual([...secrets.values()].sort(), ['other', KEY].sort());
    assert.doesNotMatch(stateText(), /verysecret/);
    await keys.forget(A);
    assert.equal(await keys.get(A), undefined);
    assert.deepEqual([keys.origins(), [...secrets.values()]], [[B], ['other']]);
  });

  it('go to the endpoints of their origin, whatever the path, and to no other', async () => {
    const { keys } = open();
    await keys.set(A, KEY);
    const found = await keysOf(server([`${A}/v1`, `${A}/api/v3`, 'http://127.0.0.1:8001/v1', `${B}/v1`]), keys, {});
    assert.deepEqual([...found], [[`${A}/v1`, KEY], [`${A}/api/v3`, KEY]]);
  });

  it('come from the environment where the secret storage has none', async () => {
    const { keys } = open();
    await keys.set(A, KEY);
    const found = await keysOf(server([`${A}/v1`, `${B}/v1`], 'SERVER_KEY'), keys, { SERVER_KEY: ' from-environment\n' });
    assert.deepEqual([...found], [[`${A}/v1`, KEY], [`${B}/v1`, 'from-environment']]);
  });

  it('that are not set are named by the setting, not by what stands in it', async () => {
    const { keys } = open();
    // A key that looks like a name, pasted into the wrong field.
    await assert.rejects(keysOf(server([`${A}/v1`], 'verysecret123'), keys, { verysecret123: ' ' }), (error: unknown) => {
      assert.ok(error instanceof StepscopeError);
      assert.match(error.message, /^The environment variable that "stepscope\.verifier\.keyVariable" names is not set/);
      assert.doesNotMatch(error.message, /verysecret/);
      return true;
    });
    await keys.set(A, KEY);
    assert.equal((await keysOf(server([`${A}/v1`], 'NOT_NEEDED'), keys, {})).size, 1);
  });

  it('out of reach say so in one sentence that repeats nothing of what the keyring says', async () => {
    const { memento, storage, stateText } = memoryStores();
    const locked = (): Promise<never> => Promise.reject(new Error(`no keyring for ${KEY}`));
    const keys = createServerKeys({ ...storage, get: locked, store: locked, delete: locked }, memento);
    for (const attempt of [() => keys.get(A), () => keys.set(A, KEY), () => keys.forget(A)]) {
      await assert.rejects(attempt(), (error: unknown) => {
        assert.ok(error instanceof StepscopeError);
        assert.match(error.message, /^The secret storage of the editor does not answer, so the key of http:\/\/127\.0\.0\.1:8000 is out of reach/);
        assert.doesNotMatch(error.message + String(error.stack), /verysecret/);
        return true;
      });
    }
    assert.deepEqual(keys.origins(), []);
    assert.doesNotMatch(stateText(), /verysecret/);
  });
});
