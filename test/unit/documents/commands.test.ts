import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { runCli } from '../cli/run-cli.ts';
import { repoRoot } from '../formats/shared-data.ts';
import { commandsOf, PREFIX, words } from './commands.ts';
import { documents } from './documents.ts';

/*
 * Every command in a block of shell code of every document. A block that begins with ```sh run is run as it stands, from the
 * root of the checkout, and must succeed. Of the others, which take long, need a network or name files of the reader, it is
 * checked that they can be run: a command of ours is given to the program, which must understand all of it and complain about
 * the missing file at most; an npm script, a suite or a target must exist; any other program must be in EXTERNAL. Those of
 * ```sh added need what their page tells how to add: added-eval.test.ts runs them.
 */

/** Programs of others that documents tell people to run, each with the document that does. */
const EXTERNAL: Readonly<Record<string, string>> = { vllm: 'docs/models.md' };
const root = repoRoot();

const scripts = Object.keys((JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly scripts: Readonly<Record<string, string>> }).scripts);

function checkScript(name: string, args: readonly string[]): void {
  assert.ok(scripts.includes(name), `package.json has no script ${name}`);
  if (name === 'test') checkOptions(args, 'test/run.mjs');
  if (name === 'package') checkOptions(args, 'scripts/package.mjs');
}

/** The options and words that a script's own parser or tables name. */
function checkOptions(args: readonly string[], file: string): void {
  const files = file === 'test/run.mjs' ? [file, 'test/harness/suites.mjs', 'test/harness/places.mjs'] : [file];
  const source = files.map((one) => readFileSync(path.join(root, one), 'utf8')).join('\n');
  args.forEach((arg, index) => {
    if (args[index - 1] === '--grep') return;
    const name = arg.replace(/^--/, '');
    assert.match(source, new RegExp(`(^|[\\s'{])${name}'?: `, 'm'), `${file} knows no ${arg}`);
  });
}

describe('commands in documents', function () {
  this.timeout(60_000);
  let empty = '';
  // A hub that has nothing.
  const hub = createServer((_, response) => response.writeHead(404).end());
  before(async () => {
    empty = mkdtempSync(path.join(os.tmpdir(), 'stepscope-docs-'));
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    hub.close();
    rmSync(empty, { recursive: true, force: true });
  });
  const stepscope = (args: readonly string[], cwd: string) => runCli(args, { HF_ENDPOINT: `http://127.0.0.1:${(hub.address() as AddressInfo).port}`, HF_TOKEN: '' }, cwd);

  const seen = new Set<string>();
  for (const { document, line, kind } of documents.flatMap(commandsOf)) {
    if (seen.has(line) || kind === 'added') continue;
    seen.add(line);
    if (kind === 'run') {
      it(`runs: ${line} (${document})`, async () => {
        assert.ok(line.startsWith(PREFIX), 'only commands of ours are run');
        const { code, stderr } = await stepscope(words(line.slice(PREFIX.length)), root);
        assert.equal(code, 0, stderr);
      });
      continue;
    }
    it(`can be run: ${line} (${document})`, async () => {
      const plain = line.replace(/^([A-Z_]+=\S+ )+/, '');
      const [program = '', second = '', third = '', ...rest] = words(plain);
      if (plain.startsWith(PREFIX)) {
        const { code, stderr } = await stepscope(words(plain.slice(PREFIX.length)), empty);
        // A question is all that a search needs, and its log is what the next line replays.
        const complete = /--question |replay run\.jsonl/.test(plain);
        assert.equal(code, complete ? 0 : 2, `${stderr}: in an empty folder there is nothing else that it could read`);
        assert.doesNotMatch(stderr, /see stepscope --help|There is no command|takes (a|one|two) /, 'it is understood');
      } else if (program === 'npm' && second === 'test') checkScript('test', [third, ...rest].filter((word) => word !== '--' && word !== ''));
      else if (program === 'npm' && second === 'run') checkScript(third, rest.filter((word) => word !== '--'));
      else assert.ok(program in EXTERNAL, `${program} is no program that is known here`);
    });
  }

  it('are in blocks that begin their line: others would not be found', () => {
    for (const document of documents) assert.doesNotMatch(readFileSync(path.join(root, document), 'utf8'), /^[ \t]+```/m, document);
  });

  it('are told apart from those that are not understood', async () => {
    for (const args of [['score', 'none.jsonl', '--bogus'], ['export', 'none.jsonl'], ['nonsense']])
      assert.match((await stepscope(args, empty)).stderr, /see stepscope --help|There is no command|takes (a|one|two) /);
    assert.throws(() => checkScript('nonsense', []));
    assert.throws(() => checkScript('test', ['--only', 'nonsense']));
    assert.throws(() => checkScript('package', ['linux-sparc']));
  });
});

describe('files that documents name', () => {
  // Folders that are made here and not committed are not there in a fresh clone.
  const made = new Set(readFileSync(path.join(root, '.gitignore'), 'utf8').split('\n').map((line) => line.replace(/\/$/, '')));
  for (const document of documents)
    it(`are there: ${document}`, () => {
      const text = readFileSync(path.join(root, document), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
      const paths = [...text.matchAll(/`((?:src|test|docs|scripts|webview|media|models|build|eslint)[\w./-]*)`/g)].map(([, file = '']) => file);
      for (const file of paths) if (!made.has(file)) assert.ok(existsSync(path.join(root, file)), `${file} is named in ${document}`);
    });
});

describe('third-party notices', () => {
  it('are those of what is shipped (npm run notices writes them)', function () {
    this.timeout(60_000);
    const { status, stderr } = spawnSync(process.execPath, ['scripts/notices.mjs', '--check'], { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });
});
