import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readManifest, type ModelManifest } from '../../../src/models/manifest.ts';
import { firstTokens } from '../../../src/models/onnx/candidates.ts';
import { advance, createSequence, type SequenceResult } from '../../../src/models/onnx/sequence.ts';
import { loadTokenizer, type ModelTokenizer } from '../../../src/models/onnx/tokenizer.ts';
import { prepareTemplate } from '../../../src/models/chat/chat-prompt.ts';
import { bundledModel } from '../models/shared-models.ts';
import { templateOf, templateSource } from './chat-fixtures.ts';

/** A tokenizer as sentencepiece ones are converted: a space before a text that stands alone, and `▁` for spaces. */
function spaced(): object {
  const pieces = ['<unk>', '<s>', '</s>', '▁', '▁▁', ...Array.from('YesNo?ab'), '▁Y', '▁N', 'Ye', 'No', '▁Ye', '▁No', 'Yes', '▁Yes'];
  const vocab = Object.fromEntries([...new Set(pieces)].map((piece, id) => [piece, id]));
  const merges = ['▁ ▁', 'Y e', 'N o', 'Ye s', '▁ Yes', '▁ No'];
  const special = (content: string, id: number) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });
  return {
    version: '1.0',
    added_tokens: [special('<unk>', 0), special('<s>', 1), special('</s>', 2)],
    normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] },
    pre_tokenizer: null,
    post_processor: beginning('<s>', 1),
    decoder: { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
    model: { type: 'BPE', unk_token: '<unk>', fuse_unk: true, byte_fallback: false, vocab, merges },
  };
}

/** What puts a token before every text. */
function beginning(token: string, id: number): object {
  return { type: 'TemplateProcessing', single: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }], pair: [], special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } } };
}

describe('the tokens of a prompt that a template made', () => {
  let folder = '';
  let manifest: ModelManifest;
  before(async () => (manifest = await readManifest(bundledModel('r-prm'))));
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'stepscope-tokens-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const load = (definition: object): Promise<ModelTokenizer> => {
    writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify(definition));
    return loadTokenizer(folder, manifest);
  };
  const bundled = () => JSON.parse(readFileSync(path.join(bundledModel('r-prm'), 'tokenizer.json'), 'utf8')) as object;

  it('have one first token, whether the template writes it, the tokenizer adds it, or both', async () => {
    const tokenizer = await load({ ...bundled(), post_processor: beginning('<|endoftext|>', 0) });
    assert.deepEqual(tokenizer.encode('Question: 2'), [0, ...tokenizer.encodePart('Question: 2')]);
    const made = prepareTemplate({ ...templateOf(templateSource('llama3')), tokens: { bos_token: '<|endoftext|>' } })({ messages: [{ role: 'user', content: 'Question: 2' }], date: '2024-07-26' });
    assert.ok(made.ok && made.prompt.startsWith('<|endoftext|><|start_header_id|>'));
    const ids = tokenizer.encode(made.prompt);
    assert.deepEqual(ids, tokenizer.encodePart(made.prompt));
    assert.deepEqual([ids[0], ids.filter((id) => id === 0).length], [0, 1]);
    assert.equal(tokenizer.decode(ids), made.prompt);
    // A tokenizer that adds nothing leaves the template's alone.
    const plain = await load(bundled());
    assert.deepEqual(plain.encode(made.prompt), ids);
  });

  it('candidates are read where they stand: a space before a text alone would make them all begin alike', async () => {
    const tokenizer = await load(spaced());
    assert.deepEqual(tokenizer.encode('a'), [1, ...tokenizer.encodePart('a')]);
    assert.equal(tokenizer.encodePart(' Yes')[0], tokenizer.encodePart(' No')[0]);
    const first = firstTokens(tokenizer, 'a b?', [' Yes', ' No']);
    assert.deepEqual(first.ok && first.value.map((id) => tokenizer.decode([id])), [' Yes', ' No']);
    const unspaced = firstTokens(tokenizer, 'a b?', ['Yes', 'No']);
    assert.deepEqual(unspaced.ok && unspaced.value.map((id) => tokenizer.decode([id])), ['Yes', 'No']);
    const alike = firstTokens(tokenizer, '?', ['ab', 'aa']);
    assert.ok(!alike.ok);
    assert.match(alike.error.message, /begins "ab" and "aa" with the same token.*use a model with another tokenizer\.$/);
  });

  it('of the bundled verifier are what they were', async () => {
    const tokenizer = await loadTokenizer(bundledModel('r-prm'), manifest);
    const first = firstTokens(tokenizer, 'Is the step correct (Yes/No)?', [' Yes', ' No']);
    assert.deepEqual(first.ok && first.value, [' Yes', ' No'].map((text) => tokenizer.encodePart(text)[0]));
  });
});

describe('stopping and reading past the thinking', () => {
  const STOP = ['Correct? Yes', 'Correct? No'];
  let tokenizer: ModelTokenizer;
  before(async () => (tokenizer = await loadTokenizer(bundledModel('reasoner'), await readManifest(bundledModel('reasoner')))));

  /** What a sample looks like when the model writes this text; P(candidate) is read from logits that favour token 7 at every place. */
  function write(text: string, skipThinking: { readonly opened: boolean } | undefined): SequenceResult {
    const results: SequenceResult[] = [];
    const listener = { text: () => undefined, done: (made: SequenceResult) => results.push(made) };
    const request = { ids: [1], n: 1, firstSample: 0, maxNewTokens: 500, temperature: 0, topP: 1, seed: 0, stop: STOP, readout: { after: 'Correct?', tokens: [7, 8] }, ...(skipThinking === undefined ? {} : { skipThinking }) };
    const sequence = createSequence(request, 0, listener, tokenizer);
    const ids = [...tokenizer.encodePart(text), 2];
    const logits = Float32Array.from({ length: 16 }, (_, id) => (id === 7 ? 1 : 0));
    for (const id of ids) if (!sequence.finished) advance(sequence, logits, () => id, [2], 1000);
    return results[0] ?? assert.fail('the sample did not end');
  }

  it('a verdict that is weighed inside the block neither ends the text nor is read', () => {
    const thinking = 'Is it? Correct? Yes, or Correct? No. Hm.\n</think>\n\nFine. Correct? No, and more';
    for (const [text, opened] of [[thinking, true], [`<think>\n${thinking}`, false], [`\n <think>${thinking}`, false]] as const) {
      const made = write(text, { opened });
      assert.ok(made.text.endsWith('</think>\n\nFine. Correct? No'), made.text);
      assert.equal(made.finish, 'stop');
      assert.ok((made.readout?.[0] ?? 0) > 0.7);
    }
    assert.ok(write(thinking, undefined).text.endsWith('Is it? Correct? Yes'));
  });

  it('thinking that never ends has no verdict', () => {
    for (const opened of [true, false]) {
      const made = write(`${opened ? '' : '<think>'}So. Correct? Yes. Correct? No`, { opened });
      assert.deepEqual([made.finish, made.readout, made.readAgain], ['end', undefined, undefined]);
    }
  });

  it('without thinking it is as before', () => {
    const made = write('Fine. Correct? Yes, and more', { opened: false });
    assert.deepEqual([made.text, made.finish], ['Fine. Correct? Yes', 'stop']);
  });
});
