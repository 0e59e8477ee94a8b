import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readChatTemplate, templateHash } from '../../../src/models/chat/chat-template.ts';
import { failsWith } from '../models/fails-with.ts';

describe('where a model folder keeps its chat template', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'stepscope-chat-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: unknown) => writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  const config = (content: object) => write('tokenizer_config.json', content);
  const found = async () => {
    const template = await readChatTemplate(folder);
    return template === undefined ? undefined : [path.basename(template.file), template.source];
  };

  it('nowhere', async () => {
    assert.equal(await found(), undefined);
    config({ bos_token: '<s>', chat_template: null });
    write('chat_template.json', {});
    assert.equal(await found(), undefined);
  });

  it('in any of the shapes, a file of its own first', async () => {
    write('chat_template.json', { chat_template: 'of the processor' });
    assert.deepEqual(await found(), ['chat_template.json', 'of the processor']);
    config({ chat_template: 'text' });
    assert.deepEqual(await found(), ['tokenizer_config.json', 'text']);
    config({ chat_template: [{ name: 'tool_use', template: 'tools' }, { name: 'default', template: 'named' }] });
    assert.deepEqual(await found(), ['tokenizer_config.json', 'named']);
    config({ chat_template: { rag: 'documents', default: 'in an object' } });
    assert.deepEqual(await found(), ['tokenizer_config.json', 'in an object']);
    config({ chat_template: [{ name: 'chat', template: 'the only one' }] });
    assert.deepEqual(await found(), ['tokenizer_config.json', 'the only one']);
    write('chat_template.jinja', 'own file\n');
    assert.deepEqual(await found(), ['chat_template.jinja', 'own file\n']);
  });

  it('special tokens as text, as object, in the older file, and absent', async () => {
    write('chat_template.jinja', 'x');
    write('special_tokens_map.json', { bos_token: '<old>', unk_token: { content: '<unk>' }, additional_special_tokens: ['<a>'] });
    config({ bos_token: { __type: 'AddedToken', content: '<s>', lstrip: false }, eos_token: '</s>', pad_token: null, sep_token: 7, model_max_length: 1e30 });
    assert.deepEqual((await readChatTemplate(folder))?.tokens, { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' });
  });

  it('another template or another token is another identity, another place is not', async () => {
    write('chat_template.jinja', 'x');
    const hash = async () => templateHash((await readChatTemplate(folder)) ?? assert.fail());
    const first = await hash();
    assert.match(first, /^[0-9a-f]{64}$/);
    config({ eos_token: '</s>' });
    const withToken = await hash();
    assert.notEqual(withToken, first);
    config({ eos_token: { content: '</s>' }, chat_template: 'x' });
    rmSync(path.join(folder, 'chat_template.jinja'));
    assert.equal(await hash(), withToken);
    config({ eos_token: '</s>', chat_template: 'y' });
    assert.notEqual(await hash(), withToken);
  });

  const broken: readonly (readonly [string, () => void, RegExp])[] = [
    ['a file that is no JSON', () => write('chat_template.json', '{'), /chat_template\.json is no JSON object: download it again/],
    ['a file that is a list', () => config([]), /tokenizer_config\.json is no JSON object/],
    ['a template that is a number', () => config({ chat_template: 7 }), /tokenizer_config\.json has a chat_template that is no text/],
    ['an empty list', () => config({ chat_template: [] }), /has a chat_template that is no text/],
    ['a list of texts', () => config({ chat_template: ['x'] }), /no list of named templates/],
    ['a named template without a text', () => config({ chat_template: [{ name: 'default' }] }), /not one that is named "default"/],
    ['no default among several', () => config({ chat_template: { a: 'x', b: 'y' } }), /has several chat templates \("a", "b"\) and not one that is named "default"/],
    ['two defaults', () => config({ chat_template: [{ name: 'default', template: 'x' }, { name: 'default', template: 'y' }] }), /not one that is named "default"/],
    ['a template of megabytes', () => write('chat_template.jinja', 'x'.repeat(2_000_000)), /chat_template\.jinja has a chat template of 2000000 characters/],
    ['a file of a hundred megabytes', () => (write('chat_template.jinja', ''), truncateSync(path.join(folder, 'chat_template.jinja'), 100e6)), /has 100000000 bytes, more than such a file can need/],
  ];
  for (const [what, spoil, message] of broken) {
    it(`refuses ${what}`, async () => {
      spoil();
      await assert.rejects(readChatTemplate(folder), failsWith('template-invalid', message));
    });
  }
});
