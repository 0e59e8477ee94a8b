import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { onnx } from 'onnx-proto';
import { repoRoot } from '../unit/formats/shared-data.ts';
import { TAIL, writeSyntheticCheckpoint, type SyntheticSizes } from '../unit/models/synthetic-checkpoint.ts';

const SIZES: SyntheticSizes = { hidden: 2048, feedForward: 8192, layers: 24, heads: 32, kvHeads: 8, vocabulary: 32_000 };
const NEEDED = 12e9;
const MB = 2 ** 20;

/** Runs `stepscope convert` in a process of its own; returns its largest resident size in bytes. */
function convertInChild(work: string, bits: number): { readonly target: string; readonly peak: number } {
  const script = path.join(work, 'convert.cjs');
  const target = path.join(work, `model-${bits}`);
  writeFileSync(
    script,
    `process.argv.splice(2, 0, 'convert', ${JSON.stringify(path.join(work, 'source'))}, ${JSON.stringify(target)}, '--bits', '${bits}');
     process.on('exit', () => process.stdout.write(/VmHWM:\\s+(\\d+) kB/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]));
     require(${JSON.stringify(path.join(repoRoot(), 'dist', 'cli.js'))});`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return { target, peak: Number(stdout) * 1024 };
}

/** The last bytes of a stored tensor, and where they lie. */
function tailOf(target: string, name: string, bytes: number): { readonly offset: number; readonly data: Buffer } {
  const model = onnx.ModelProto.decode(readFileSync(path.join(target, 'model.onnx')));
  const tensor = model.graph?.initializer?.find((candidate) => candidate.name === name);
  const entry = (key: string) => Number(tensor?.externalData?.find((pair) => pair.key === key)?.value);
  const offset = entry('offset') + entry('length') - bytes;
  const data = Buffer.alloc(bytes);
  const descriptor = openSync(path.join(target, 'model.onnx.data'), 'r');
  readSync(descriptor, data, 0, bytes, offset);
  closeSync(descriptor);
  return { offset, data };
}

function enoughRoom(): boolean {
  const { bavail, bsize } = statfsSync(os.tmpdir());
  return process.platform === 'linux' && bavail * bsize > NEEDED;
}

const title = 'a checkpoint of 3 GB in shards';
if (!enoughRoom()) console.warn(`SKIPPED, needs Linux and ${NEEDED / 1e9} GB free in ${os.tmpdir()}: ${title}`);
(enoughRoom() ? describe : describe.skip)(title, function () {
  this.timeout(600_000);
  let work = '';
  let checkpoint = { total: 0, largest: 0 };
  before(() => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-large-'));
    checkpoint = writeSyntheticCheckpoint(path.join(work, 'source'), SIZES, 4);
    assert.ok(checkpoint.total > 3e9, `${checkpoint.total} bytes`);
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  for (const bits of [16, 4]) {
    it(`is converted to ${bits} bits within twice its largest tensor plus 300 MB of memory`, () => {
      const { target, peak } = convertInChild(work, bits);
      const limit = 2 * checkpoint.largest + 300 * MB;
      console.log(`      peak ${(peak / MB).toFixed(0)} MB, limit ${(limit / MB).toFixed(0)} MB, largest tensor ${(checkpoint.largest / MB).toFixed(0)} MB`);
      assert.ok(peak < limit, `${peak / MB} MB, allowed ${limit / MB} MB`);
      assert.deepEqual(readdirSync(target).sort(), ['config.json', 'inspect.onnx', 'model.onnx', 'model.onnx.data', 'stepscope.json', 'tokenizer.json']);
      if (bits === 16) {
        const { offset, data } = tailOf(target, `down_${SIZES.layers - 1}_h`, TAIL.byteLength);
        assert.ok(offset > 2 ** 31, `at ${offset}`);
        assert.deepEqual(data, Buffer.from(TAIL.buffer));
      }
      if (bits === 4) rmSync(target, { recursive: true });
    });
  }
});
