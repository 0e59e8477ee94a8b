import { StepscopeError } from '../../core/result.ts';

/** Where a server is, and what it takes to be let in. `headers` hold secrets: they go into requests and nowhere else. */
export interface Endpoint {
  /** For example `http://127.0.0.1:8000/v1`: without credentials, so it may stand in messages. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Replaces every secret in a text that came from outside. */
  readonly redact: (text: string) => string;
}

/**
 * Reads the address of a server as a person writes it: with or without `/v1`, with or without `user:password@`.
 * Throws StepscopeError `server-refused` in one sentence that repeats no secret.
 */
export function parseEndpoint(address: string, key: string | undefined): Endpoint {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new StepscopeError('server-refused', `${withoutCredentials(address)} is no address of a server: write it like http://127.0.0.1:8000.`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  const plain = `${url.protocol}//${url.host}${path}`;
  if (url.search !== '' || url.hash !== '') throw new StepscopeError('server-refused', `${plain}: an address with a query or a fragment cannot be used; leave out what follows the path.`);
  const secrets = [key, url.username === '' ? undefined : decodeURIComponent(url.password), url.password].filter((secret) => secret !== undefined && secret !== '');
  const basic = url.username === '' ? undefined : Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64');
  if (basic !== undefined) secrets.push(basic);
  return {
    // A path that names a version is complete: /v1, or a gateway's /api/v3.
    url: /\/v\d+$/.test(path) ? plain : `${plain}/v1`,
    headers: key !== undefined ? { authorization: `Bearer ${checkedKey(key, plain)}` } : basic !== undefined ? { authorization: `Basic ${basic}` } : {},
    redact: (text) => secrets.reduce<string>((clean, secret) => clean.replaceAll(secret ?? '', '***'), text),
  };
}

/** The key in an environment variable. Throws `server-refused` where it is not set. */
export function keyFromEnvironment(name: string, environment: Readonly<Record<string, string | undefined>>): string {
  const key = environment[name]?.trim();
  if (key === undefined || key === '') throw new StepscopeError('server-refused', `The environment variable ${name}, which should hold the key of the server, is not set.`);
  return key;
}

/** A header that cannot be sent makes fetch throw with the header in its message. */
function checkedKey(key: string, url: string): string {
  if (!/^[\x21-\x7e]+$/.test(key)) throw new StepscopeError('server-refused', `The key for ${url} has characters that no key has (spaces, line breaks or others): copy it again.`);
  return key;
}

function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^/]*@/, '//');
}
