import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ChatPrompt, ChatRequest } from '../../../src/core/chat.ts';
import { createEngine } from '../../../src/models/onnx/engine.ts';
import { createTemplateProcess, type TemplateProcess } from '../../../src/models/chat/template-process.ts';
import { repoRoot } from '../formats/shared-data.ts';
import { failsWith } from '../models/fails-with.ts';
import { bundledModel } from '../models/shared-models.ts';
import { TEMPLATE_SCRIPT, templateOf, templateSource } from './chat-fixtures.ts';

const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'Question: 2 + 2?' }], date: '2024-07-26' };
const NESTED = `{% set x = [1, 1] %}${'{% set x = [x, x] %}'.repeat(60)}`;
/** Programs that would hold up or fill up whatever runs them. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['loops in loops', '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}'],
  ['a text that doubles', "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x | upper }}"],
  ['a list that doubles', '{% set n = namespace(x=[1, 2]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}{{ n.x | length }}'],
  ['a list of itself, written out', `${NESTED}{{ x | tojson }}`],
  ['white space by the megabyte', `${' '.repeat(900_000)}x`],
  ['lists in lists', `{{ ${'['.repeat(200_000)}`],
];

describe('templates in a process of their own', function () {
  this.timeout(120_000);
  const open: TemplateProcess[] = [];
  afterEach(() => open.splice(0).forEach(({ release }) => release()));
  const start = (source: string, script = TEMPLATE_SCRIPT) => {
    const made = createTemplateProcess(templateOf(source), script);
    open.push(made);
    return made;
  };
  const texts = (prompts: readonly ChatPrompt[]) => prompts.map((made) => (made.ok ? made.prompt : made.message));

  it('renders in order, many at once, and what one conversation is refused for is its own', async () => {
    const { render } = start(templateSource('mistral'));
    const ask = (content: string): ChatRequest => ({ messages: [{ role: 'user', content }] });
    const [first, second] = await Promise.all([render([ask('a'), { messages: [...REQUEST.messages, ...REQUEST.messages] }, ask('b')]), render([ask('c')])]);
    assert.deepEqual(texts(first).map((text) => text.slice(0, 40)), ['<s>[INST] a[/INST]', 'The chat template of model/chat_template', '<s>[INST] b[/INST]']);
    assert.deepEqual(texts(second), ['<s>[INST] c[/INST]']);
  });

  for (const [what, source] of HOSTILE) {
    it(`ends what does not end, in one sentence: ${what}`, async () => {
      const { render } = start(source);
      await assert.rejects(render([REQUEST]), failsWith('template-invalid', /^The chat template of model\/chat_template\.jinja (is not done after 3 s|ended the process that renders it .*256 MB|cannot be rendered|leaves out).*plain prompts\.$/));
    });
  }

  it('goes on after a failure, with a new process', async () => {
    const { render } = start("{% if messages[0].content == 'loop' %}{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}{% endif %}{{ messages[0].content }}");
    await assert.rejects(render([{ messages: [{ role: 'user', content: 'loop' }] }]), failsWith('template-invalid', /is not done after 3 s/));
    assert.deepEqual(texts(await render([REQUEST])), ['Question: 2 + 2?']);
  });

  it('stops between two conversations when aborted', async () => {
    const { render } = start('{{ messages[0].content }}');
    const controller = new AbortController();
    controller.abort();
    await assert.rejects(render([REQUEST], controller.signal), failsWith('aborted', /cancelled/));
    assert.equal((await render([REQUEST])).length, 1);
  });

  it('says so when its own script is missing', async () => {
    await assert.rejects(start('x', path.join(repoRoot(), 'dist', 'absent.js')).render([REQUEST]), failsWith('engine-failed', /renders chat templates did not start/));
  });
});

describe('chat templates in the engine', function () {
  this.timeout(120_000);
  const engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js') });
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-chat-'))));
  after(() => {
    engine.dispose();
    rmSync(work, { recursive: true, force: true });
  });
  /** The bundled verifier, which has no template, with one. */
  const withTemplate = (name: string, files: Readonly<Record<string, string>>) => {
    const folder = path.join(work, name);
    cpSync(bundledModel('r-prm'), folder, { recursive: true });
    for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, file), content);
    return folder;
  };

  it('is a capability of a model with a template, and of no other', async () => {
    const without = await engine.load(bundledModel('r-prm'));
    assert.deepEqual([without.capabilities.chat, 'chatPrompts' in without, without.info.template], [undefined, false, undefined]);
    const given = await engine.load(withTemplate('given', { 'chat_template.jinja': templateSource('qwen3') }));
    assert.equal(given.capabilities.chat, true);
    assert.deepEqual(await given.chatPrompts?.([REQUEST]), [{ ok: true, prompt: '<|im_start|>user\nQuestion: 2 + 2?<|im_end|>\n<|im_start|>assistant\n' }]);
    // A template in a folder that was converted without one: the model itself is the same.
    assert.equal(given.info.hash, without.info.hash);
    assert.match(given.info.template ?? '', /^[0-9a-f]{64}$/);
    const other = await engine.load(withTemplate('other', { 'chat_template.jinja': templateSource('qwen2') }));
    assert.notEqual(other.info.template, given.info.template);
  });

  it('an endless template holds up neither the engine nor another request', async () => {
    const model = await engine.load(withTemplate('endless', { 'chat_template.jinja': HOSTILE[0]?.[1] ?? '' }));
    const pid = engine.pid;
    const rendering = assert.rejects(async () => model.chatPrompts?.([REQUEST]), failsWith('template-invalid', /endless\/chat_template\.jinja is not done after 3 s/));
    const began = performance.now();
    const [reading] = await model.nextTokenProbabilities(['Question: 2 + 2?'], [' Yes', ' No']);
    assert.ok(reading?.ok === true && performance.now() - began < 2900);
    await rendering;
    assert.equal(engine.pid, pid);
  });

  it('a template that cannot be read costs only the chat form', async () => {
    const model = await engine.load(withTemplate('broken', { 'chat_template.json': '{' }));
    assert.equal(model.capabilities.chat, true);
    assert.equal(model.info.template, undefined);
    await assert.rejects(async () => model.chatPrompts?.([REQUEST]), failsWith('template-invalid', /broken\/chat_template\.json is no JSON object/));
    const [reading] = await model.nextTokenProbabilities(['Question: 2 + 2?'], [' Yes', ' No']);
    assert.equal(reading?.ok, true);
  });
});
