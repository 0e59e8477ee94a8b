import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StepscopeError } from '../../../src/core/result.ts';
import { readDecoderSpec } from '../../../src/models/convert/architecture.ts';
import { openSafetensors } from '../../../src/models/convert/safetensors.ts';
import { prepareTemplate } from '../../../src/models/chat/chat-prompt.ts';
import { readChatTemplate } from '../../../src/models/chat/chat-template.ts';
import { readManifest } from '../../../src/models/manifest.ts';
import { createRandom, type Random } from '../../../src/core/random.ts';
import { loadTokenizer } from '../../../src/models/onnx/tokenizer.ts';
import { FAMILIES, templateOf, templateSource } from '../chat/chat-fixtures.ts';
import { bundledModel } from './shared-models.ts';

const INPUTS = 2000;
/** What a parser might trust: sizes, signs, depth, names of Object.prototype. */
const NASTY = ['-1', '0', '1e999', '9007199254740993', '18446744073709551615', '4294967296', 'null', 'true', '[]', '{}', '""', '"__proto__"', '"constructor"', '[[[[[[[[]]]]]]]]', '\u0000', '\uD800', '{"a":'];

/** One to four small damages: bytes flipped, cut out, doubled or replaced, or a value swapped for a nasty one. */
function mutate(original: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(original);
  const at = () => Math.floor(random() * bytes.length);
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const from = at();
    const to = Math.min(bytes.length, from + 1 + Math.floor(random() * 24));
    switch (Math.floor(random() * 5)) {
      case 0:
        if (bytes.length > 0) bytes[from] = Math.floor(random() * 256);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
        break;
      case 3:
        bytes = bytes.subarray(0, from);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, from), Buffer.from(NASTY[Math.floor(random() * NASTY.length)] ?? ''), bytes.subarray(to)]);
    }
  }
  return bytes;
}

/** Runs a parser on damaged inputs: it may succeed, or throw one sentence. Returns how often it threw. */
async function fuzz(original: Buffer, parse: (bytes: Buffer) => Promise<unknown>): Promise<number> {
  const random = createRandom(20, 0);
  let refused = 0;
  for (let i = 0; i < INPUTS; i++) {
    const bytes = mutate(original, random);
    try {
      await parse(bytes);
    } catch (error) {
      assert.ok(error instanceof StepscopeError, `input ${i} ${JSON.stringify(bytes.toString('latin1').slice(0, 400))}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      assert.ok(error.message.length > 20 && !error.message.includes('\n'), `no sentence: ${error.message}`);
      refused++;
    }
  }
  return refused;
}

describe(`${INPUTS} damaged inputs each: a sentence or a result, never anything else`, function () {
  this.timeout(120_000);
  let folder = '';
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'stepscope-fuzz-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('safetensors', async () => {
    const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, 'a.weight': { dtype: 'F16', shape: [4, 8], data_offsets: [0, 64] }, b: { dtype: 'F32', shape: [3], data_offsets: [64, 76] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const file = path.join(folder, 'model.safetensors');
    let largest = 0;
    const refused = await fuzz(Buffer.concat([length, header, Buffer.alloc(76, 7)]), async (bytes) => {
      writeFileSync(file, bytes);
      const checkpoint = await openSafetensors(file);
      try {
        for (const name of checkpoint.tensors.keys()) largest = Math.max(largest, (await checkpoint.read(name)).length);
      } finally {
        await checkpoint.close();
      }
    });
    assert.ok(refused > INPUTS / 4);
    assert.ok(largest <= 1000, `a file of under 400 bytes gave ${largest} numbers`);
  });

  it('config.json', async () => {
    const original = readFileSync(path.join(bundledModel('r-prm'), 'config.json'));
    const refused = await fuzz(original, (bytes) => {
      let value: unknown;
      try {
        value = JSON.parse(bytes.toString('utf8'));
      } catch {
        return Promise.reject(new StepscopeError('model-invalid', 'what is no JSON is refused before this'));
      }
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) readDecoderSpec(value as Record<string, unknown>, 'config.json');
      return Promise.resolve();
    });
    assert.ok(refused > INPUTS / 4);
  });

  it('stepscope.json', async () => {
    const original = Buffer.from(
      JSON.stringify({ graph: 'segments-1', weights: '8-bit', parameters: 10, layers: 2, kvHeads: 1, headDim: 16, vocabulary: 40, context: 64, endTokens: [2], files: { 'tokenizer.json': { bytes: 2, sha256: 'x' } } }),
    );
    writeFileSync(path.join(folder, 'tokenizer.json'), '{}');
    const refused = await fuzz(original, async (bytes) => {
      writeFileSync(path.join(folder, 'stepscope.json'), bytes);
      await readManifest(folder);
    });
    assert.equal(refused, INPUTS, 'the digest never fits');
  });

  it('tokenizer.json', async () => {
    const full = JSON.parse(readFileSync(path.join(bundledModel('r-prm'), 'tokenizer.json'), 'utf8')) as { model: { vocab: Record<string, number>; merges: unknown[] } };
    const small = { ...full, model: { ...full.model, vocab: Object.fromEntries(Object.entries(full.model.vocab).filter(([, id]) => id < 300)), merges: full.model.merges.slice(0, 20) } };
    const manifest = await readManifest(bundledModel('r-prm'));
    const refused = await fuzz(Buffer.from(JSON.stringify(small)), async (bytes) => {
      writeFileSync(path.join(folder, 'tokenizer.json'), bytes);
      await loadTokenizer(folder, manifest);
    });
    assert.ok(refused > INPUTS / 4);
  });

  const conversation = { messages: [{ role: 'system', content: 'Judge the step.' }, { role: 'user', content: 'Question: 2 + 2?' }], begun: 'Yes' } as const;

  for (const family of FAMILIES) {
    it(`chat template: ${family}`, async () => {
      const refused = await fuzz(Buffer.from(templateSource(family)), (bytes) => {
        const made = prepareTemplate(templateOf(bytes.toString('utf8')))(conversation);
        if (made.ok) assert.ok(made.prompt.includes('Question: 2 + 2?') && made.prompt.endsWith('Yes'));
        return made.ok ? Promise.resolve() : Promise.reject(new StepscopeError(made.reason, made.message));
      });
      assert.ok(refused > INPUTS / 4);
    });
  }

  it('tokenizer_config.json with a chat template', async () => {
    const template = [{ name: 'default', template: templateSource('qwen2') }, { name: 'tool_use', template: 'x' }];
    const original = Buffer.from(JSON.stringify({ bos_token: null, eos_token: { __type: 'AddedToken', content: '<|im_end|>' }, chat_template: template }));
    writeFileSync(path.join(folder, 'special_tokens_map.json'), '{"eos_token": "</s>"}');
    const refused = await fuzz(original, async (bytes) => {
      writeFileSync(path.join(folder, 'tokenizer_config.json'), bytes);
      const found = await readChatTemplate(folder);
      if (found !== undefined) prepareTemplate(found)(conversation);
    });
    rmSync(path.join(folder, 'tokenizer_config.json'));
    assert.ok(refused > INPUTS / 4);
  });
});
