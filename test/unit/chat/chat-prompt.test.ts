import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChatRequest } from '../../../src/core/chat.ts';
import { opensThinking } from '../../../src/core/trace/thinking.ts';
import { prepareTemplate } from '../../../src/models/chat/chat-prompt.ts';
import { failsWith } from '../models/fails-with.ts';
import { FAMILIES, templateOf, templateSource, type Family } from './chat-fixtures.ts';

const SYSTEM = { role: 'system', content: 'Judge the step.' } as const;
const USER = { role: 'user', content: 'Question: 2 + 2?' } as const;
const DATE = '2024-07-26';

const PREPARED = new Map(FAMILIES.map((family) => [family, prepareTemplate(templateOf(templateSource(family)))]));

function prompt(family: Family, request: Omit<ChatRequest, 'date'>): { readonly prompt: string; readonly note?: string } {
  const made = PREPARED.get(family)?.({ date: DATE, ...request });
  assert.ok(made?.ok === true, JSON.stringify(made));
  return made;
}

function refused(source: string, request: ChatRequest = { messages: [SYSTEM, USER] }): string {
  const made = prepareTemplate(templateOf(source))(request);
  assert.ok(!made.ok);
  assert.equal(made.reason, 'template-invalid');
  assert.equal(made.message.split('\n').length, 1);
  return made.message;
}

describe('conversations as prompts', () => {
  it('every family: instruction and question are in the prompt, once each, before the reply', () => {
    for (const family of FAMILIES) {
      const { prompt: text } = prompt(family, { messages: [SYSTEM, USER] });
      for (const { content } of [SYSTEM, USER]) assert.equal(text.split(content).length, 2, `${family}: ${text}`);
    }
  });

  it('a template that refuses a system turn gets it in the user\'s turn, and says so', () => {
    const { prompt: text, note } = prompt('gemma2', { messages: [SYSTEM, USER] });
    assert.equal(text, '<s><start_of_turn>user\nJudge the step.\n\nQuestion: 2 + 2?<end_of_turn>\n<start_of_turn>model\n');
    assert.equal(note, "The chat template of model/chat_template.jinja has no system turn: what belongs there stands at the beginning of the user's turn.");
    assert.equal(prompt('gemma3', { messages: [SYSTEM, USER] }).note, undefined);
    assert.equal(prompt('gemma2', { messages: [USER] }).note, undefined);
  });

  it('a template that drops a system turn without a word gets it there, too', () => {
    const made = prepareTemplate(templateOf("{% for m in messages %}{% if m.role == 'user' %}[{{ m.content }}]{% endif %}{% endfor %}"))({ messages: [SYSTEM, USER] });
    assert.ok(made.ok);
    assert.equal(made.prompt, '[Judge the step.\n\nQuestion: 2 + 2?]');
    assert.match(made.note ?? '', /has no system turn/);
  });

  it('a template that leaves out the question is refused', () => {
    assert.match(refused("{{ messages[0].content }} and nothing else"), /leaves out the text of the user turn/);
    assert.match(refused("{% if messages[0].role == 'user' %}{{ messages[0].content[:5] }}{% endif %}"), /leaves out the text of the system turn/);
  });

  it('raise_exception fails the one conversation, with what the template says, on one line', () => {
    assert.equal(
      refused("{{ raise_exception('no\\nway \\x1b[31m') }}"),
      'The chat template of model/chat_template.jinja refuses the conversation ("no way [31m"): use plain prompts with this model.',
    );
    assert.ok(refused(`{{ raise_exception('${'long '.repeat(200)}') }}`).length < 400);
    assert.match(refused(templateSource('mistral'), { messages: [USER, USER] }), /turns must go user, assistant/);
  });

  it('a begun reply is a true continuation: the prompt without it, then exactly its text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FAMILIES), fc.string({ unit: 'binary' }), (family, begun) => {
        const request = { messages: [SYSTEM, USER] };
        assert.equal(prompt(family, { ...request, begun }).prompt, prompt(family, request).prompt + begun);
      }),
      { numRuns: 300 },
    );
    assert.throws(() => prompt('qwen2', { messages: [USER], begun: 'Yes', addGenerationPrompt: false }), failsWith('unsupported', /needs the generation prompt/));
  });

  it('without thinking where it is asked for: by the template, or by closing the block that it opens', () => {
    const direct = { messages: [USER], variables: { enable_thinking: false }, begun: 'Verification:' };
    assert.ok(prompt('qwen3', direct).prompt.endsWith('<|im_start|>assistant\n<think>\n\n</think>\n\nVerification:'));
    assert.ok(prompt('r1', direct).prompt.endsWith('<｜Assistant｜><think>\n\n</think>\n\nVerification:'));
    assert.ok(prompt('qwen2', direct).prompt.endsWith('<|im_start|>assistant\nVerification:'));
    assert.equal(opensThinking(prompt('r1', { messages: [USER] }).prompt), true);
    assert.equal(opensThinking(prompt('qwen3', { messages: [USER] }).prompt), false);
  });

  it('takes the day that is given, else today', () => {
    assert.ok(prompt('llama3', { messages: [USER] }).prompt.includes('Today: 26 Jul 2024'));
    const made = prepareTemplate(templateOf(templateSource('llama3')))({ messages: [USER] });
    assert.ok(made.ok && new RegExp(`Today: \\d\\d \\w{3} ${new Date().getFullYear()}`).test(made.prompt));
  });

  describe('broken templates: one sentence that names the file', () => {
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['a block that never ends', '{% for m in messages %}', /cannot be rendered/],
      ['a tag that never ends', '{{ "a', /cannot be rendered/],
      ['a comment that never ends', '{# a', /cannot be rendered \("Missing end of comment tag"\)/],
      ['an unknown statement', '{% include "other" %}', /needs something that is not supported here \("Unknown statement type: include"\)/],
      ['an unknown filter', '{{ messages[0].content | wordcount }}', /not supported here \("Unknown StringValue filter: wordcount"\)/],
      ['an unknown test', '{{ 4 is divisibleby }}', /not supported here \("Unknown test: divisibleby"\)/],
      ['an unknown function', '{{ cycler(1) }}', /not supported here/],
      ['a date that is not known', '{{ strftime_now("%j") }}', /not supported here \("strftime_now\("%j"\)"\)/],
      ['a value of the wrong kind', '{{ messages + 1 }}', /cannot be rendered/],
      ['brackets without end', `{{ ${'('.repeat(100_000)}`, /cannot be rendered \("Maximum call stack size exceeded"\)/],
    ];
    for (const [what, source, message] of cases) {
      it(what, () => {
        const render = () => prepareTemplate(templateOf(source))({ messages: [USER] });
        assert.throws(render, failsWith('template-invalid', /^The chat template of model\/chat_template\.jinja .*: use the template that came with the model, or plain prompts\.$/));
        assert.throws(render, failsWith('template-invalid', message));
      });
    }
  });
});
