import assert from 'node:assert/strict';
import { SETTINGS } from '../../../src/vscode/manifest.ts';
import { parseServerSettings } from '../../../src/vscode/server-settings.ts';

type Values = Readonly<Partial<Record<keyof typeof SETTINGS, unknown>>>;
const KEY = 'sk-verysecret-123';
const HERE = { endpoints: ['http://127.0.0.1:8000'] };

function parse(values: Values) {
  const byId = new Map(Object.entries(values).map(([name, value]) => [SETTINGS[name as keyof typeof SETTINGS] as string, value]));
  return parseServerSettings((id) => byId.get(id));
}

function refusal(values: Values): string {
  const parsed = parse(values);
  assert.ok(!parsed.ok, 'it is refused');
  assert.equal(parsed.error.reason, 'setting-invalid');
  return parsed.error.message;
}

describe('settings of a served verifier', () => {
  it('are none where no endpoint is named, whatever the others say', () => {
    assert.deepEqual(parse({}), { ok: true, value: undefined });
    assert.deepEqual(parse({ endpoints: [], prompt: 'grpc', concurrency: -1 }), { ok: true, value: undefined });
  });

  it('have defaults, and addresses in one form, each once', () => {
    const parsed = parse({ endpoints: [' http://127.0.0.1:8000/ ', 'http://127.0.0.1:8000/v1', 'https://host/api/v3'] });
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.value, { endpoints: ['http://127.0.0.1:8000/v1', 'https://host/api/v3'], model: undefined, api: 'completions', concurrency: 64, keyVariable: undefined });
  });

  it('are taken as they are where they are right', () => {
    const parsed = parse({ ...HERE, servedModel: ' qwen ', prompt: 'chat', concurrency: 1024, keyVariable: 'SERVER_KEY' });
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.value, { endpoints: ['http://127.0.0.1:8000/v1'], model: 'qwen', api: 'chat', concurrency: 1024, keyVariable: 'SERVER_KEY' });
  });

  const wrong: readonly (readonly [string, Values, RegExp])[] = [
    ['no list', { endpoints: 'http://127.0.0.1:8000' }, /^"stepscope\.verifier\.endpoints" must be a list of addresses such as \["http:\/\/127\.0\.0\.1:8000"\]\.$/],
    ['no address', { endpoints: ['http://a', 'localhost:8000'] }, /^"stepscope\.verifier\.endpoints", entry 2: this is no address of a server: write it like http:\/\/127\.0\.0\.1:8000\.$/],
    ['no text', { endpoints: [8000] }, /entry 1: this is no address/],
    ['another protocol', { endpoints: ['file:///etc/passwd'] }, /entry 1: this is no address/],
    ['a query', { endpoints: ['http://host/v1?a=b'] }, /entry 1: the address has a query or a fragment: leave out what follows the path\.$/],
    ['a password', { endpoints: ['http://user:pass@host'] }, /entry 1: the address holds a user name or a password: leave them out, and give the key in Stepscope: Connect to Server…\.$/],
    ['an unknown form of the prompt', { ...HERE, prompt: 'grpc' }, /^"stepscope\.verifier\.prompt" must be one of "plain" and "chat"\.$/],
    ['a name that is no text', { ...HERE, servedModel: 7 }, /^"stepscope\.verifier\.servedModel" must be a text/],
    ...[0, 1025, 1.5, NaN, 'many', true].map((concurrency) => [`a concurrency of ${concurrency}`, { ...HERE, concurrency }, /^"stepscope\.verifier\.concurrency" must be a whole number from 1 to 1024\.$/] as const),
    ['a variable that has no such name', { ...HERE, keyVariable: 'MY KEY' }, /^"stepscope\.verifier\.keyVariable" must be the name of an environment variable/],
  ];
  for (const [what, values, message] of wrong) it(`refuses ${what} in one sentence that says what is allowed`, () => assert.match(refusal(values), message));

  it('repeats no key that was pasted into a wrong field', () => {
    const pasted: readonly Values[] = [
      { endpoints: [KEY] },
      { endpoints: KEY },
      { endpoints: [`http://user:${KEY}@host`] },
      { endpoints: [`http://${KEY}@host`] },
      { endpoints: [`http://host/v1?key=${KEY}`] },
      { endpoints: [`http://host/v1#${KEY}`] },
      { endpoints: [`ftp://:${KEY}@host`] },
      { ...HERE, keyVariable: KEY },
      { ...HERE, prompt: KEY },
      { ...HERE, concurrency: KEY },
    ];
    for (const values of pasted) assert.doesNotMatch(refusal(values), /verysecret/, JSON.stringify(values));
  });
});
