import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createEngine } from '../../../src/models/onnx/engine.ts';
import { nodeVersion } from '../../../src/models/onnx/engine-program.ts';
import { repoRoot } from '../formats/shared-data.ts';

describe('the program that runs the engine', () => {
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-node-'))));
  after(() => rmSync(work, { recursive: true, force: true }));

  function program(name: string, text: string, mode = 0o755): string {
    const file = path.join(work, name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  }

  it('is asked for its version', async () => {
    assert.deepEqual(await nodeVersion(process.execPath), { ok: true, value: process.versions.node });
  });

  it('runs the engine, which says what it runs on', async () => {
    const engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js'), nodePath: process.execPath });
    try {
      const { memory, ...about } = await engine.about();
      const { version } = JSON.parse(readFileSync(path.join(repoRoot(), 'node_modules', 'onnxruntime-node', 'package.json'), 'utf8')) as { readonly version: string };
      assert.deepEqual(about, { node: process.versions.node, platform: `${process.platform}-${process.arch}`, onnxruntime: version });
      assert.ok(memory > 1e7);
    } finally {
      engine.dispose();
    }
  });

  it('is the one that is named, and is told to be Node where it is an editor', async function () {
    if (process.platform === 'win32') this.skip();
    const told = path.join(work, 'told');
    const wrapper = program('wrapper', `#!/bin/sh\necho "$ELECTRON_RUN_AS_NODE" >> '${told}'\nexec '${process.execPath}' "$@"\n`);
    assert.ok((await nodeVersion(wrapper)).ok);
    const engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js'), nodePath: wrapper });
    try {
      await engine.about();
    } finally {
      engine.dispose();
    }
    assert.equal(readFileSync(told, 'utf8'), '1\n1\n');
  });

  const refusals: readonly (readonly [string, () => string, RegExp])[] = [
    ['a relative path', () => 'bin/node', /^is no absolute path \(bin\/node\): name a Node of version 20\.12 or newer by its absolute path, or leave it empty for the editor’s own\.$/],
    ['a file that is not there', () => path.join(work, 'none'), /^names a file that is not there /],
    ['a file that may not be run', () => program('text', 'hello', 0o644), /^names what is no program, or may not be run /],
    ['a folder', () => work, /^names what is no program, or may not be run /],
    ['another program', () => program('other', '#!/bin/sh\necho hello\n'), /^names a program that is not Node /],
    ['a program that fails', () => program('failing', '#!/bin/sh\nexit 3\n'), /^names a program that is not Node /],
    ['a Node that is too old', () => program('old', '#!/bin/sh\necho 20.11.1\n'), /^names Node 20\.11\.1, which is too old /],
  ];
  for (const [what, file, sentence] of refusals)
    it(`is refused in a sentence where it is ${what}`, async function () {
      if (process.platform === 'win32') this.skip();
      const version = await nodeVersion(file());
      assert.ok(!version.ok);
      assert.match(version.error.message, sentence);
    });
});
