import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result.ts';
import { PROMPT_FORMS } from '../core/verifier/settings.ts';
import type { ServerApi } from '../models/openai/ask.ts';
import { parseEndpoint } from '../models/openai/endpoint.ts';
import { SETTING_LIMITS } from './manifest.ts';
import { VERIFIER, type ModelRole, type ModelSettingNames } from './model-role.ts';

/** A served verifier as the settings name it. Holds no key. */
export interface ServerChoice {
  /** Addresses such as `http://127.0.0.1:8000/v1`, without credentials, each once; at least one. */
  readonly endpoints: readonly string[];
  /** The servers' name of the model; the only one they serve where it is undefined. */
  readonly model: string | undefined;
  /** By the form of the prompt: `chat` through the server's chat template. */
  readonly api: ServerApi;
  /** Requests at once to each endpoint. */
  readonly concurrency: number;
  /** The environment variable that holds the key of endpoints that have none in the secret storage. */
  readonly keyVariable: string | undefined;
}

export const DEFAULT_CONCURRENCY = 64;
export const MAX_CONCURRENCY = SETTING_LIMITS.concurrency[1];

/**
 * Reads the settings of a served verifier; the value is undefined where no endpoint is named. An invalid value is an error in
 * one sentence that names the setting and what is allowed. It does not repeat the value: people paste keys into wrong fields.
 */
export function parseServerSettings(get: (id: string) => unknown, role: ModelRole = VERIFIER): Result<ServerChoice | undefined, 'setting-invalid'> {
  const { settings } = role;
  const invalid = (name: keyof ModelSettingNames, sentence: (id: string) => string) => fail('setting-invalid', sentence(settings[name]));
  const listed = get(settings.endpoints) ?? [];
  if (!Array.isArray(listed)) return invalid('endpoints', (id) => t('"{0}" must be a list of addresses such as ["http://127.0.0.1:8000"].', id));
  if (listed.length === 0) return ok(undefined);
  const endpoints: string[] = [];
  for (const [index, address] of listed.entries()) {
    const parsed = parseAddress(address);
    if (!parsed.ok) return fail('setting-invalid', t('"{0}", entry {1}: {2}', settings.endpoints, index + 1, parsed.error.message));
    endpoints.push(parsed.value);
  }
  const model = get(settings.servedModel) ?? '';
  if (typeof model !== 'string') return invalid('servedModel', (id) => t('"{0}" must be a text: the server’s name of the model, or empty where it serves one.', id));
  const form = PROMPT_FORMS.find((name) => name === (get(settings.prompt) ?? role.prompt));
  if (form === undefined) return invalid('prompt', (id) => t('"{0}" must be one of "{1}" and "{2}".', id, PROMPT_FORMS[0], PROMPT_FORMS[1]));
  const concurrency = get(settings.concurrency) ?? DEFAULT_CONCURRENCY;
  if (typeof concurrency !== 'number' || !Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    return invalid('concurrency', (id) => t('"{0}" must be a whole number from 1 to {1}.', id, MAX_CONCURRENCY));
  }
  const keyVariable = get(settings.keyVariable) ?? '';
  if (typeof keyVariable !== 'string' || !/^([A-Za-z_]\w*)?$/.test(keyVariable.trim())) {
    return invalid('keyVariable', (id) => t('"{0}" must be the name of an environment variable (letters, digits and underscores) or empty; a key itself is given in Stepscope: Connect to Server….', id));
  }
  return ok({
    endpoints: [...new Set(endpoints)],
    model: model.trim() === '' ? undefined : model.trim(),
    // A policy goes on from a text that it has begun, which a chat API does not let it do.
    api: form === 'chat' && role.name === 'verifier' ? 'chat' : 'completions',
    concurrency,
    keyVariable: keyVariable.trim() === '' ? undefined : keyVariable.trim(),
  });
}

/** Returns the address as it is asked and shown, or the end of a sentence, which does not repeat what may be a secret. */
export function parseAddress(address: unknown): Result<string, 'setting-invalid'> {
  const text = typeof address === 'string' ? address.trim() : '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return fail('setting-invalid', t('this is no address of a server: write it like http://127.0.0.1:8000.'));
  if (url.username !== '' || url.password !== '') {
    return fail('setting-invalid', t('the address holds a user name or a password: leave them out, and give the key in Stepscope: Connect to Server….'));
  }
  if (url.search !== '' || url.hash !== '') return fail('setting-invalid', t('the address has a query or a fragment: leave out what follows the path.'));
  return ok(parseEndpoint(text, undefined).url);
}

/** What a key is kept by. */
export function originOf(endpoint: string): string {
  return new URL(endpoint).origin;
}
