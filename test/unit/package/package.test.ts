import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { repoRoot } from '../formats/shared-data.ts';

type Lists = Readonly<Record<string, readonly string[]>>;

const NATIVE = /\.(node|so|dll|dylib)(\.|$)/;
/** What each target is for: the folder of its native files, and what they are called. */
const NATIVES: Readonly<Record<string, { readonly folder: string; readonly files: readonly string[] }>> = {
  'win32-x64': { folder: 'win32/x64', files: ['DirectML.dll', 'dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll', 'onnxruntime_binding.node'] },
  'win32-arm64': { folder: 'win32/arm64', files: ['DirectML.dll', 'dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll', 'onnxruntime_binding.node'] },
  'linux-x64': { folder: 'linux/x64', files: ['libonnxruntime.so.1', 'onnxruntime_binding.node'] },
  'linux-arm64': { folder: 'linux/arm64', files: ['libonnxruntime.so.1', 'onnxruntime_binding.node'] },
  'darwin-arm64': { folder: 'darwin/arm64', files: ['libonnxruntime.1.dylib', 'onnxruntime_binding.node'] },
  universal: { folder: '', files: [] },
};
/** What a package may hold beside its native files. */
const SHIPPED = [
  /^(package(\.nls(\.[\w-]+)?)?\.json|vsix\/readme\.md|CHANGELOG\.md|LICENSE|ThirdPartyNotices\.txt)$/,
  /^dist\/[\w-]+\.js$/,
  /^dist\/webview\/[\w-]+\.(js|css)$/,
  /^media\/.*\.(svg|png|md|jsonl)$/,
  /^media\/l10n\/bundle\.l10n(\.[\w-]+)?\.json$/,
  /^models\/README\.md$/,
  /^models\/(r-prm|reasoner)\/[\w.-]+$/,
  /^node_modules\/onnxruntime-(node|common)\/(package\.json|dist\/.*\.(js|json))$/,
];
/** What everything else depends on. */
const NEEDED = ['package.json', 'package.nls.json', 'package.nls.zh-cn.json', 'media/l10n/bundle.l10n.zh-cn.json', 'vsix/readme.md', 'CHANGELOG.md', 'LICENSE', 'ThirdPartyNotices.txt', 'dist/extension.js', 'dist/lab.js', 'dist/engine.js', 'dist/template.js', 'dist/cli.js', 'media/icon.png', 'models/r-prm/model.onnx.data', 'models/reasoner/model.onnx.data'];

describe('packages', function () {
  this.timeout(120_000);
  const root = repoRoot();
  let lists: Lists = {};
  before(() => {
    lists = JSON.parse(execFileSync(process.execPath, ['scripts/package.mjs', '--list'], { cwd: root, encoding: 'utf8' })) as Lists;
  });

  it('are made for each platform that has native code, and for all others', () => {
    assert.deepEqual(Object.keys(lists).sort(), Object.keys(NATIVES).sort());
  });

  for (const [target, { folder, files }] of Object.entries(NATIVES))
    it(`hold native files of ${files.length === 0 ? 'no platform' : 'that platform alone'}: ${target}`, () => {
      const native = lists[target]?.filter((file) => NATIVE.test(file)) ?? [];
      assert.deepEqual(native, files.map((file) => `node_modules/onnxruntime-node/bin/napi-v6/${folder}/${file}`));
    });

  it('hold what is needed, and nothing that is not named: no sources, tests, recipe or source maps', () => {
    for (const [target, files] of Object.entries(lists)) {
      for (const file of NEEDED) assert.ok(files.includes(file), `${target} lacks ${file}`);
      const others = files.filter((file) => !NATIVE.test(file) && !SHIPPED.some((pattern) => pattern.test(file)));
      assert.deepEqual(others, [], target);
    }
  });

  it('have a README without pictures and without links to files, which are not in them', () => {
    const readme = readFileSync(path.join(root, 'vsix', 'readme.md'), 'utf8');
    assert.match(readme, /^# Stepscope\n/);
    const targets = [...readme.matchAll(/\]\(([^)]*)\)/g)].map(([, target = '']) => target);
    assert.ok(targets.length > 0);
    for (const target of targets) assert.match(target, /^(https:|#)/);
    assert.doesNotMatch(readme, /!\[/);
  });

  it('hold every file that the manifest names', () => {
    const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
    const named = new Set([...manifest.matchAll(/"(?:\.\/)?((?:media|dist)\/[^"*]+\.\w+)"/g)].map(([, file]) => file ?? ''));
    assert.ok(named.size > 3);
    for (const file of named) assert.ok(lists['universal']?.includes(file), file);
  });

  describe('unpacked', () => {
    let folder = '';
    before(() => (folder = mkdtempSync(path.join(root, 'out', 'package-'))));
    after(() => rmSync(folder, { recursive: true, force: true }));

    /** The files of a target in a folder of its own, so that nothing else of the checkout is in reach. */
    function unpack(target: string): string {
      const unpacked = path.join(folder, target);
      for (const file of lists[target] ?? []) {
        const copy = path.join(unpacked, file);
        mkdirSync(path.dirname(copy), { recursive: true });
        // A link to the same bytes; small files are copied, so that a test cannot change the checkout's.
        if (/\.(data|so\.1)$/.test(file)) linkSync(path.join(root, file), copy);
        else copyFileSync(path.join(root, file), copy);
      }
      return unpacked;
    }

    function score(unpacked: string) {
      const args = [path.join(unpacked, 'dist', 'cli.js'), 'score', path.join(unpacked, 'media', 'samples', 'photos.md'), '--mode', 'direct', '--json'];
      return spawnSync(process.execPath, args, { cwd: unpacked, encoding: 'utf8' });
    }

    it('the package of this platform scores with its own engine and model', function () {
      const here = `${process.platform}-${process.arch}`;
      if (!(here in lists)) this.skip();
      const { status, stdout, stderr } = score(unpack(here));
      assert.equal(status, 0, stderr);
      const rows = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly step?: number; readonly score?: unknown });
      assert.equal(rows.filter(({ step }) => step !== undefined).length, 6, stdout);
    });

    it('the universal package reads a file, and says what a model on this machine needs', () => {
      const unpacked = unpack('universal');
      const formats = spawnSync(process.execPath, [path.join(unpacked, 'dist', 'cli.js'), 'formats', path.join(unpacked, 'media', 'samples', 'sample.jsonl')], { encoding: 'utf8' });
      assert.equal(formats.status, 0, formats.stderr);
      const { status, stderr } = score(unpacked);
      assert.equal(status, 2);
      assert.match(stderr, new RegExp(`^This package of Stepscope has no native code for ${process.platform}-${process.arch}, which a model on this machine needs: .*score with a server\\.\n$`));
    });
  });
});
