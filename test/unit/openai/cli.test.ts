import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { jsonLines as lines, runCli } from '../cli/run-cli.ts';
import { FAKE_MODEL } from './fake-model.ts';
import { isWork, sendJson } from './fake-server.ts';
import { LLAMA_CPP, OLLAMA } from './flavours.ts';
import { servers } from './serving.ts';

const KEY = 'sk-verysecret-123';

const stepscope = (...args: readonly string[]) => runCli(args, { SERVER_KEY: KEY });

describe('stepscope score --endpoint', function () {
  this.timeout(60_000);
  const { start, stop } = servers();
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-served-'))));
  after(() => rmSync(work, { recursive: true, force: true }));
  afterEach(stop);
  const rows = (n: number) => {
    const file = path.join(work, 'rows.jsonl');
    writeFileSync(file, Array.from({ length: n }, (_, i) => JSON.stringify({ problem: 'How many?', steps: ['right a', i % 2 === 0 ? 'right b' : 'wrong b'] })).join('\n'));
    return file;
  };

  it('scores many rows at once on two servers, and prints them in order', async () => {
    // Earlier rows take longer, so that only the printing can put them in order.
    const before = () => new Promise<void>((resolve) => setTimeout(resolve, 30 * Math.random()));
    const list = [await start({ before }), await start({ before, flavour: LLAMA_CPP, id: 'r-prm' })];
    const [a, b] = list;
    const alone = await stepscope('score', rows(12), '--endpoint', a?.url ?? '', '--json', '--concurrency', '4');
    assert.deepEqual([alone.code, alone.stderr], [0, '']);
    const printed = lines(alone.stdout);
    assert.deepEqual(printed.map((line) => [line['row'], line['step'] ?? 'end']), Array.from({ length: 12 }, (_, row) => [[row, 0], [row, 1], [row, 'end']]).flat());
    assert.deepEqual(printed.filter((line) => 'summary' in line).map(({ summary }) => (summary as { firstError: number }).firstError), Array.from({ length: 12 }, (_, row) => (row % 2 === 0 ? -1 : 1)));
    const made = printed.find((line) => 'summary' in line)?.['model'] as { name: string; weights: string };
    assert.equal(made.weights, 'as served by vllm');
    assert.equal(printed[0]?.['model'], made.name);
    // Two programs that say different things of their model cannot be told to serve the same one.
    const mixed = await stepscope('score', rows(1), '--endpoint', a?.url ?? '', '--endpoint', b?.url ?? '', '--json');
    assert.deepEqual([mixed.code, mixed.stdout], [2, '']);
    const both = [await start({ before }), await start({ before })];
    const { code, stdout } = await stepscope('score', rows(12), ...both.flatMap(({ url }) => ['--endpoint', url]), '--json', '--concurrency', '4');
    assert.equal(code, 0);
    const timeless = (text: string) => text.replace(/"seconds":[\d.e-]+/g, '');
    assert.equal(timeless(stdout), timeless(alone.stdout));
    for (const server of both) assert.ok(server.asked.some(isWork));
  });

  it('says how far P(Yes) may be off, and why it is missing', async () => {
    const shy = await start({ model: { ...FAKE_MODEL, top: (text) => FAKE_MODEL.top(text).slice(0, 1) } });
    const [first] = lines((await stepscope('score', rows(1), '--endpoint', shy.url, '--json')).stdout);
    const [sample] = first?.['samples'] as { pYes: number; pYesBound: number }[];
    assert.ok(sample !== undefined && sample.pYesBound > 0 && sample.pYesBound < 0.1);
    const blind = await start({ flavour: OLLAMA });
    const { code, stdout, stderr } = await stepscope('score', rows(2), '--endpoint', blind.url, '--json');
    assert.equal(code, 2);
    assert.match(stderr, /row 0: Step 1: http:.*returns no log-probabilities/);
    const printed = lines(stdout);
    assert.deepEqual([printed[0]?.['score'], printed[0]?.['hard'], printed[0]?.['verdict']], [null, 1, 'Yes']);
    // Judged by the verdicts, as in the editor.
    const found = printed.flatMap(({ summary }) => (summary === undefined ? [] : [summary as { firstError: number; scored: number; min: number | null }]));
    assert.deepEqual(found.map(({ firstError, scored, min }) => [firstError, scored, min]), [[-1, 2, null], [1, 2, null]]);
    const table = (await stepscope('score', rows(2), '--endpoint', blind.url)).stdout;
    assert.match(table, /2 {2}No {5}✗ error/);
    assert.match(table, /first error: step 2/);
  });

  it('takes the key from the environment, and prints it nowhere', async () => {
    const server = await start({ misbehave: (response, { headers }) => (sendJson(response, 401, { error: { message: `bad key: ${headers.authorization ?? ''}` } }), true) });
    const { code, stdout, stderr } = await stepscope('score', rows(1), '--endpoint', server.url, '--key-env', 'SERVER_KEY', '--json');
    assert.equal(server.asked[0]?.headers.authorization, `Bearer ${KEY}`);
    assert.equal(code, 2);
    assert.match(stderr, /does not accept the key/);
    assert.doesNotMatch(stdout + stderr, /verysecret/);
  });

  it('sends a general model the instruction through its chat template', async () => {
    const server = await start();
    const { code, stdout } = await stepscope('score', rows(1), '--endpoint', server.url, '--prompt', 'chat', '--model', 'r-prm');
    assert.equal(code, 0);
    assert.match(stdout, /r-prm \(as served by vllm\), K=1 greedy, chat prompt, threshold/);
    // In the words of the API it is the same.
    const timeless = (text: string) => text.replace(/in [\d.]+ s/g, '');
    assert.equal(timeless((await stepscope('score', rows(1), '--endpoint', server.url, '--api', 'chat', '--model', 'r-prm')).stdout), timeless(stdout));
    const messages = server.asked.at(-1)?.body['messages'] as { role: string; content: string }[];
    assert.match(messages[0]?.content ?? '', /\*\*Consistency Analysis\*\*[\s\S]*Is the step correct \(Yes\/No\)\? X$/);
  });

  describe('bad input: exit code 2, one sentence', () => {
    const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['no server there', ['--endpoint', 'http://127.0.0.1:1'], /The connection to http:\/\/127\.0\.0\.1:1\/v1 failed/],
      ['no address', ['--endpoint', 'my-server'], /^my-server is no address of a server/],
      ['a key that is not set', ['--endpoint', 'http://127.0.0.1:1', '--key-env', 'NO_SUCH_KEY'], /variable NO_SUCH_KEY.*is not set/],
      ['an option without its server', ['--api', 'chat'], /^--api goes with --endpoint/],
      ['two forms of the prompt', ['--endpoint', 'http://127.0.0.1:1', '--api', 'completions', '--prompt', 'chat'], /^--prompt chat and --api completions contradict each other/],
      ['an unknown API', ['--endpoint', 'http://127.0.0.1:1', '--api', 'grpc'], /^--api grpc is not one of completions, chat/],
    ];
    for (const [what, args, message] of cases) {
      it(what, async () => {
        const { code, stdout, stderr } = await stepscope('score', rows(3), ...args, '--json');
        assert.deepEqual([code, stdout], [2, ''], stderr);
        assert.match(stderr.trim(), message);
        assert.equal(stderr.trim().split('\n').length, 1, stderr);
      });
    }
  });
});
