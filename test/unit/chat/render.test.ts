import assert from 'node:assert/strict';
import { compileTemplate, TemplateRefusal, Unsupported } from '../../../src/models/chat/render.ts';
import { chatGoldens, FAMILIES, templateSource } from './chat-fixtures.ts';

const NOTHING = { messages: [], addGenerationPrompt: true, tokens: {}, variables: {}, date: new Date('2024-07-26T15:04:05Z') } as const;

describe('chat templates against Jinja2', () => {
  const { tokens, date, rows } = chatGoldens();
  for (const family of FAMILIES) {
    it(`${family}: the same text, and the same refusals`, () => {
      const render = compileTemplate(templateSource(family));
      const mine = rows.filter(({ template }) => template === family);
      assert.equal(mine.length, 9);
      for (const { case: { messages, add_generation_prompt: addGenerationPrompt = true, variables = {} }, text, refused } of mine) {
        const made = () => render({ messages, addGenerationPrompt, tokens, variables, date: new Date(date) });
        if (refused === undefined) assert.equal(made(), text);
        else assert.throws(made, (error) => error instanceof TemplateRefusal && error.message === refused);
      }
    });
  }
});

describe('what a template may call', () => {
  const render = (source: string, variables = {}) => compileTemplate(source)({ ...NOTHING, variables });

  it('strftime_now, in English whatever the machine speaks', () => {
    assert.equal(render('{{ strftime_now("%Y-%m-%d %y %e %-d/%-m %B %b %A %a %H:%I:%M:%S %p %%") }}'), '2024-07-26 24 26 26/7 July Jul Friday Fri 15:03:04:05 PM %');
    assert.throws(() => render('{{ strftime_now("%Q") }}'), (error) => error instanceof Unsupported && error.message === 'strftime_now("%Q")');
  });

  it('range, tojson, namespace, generation, break', () => {
    assert.equal(render('{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}{% for i in range(2) %}{{ i }}{% endfor %}'), '53101');
    assert.equal(render('{{ a | tojson }}', { a: { b: ['ü', 1, true, null] } }), '{"b": ["ü", 1, true, null]}');
    assert.equal(render('{% generation %}a{% endgeneration %}{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}'), 'a01');
    assert.throws(() => render('{% for i in range(100000000) %}x{% endfor %}'), /counts from 0 to 100000000/);
  });

  it('strip with the characters that go', () => {
    const texts = ['', '\n', ' \n a\n\n', 'xyx', 'x a y'];
    const all = texts.map((t) => render("{{ t.strip('\n') }}|{{ t.lstrip('xy') }}|{{ t.rstrip('xy ') }}|{{ t.strip() }}", { t }));
    assert.deepEqual(all, ['|||', '|\n|\n|', ' \n a| \n a\n\n| \n a\n\n|a', 'xyx|||xyx', 'x a y| a y|x a|x a y']);
    assert.throws(() => render('{{ [1].strip(2) }}'), Unsupported);
  });

  it('nothing of this program: names of objects lead nowhere', () => {
    for (const source of ['{{ messages.constructor }}', '{{ process }}', '{{ raise_exception.constructor("return process")() }}', "{{ messages['__proto__'] }}", '{{ strftime_now.call }}']) {
      let text = '';
      try {
        text = render(source);
      } catch {
        continue;
      }
      assert.equal(text, '', source);
    }
  });

  it('variables do not replace the names that templates rely on', () => {
    assert.equal(render('{{ true }}{{ messages | length }}{% set n = namespace(a=1) %}{{ n.a }}', { true: 'x', messages: 'long', namespace: 'y' }), 'true01');
  });
});
