import assert from 'node:assert/strict';
import { policyText } from '../../../src/core/attention/policy-text.ts';
import { parseMarkdownTrace } from '../../../src/formats/markdown.ts';
import { attentionPlaces } from '../../../src/vscode/attention/attention-places.ts';

const DOCUMENT = '# Problem\n\nHas 3 or 40?\n\n# Solution\n\n<think>\nOne 1.\n\nTwo 2.\n</think>\n\nThree.\n';

function opened(thinking: string) {
  const parsed = parseMarkdownTrace('a.md', DOCUMENT);
  assert.ok(parsed.ok);
  const { trace, problem, response } = parsed.value;
  const question = { start: thinking.indexOf('Has'), end: thinking.indexOf('Has') + 12 };
  const read = policyText({ thinking, direct: '', question }, trace);
  const inDocument = ({ start, end }: { readonly start: number; readonly end: number }) => ({ start: response.start + start, end: response.start + end });
  const open = { trace, problem, steps: trace.steps.map(({ span }) => inDocument(span)), ...(trace.answer && { answer: inDocument(trace.answer) }) };
  return { read, places: attentionPlaces(read, open) };
}

describe('the text that a policy reads of a document', () => {
  for (const [name, prompt] of [['opens its thinking', 'user\nHas 3 or 40?\nbot\n<think>\n'], ['does not', 'user\nHas 3 or 40?\nbot\n']] as const)
    it(`has the parts of the trace after a prompt that ${name}, and goes back to the document`, () => {
      const { read, places } = opened(prompt);
      assert.equal(read.text.split('<think>').length, 2);
      const words = read.parts.map(({ kind, span }) => [kind, read.text.slice(span.start, span.end)]);
      assert.deepEqual(words, [['question', 'Has 3 or 40?'], ['step', 'One 1.'], ['step', 'Two 2.'], ['answer', 'Three.']]);
      for (const { span } of read.parts) {
        const there = places.toDocument(span);
        assert.equal(DOCUMENT.slice(there?.start, there?.end), read.text.slice(span.start, span.end));
      }
      const three = { start: read.text.indexOf('3 or'), end: read.text.indexOf('3 or') + 1 };
      const there = places.toDocument(three);
      assert.equal(DOCUMENT.slice(there?.start, there?.end), '3');
      assert.equal(places.toDocument({ start: 0, end: 4 }), undefined);
    });

  it('holds what is selected in the document, part by part', () => {
    const { read, places } = opened('user\nHas 3 or 40?\nbot\n<think>\n');
    const spans = places.toText({ start: DOCUMENT.indexOf('40?'), end: DOCUMENT.indexOf('1.') + 1 });
    assert.deepEqual(spans.map(({ start, end }) => read.text.slice(start, end)), ['40?', 'One 1']);
    assert.deepEqual(places.toText({ start: 0, end: 9 }), []);
  });

  it('spans steps that are taken together', () => {
    const { read, places } = opened('user\nHas 3 or 40?\nbot\n');
    const there = places.toDocument({ start: read.parts[1]!.span.start, end: read.parts[2]!.span.end });
    assert.equal(DOCUMENT.slice(there?.start, there?.end), 'One 1.\n\nTwo 2.');
  });
});
