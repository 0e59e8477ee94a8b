import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { convertModel } from '../../../src/models/convert/convert.ts';
import { floatToHalf } from '../../../src/models/convert/half.ts';
import { checkFreeSpace } from '../../../src/models/convert/output-size.ts';
import { halfToFloat } from '../../../src/models/convert/safetensors.ts';
import { readChatTemplate } from '../../../src/models/chat/chat-template.ts';
import { manifestHash, readManifest } from '../../../src/models/manifest.ts';
import { openSession } from '../../../src/models/onnx/session.ts';
import { failsWith } from './fails-with.ts';
import { writeSyntheticCheckpoint } from './synthetic-checkpoint.ts';

const SIZES = { hidden: 64, feedForward: 128, layers: 2, heads: 4, kvHeads: 2, vocabulary: 96 };
const PLAN = { bits: 8, block: 32 } as const;

describe('convertModel', () => {
  let work = '';
  let source = '';
  let target = '';
  beforeEach(() => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-convert-'));
    source = path.join(work, 'source');
    target = path.join(work, 'target');
    writeSyntheticCheckpoint(source, SIZES, 3);
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));
  const left = () => readdirSync(work).sort();

  for (const bits of [4, 8, 16, 32] as const) {
    it(`makes a model of ${bits} bits from shards that loads and runs`, async () => {
      const manifest = await convertModel(source, target, { bits, block: 32 });
      const { hidden, feedForward, layers, vocabulary } = SIZES;
      const perLayer = 2 * hidden + 2 * hidden * hidden + hidden * hidden + 3 * hidden * feedForward;
      assert.equal(manifest.parameters, 2 * vocabulary * hidden + hidden + layers * perLayer);
      const session = await openSession(target, await readManifest(target), { threads: 1 });
      await session.release();
      assert.deepEqual(left(), ['source', 'target']);
    });
  }

  it('reports every tensor once', async () => {
    const seen: string[] = [];
    let last = 0;
    await convertModel(source, target, PLAN, ({ tensor, done, total }) => {
      seen.push(tensor);
      assert.equal(done, ++last);
      assert.equal(total, 3 + 6 * SIZES.layers);
    });
    assert.equal(seen.length, 3 + 6 * SIZES.layers);
    assert.equal(new Set(seen).size, seen.length);
  });

  it('leaves nothing behind when it is cancelled, and keeps the model that was there', async () => {
    await convertModel(source, target, PLAN);
    const before = readFileSync(path.join(target, 'stepscope.json'), 'utf8');
    for (const at of [1, 8]) {
      const controller = new AbortController();
      const run = convertModel(source, target, { bits: 4, block: 32 }, ({ done }) => done === at && controller.abort(), controller.signal);
      await assert.rejects(run, failsWith('aborted', /cancelled; nothing was left behind/));
      assert.deepEqual(left(), ['source', 'target']);
      assert.equal(readFileSync(path.join(target, 'stepscope.json'), 'utf8'), before);
    }
  });

  it('leaves nothing behind when a listener throws', async () => {
    const run = convertModel(source, target, PLAN, ({ done }) => {
      if (done === 5) throw new Error('listener');
    });
    await assert.rejects(run, /listener/);
    assert.deepEqual(left(), ['source']);
  });

  it('replaces an older conversion, and no other folder', async () => {
    await convertModel(source, target, PLAN);
    assert.equal((await convertModel(source, target, { bits: 32, block: 32 })).weights, 'fp32');
    const other = path.join(work, 'thesis');
    mkdirSync(other);
    writeFileSync(path.join(other, 'chapter.md'), 'text');
    await assert.rejects(convertModel(source, other, PLAN), failsWith('model-invalid', /thesis holds other files than a converted model/));
    assert.ok(existsSync(path.join(other, 'chapter.md')));
    await assert.rejects(convertModel(source, path.join(other, 'chapter.md'), PLAN), failsWith('model-invalid', /chapter\.md is no folder/));
  });

  it('keeps what a chat template needs, in any shape, without the list of added tokens', async () => {
    const plain = await convertModel(source, path.join(work, 'plain'), PLAN);
    const added = Object.fromEntries(Array.from({ length: 6000 }, (_, id) => [id, { content: `<unused${id}>`, special: false }]));
    const config = { bos_token: { content: '<s>' }, eos_token: '</s>', chat_template: [{ name: 'default', template: 'in the config' }], added_tokens_decoder: added };
    const own = { 'tokenizer_config.json': JSON.stringify(config), 'special_tokens_map.json': '{"unk_token": "<unk>"}', 'chat_template.json': '{"chat_template": "of the processor"}' };
    for (const [name, content] of Object.entries(own)) writeFileSync(path.join(source, name), content);
    const named = await convertModel(source, target, PLAN);
    const kept = await readChatTemplate(target);
    assert.deepEqual(kept, { ...(await readChatTemplate(source)), file: path.join(target, 'tokenizer_config.json') });
    assert.deepEqual([kept.source, kept.tokens], ['in the config', { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' }]);
    assert.ok((named.files['tokenizer_config.json']?.bytes ?? Infinity) < 500);
    writeFileSync(path.join(source, 'chat_template.jinja'), 'its own file');
    const filed = await convertModel(source, target, PLAN);
    assert.equal((await readChatTemplate(target))?.source, 'its own file');
    assert.deepEqual(Object.keys(filed.files).filter((name) => !(name in plain.files)).sort(), ['chat_template.jinja', 'chat_template.json', 'special_tokens_map.json', 'tokenizer_config.json']);
    // Plain scores do not depend on the template, so the identity of the model does not.
    assert.deepEqual([manifestHash(named), manifestHash(filed)], [manifestHash(plain), manifestHash(plain)]);
    await readManifest(target);
    writeFileSync(path.join(target, 'chat_template.jinja'), 'its own face');
    await assert.rejects(readManifest(target), failsWith('model-invalid', /chat_template\.jinja is not the file that was converted/));
  });

  it('says how much room is missing', async () => {
    await assert.rejects(checkFreeSpace(work, 3.2e9, () => Promise.resolve(1.1e9)), failsWith('disk-full', /needs 3200 MB, .* has 1100 MB free: free some space/));
    await checkFreeSpace(work, 1000);
  });

  const config = (changes: object) => {
    const file = path.join(source, 'config.json');
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...changes }));
  };
  const index = (change: (map: Record<string, string>) => void) => {
    const file = path.join(source, 'model.safetensors.index.json');
    const json = JSON.parse(readFileSync(file, 'utf8')) as { weight_map: Record<string, string> };
    change(json.weight_map);
    writeFileSync(file, JSON.stringify(json));
  };
  const spoiled: readonly (readonly [string, () => void, string, RegExp])[] = [
    ['a missing shard', () => rmSync(path.join(source, 'model-00002-of-00003.safetensors')), 'model-missing', /model-00002-of-00003\.safetensors cannot be opened/],
    ['a tensor that is not in its shard', () => index((map) => (map['lm_head.weight'] = 'model-00001-of-00003.safetensors')), 'model-invalid', /00001-of-00003\.safetensors lacks tensor lm_head\.weight/],
    ['a tensor that the index forgot', () => index((map) => delete map['model.norm.weight']), 'model-invalid', /has no tensor model\.norm\.weight/],
    ['an index that leads out of the folder', () => index((map) => (map['lm_head.weight'] = '../elsewhere.safetensors')), 'model-invalid', /names no file of this folder for lm_head\.weight/],
    ['an index that is no JSON', () => writeFileSync(path.join(source, 'model.safetensors.index.json'), '{'), 'model-invalid', /index\.json is not JSON/],
    ['a config of another size', () => config({ vocab_size: 95 }), 'model-invalid', /model\.embed_tokens\.weight has shape \[96, 64\], by config\.json it has \[95, 64\]/],
    ['a config with other heads', () => config({ num_key_value_heads: 1 }), 'model-invalid', /qkv_proj\.weight has shape \[128, 64\], by config\.json it has \[96, 64\]/],
    ['no tokenizer', () => rmSync(path.join(source, 'tokenizer.json')), 'model-missing', /source has no tokenizer\.json/],
    ['no config', () => rmSync(path.join(source, 'config.json')), 'model-missing', /config\.json cannot be read/],
    ['a tokenizer config that is no JSON', () => writeFileSync(path.join(source, 'tokenizer_config.json'), '{'), 'model-invalid', /tokenizer_config\.json is no JSON object/],
    ['a config that is a list', () => writeFileSync(path.join(source, 'config.json'), '[]'), 'model-invalid', /config\.json is no JSON object/],
  ];
  for (const [what, spoil, reason, message] of spoiled) {
    it(`refuses ${what}, and leaves nothing behind`, async () => {
      spoil();
      await assert.rejects(convertModel(source, target, PLAN), failsWith(reason, message));
      assert.deepEqual(left(), ['source']);
    });
  }
});

describe('binary16', () => {
  it('is its own inverse for every value', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = halfToFloat(half);
      if (!Number.isNaN(value)) assert.equal(floatToHalf(value), half, String(value));
    }
  });

  it('rounds to the nearest, ties to even', () => {
    assert.equal(floatToHalf(1 + 2 ** -11), 0x3c00);
    assert.equal(floatToHalf(1 + 3 * 2 ** -11), 0x3c02);
    assert.equal(floatToHalf(1 + 2 ** -11 + 2 ** -20), 0x3c01);
    assert.equal(floatToHalf(2 ** -25), 0);
    assert.equal(floatToHalf(3 * 2 ** -25), 2);
    assert.equal(floatToHalf(65519), 0x7bff);
    assert.equal(floatToHalf(65520), 0x7c00);
    assert.equal(floatToHalf(NaN), 0x7e00);
  });
});
