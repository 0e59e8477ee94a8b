import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { StepscopeError } from '../../../../src/core/result.ts';
import { convertModel } from '../../../../src/models/convert/convert.ts';
import { createEngine, type Engine } from '../../../../src/models/onnx/engine.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { repoRoot } from '../../formats/shared-data.ts';
import { writeTinyCheckpoint } from '../tiny-checkpoint.ts';
import { DAMAGES } from './damage.ts';
import { createExporter } from './export.ts';
import { forgetPeakMemory, peakMemory } from './peak-memory.ts';

/** Of each way to damage each of the files: 12 ways, 4 files, one of them once more with a digest that does not fit. */
const INPUTS = 34;
/** A crash must be told of within this long (ms). */
const PATIENCE = 5000;
/** Nothing takes as long as this (ms), however busy the machine is: else it hangs. */
const HANG = 15_000;
/** An engine keeps what it has loaded, so it is given this many files. */
const ENGINE_FILES = 150;
/** Bytes that a model of 100 kB may make the engine take while it is loaded and used. */
const MOST_MEMORY = 200e6;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz .?\n';

const CASES = [
  { model: 'converted', file: 'model.onnx', digest: 'made to fit' },
  { model: 'converted', file: 'inspect.onnx', digest: 'made to fit' },
  { model: 'converted', file: 'inspect.onnx', digest: 'as it was' },
  { model: 'plain', file: 'model.onnx', digest: 'none' },
  { model: 'gqa', file: 'model.onnx', digest: 'none' },
] as const;

describe(`${INPUTS * CASES.length * Object.keys(DAMAGES).length} damaged ONNX files in the engine: a sentence or a model, never anything else`, function () {
  this.timeout(300_000);
  let work = '';
  let engine: Engine | undefined;
  let files = 0;
  const restart = async () => {
    engine?.dispose();
    files = 0;
    engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js'), threads: 1 });
    await engine.load(path.join(work, 'gqa'));
  };
  before(async () => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-fuzz-graphs-'));
    const source = path.join(work, 'source');
    writeFileSync(path.join(work, 'tokenizer.json'), JSON.stringify(letterTokenizer()));
    writeTinyCheckpoint(source, path.join(work, 'tokenizer.json'), 64);
    await convertModel(source, path.join(work, 'converted'), { bits: 8, block: 32 });
    const exporter = await createExporter(source, path.join(work, 'export'));
    for (const attention of ['plain', 'gqa'] as const) exporter.publish(path.join(work, attention), await exporter.graph({ attention, positions: true, cache: true }), 'model.onnx');
    await exporter.close();
    await restart();
  });
  after(() => {
    engine?.dispose();
    rmSync(work, { recursive: true, force: true });
  });

  /** Loads what is in a folder and does all with it that it says it can. Returns the error of it. */
  async function use(folder: string): Promise<StepscopeError | undefined> {
    try {
      const model = await engine!.load(folder);
      const { attention = false, masks = false, gates = false, hidden = false } = model.capabilities;
      await model.nextTokenProbabilities(['abc'], ['a', 'b']);
      const span = { start: 0, end: 1 };
      if (attention || masks || gates || hidden) await model.inspect!({ text: 'abcd', spans: attention ? [span] : [], hide: masks ? [{ span }] : [], lens: hidden ? [1] : [] });
      return undefined;
    } catch (error) {
      assert.ok(error instanceof StepscopeError, error instanceof Error ? error.stack : String(error));
      return error;
    }
  }

  for (const { model, file, digest } of CASES) {
    it(`${model}/${file}, its digest ${digest}`, async () => {
      const original = readFileSync(path.join(work, model, file));
      let refused = 0;
      for (const [way, damage] of Object.entries(DAMAGES)) {
        const random = createRandom(1, Object.keys(DAMAGES).indexOf(way));
        for (let input = 0; input < INPUTS; input++) {
          if (++files > ENGINE_FILES) await restart();
          let bytes = damage(original, random);
          while (bytes.equals(original)) bytes = damage(original, random);
          // A new name for each: a folder that was loaded is not loaded again.
          const folder = path.join(work, `${model}-${way}-${input}`);
          cpSync(path.join(work, model), folder, { recursive: true });
          writeFileSync(path.join(folder, file), bytes);
          if (digest === 'made to fit') fitDigest(folder, file, bytes);
          const pid = engine?.pid;
          const before = forgetPeakMemory(pid);
          const started = performance.now();
          const error = await use(folder);
          const took = performance.now() - started;
          const about = `${way}, input ${input}: ${error?.message ?? 'no error'}`;
          assert.ok(took < (error?.reason === 'engine-exited' ? PATIENCE : HANG), `${about} after ${took} ms`);
          assert.ok(!(peakMemory(pid) - before > MOST_MEMORY), `${about} took ${peakMemory(pid) - before} bytes`);
          if (error !== undefined) assert.ok(error.message.length > 20 && !/[\p{Cc}\p{Cs}]/u.test(error.message) && !error.message.includes('The model engine failed'), `no sentence: ${about}`);
          // Nothing of this has crashed onnxruntime yet; where it does, its error is the one of a process that ended.
          if (engine?.pid !== pid) await restart();
          if (error !== undefined) refused++;
          rmSync(folder, { recursive: true });
        }
      }
      const all = INPUTS * Object.keys(DAMAGES).length;
      assert.ok(digest === 'as it was' ? refused === all : refused > all / 2 && refused < all, `${refused} of ${all} refused`);
    });
  }

  it('names a crash of the process that loads, within seconds, and goes on', async () => {
    await restart();
    const loading = engine!.load(path.join(work, 'plain'));
    const started = performance.now();
    process.kill(engine!.pid!, 'SIGSEGV');
    await assert.rejects(loading, (error: unknown) => error instanceof StepscopeError && error.reason === 'engine-exited' && /ended unexpectedly \(SIGSEGV\)/.test(error.message));
    assert.ok(performance.now() - started < PATIENCE);
    assert.equal(await use(path.join(work, 'plain')), undefined);
  });
});

/** A token for each letter: loaded in a moment. */
function letterTokenizer(): object {
  const vocab = Object.fromEntries(Array.from(LETTERS, (letter, id) => [letter, id]));
  return { version: '1.0', added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: { type: 'Fuse' }, model: { type: 'BPE', vocab, merges: [] } };
}

function fitDigest(folder: string, file: string, bytes: Buffer): void {
  const manifest = path.join(folder, 'stepscope.json');
  const content = JSON.parse(readFileSync(manifest, 'utf8')) as { files: Record<string, object> };
  content.files[file] = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  writeFileSync(manifest, JSON.stringify(content));
}
