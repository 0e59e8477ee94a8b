import assert from 'node:assert/strict';
import { SEGMENTERS, type TextSegmenterName } from '../../../src/core/segment/segmenters.ts';

function cut(name: TextSegmenterName, text: string): string[] {
  return SEGMENTERS[name].cut(text).map(({ start, end }) => text.slice(start, end));
}

const FENCE = '```python\nx = 1\n\nprint(x)\n```';

type Case = readonly [what: string, text: string, steps: readonly string[]];

const BLANK_LINES: readonly Case[] = [
  ['nothing in blank text', ' \r\n\n\t\n', []],
  ['one paragraph', '\n\n  one\ntwo  \n\n', ['one\ntwo']],
  ['paragraphs', 'one\n\ntwo\n \t\n\nthree', ['one', 'two', 'three']],
  ['CRLF', 'one\r\nmore\r\n\r\ntwo\r\n', ['one\r\nmore', 'two']],
  ['code fence', `See:\n${FENCE}\n\nnext`, [`See:\n${FENCE}`, 'next']],
  ['tilde fence with a longer closer', '~~~\na\n\n```\n\n~~~~\n\nb', ['~~~\na\n\n```\n\n~~~~', 'b']],
  ['shorter fence does not close', '````\na\n\n```\n\nb\n````\n\nc', ['````\na\n\n```\n\nb\n````', 'c']],
  ['unclosed fence', 'a\n\n```\nb\n\nc\n\nd', ['a', '```\nb\n\nc\n\nd']],
  ['unclosed tilde fence', 'a\n\n~~~\nb\n\nc', ['a', '~~~\nb\n\nc']],
  ['unclosed fence before a whole one', `a\n\n\`\`\`\`\nb\n\n${FENCE}\n\nc`, ['a', `\`\`\`\`\nb\n\n${FENCE}\n\nc`]],
  ['inline code is no fence', '```x``` is code\n\nb', ['```x``` is code', 'b']],
  ['dollar formula', 'so\n$$\na\n\n= b\n$$\n\nc', ['so\n$$\na\n\n= b\n$$', 'c']],
  ['stray dollars', 'costs $$\n\nb\n\n$$ x $$\n\nc', ['costs $$', 'b', '$$ x $$', 'c']],
  ['bracket formula', '\\[\na\n\n= b\n\\]\n\nc', ['\\[\na\n\n= b\n\\]', 'c']],
  ['unclosed bracket formula', '\\[ a\n\nb\n\n\\[ c \\]\n\nd', ['\\[ a', 'b', '\\[ c \\]', 'd']],
  ['row spacing is no formula', 'a \\\\[2pt]\n\nb \\]\n\nc', ['a \\\\[2pt]', 'b \\]', 'c']],
  [
    'nested environments',
    '\\begin{align}\na\n\n\\begin{align}\n\n\\end{align}\n\nb\n\\end{align}\n\nc',
    ['\\begin{align}\na\n\n\\begin{align}\n\n\\end{align}\n\nb\n\\end{align}', 'c'],
  ],
  ['environment closed by another', '\\begin{a}\n\nb\n\n\\end{c}', ['\\begin{a}', 'b', '\\end{c}']],
  ['heading', 'a\n\n## Solution\n\nb', ['a', '## Solution\n\nb']],
  ['rule and heading', 'a\n\n---\n\n# Two\n\n## More\n\nb', ['a', '---\n\n# Two\n\n## More\n\nb']],
  ['heading at the end', 'a\n\nb\n\n## End', ['a', 'b\n\n## End']],
  ['heading alone', '# Only', ['# Only']],
  ['hash without space is text', 'a\n\n#1\n\nb', ['a', '#1', 'b']],
  ['bold step title', '**Step 1: Add**\n\na\n\n**Step 2:**\n\nb\n\n**4**', ['**Step 1: Add**\n\na', '**Step 2:**\n\nb', '**4**']],
  ['comment in code is no heading', '```\n# a\n```\n\nb', ['```\n# a\n```', 'b']],
];

const NUMBERED: readonly Case[] = [
  ['plain', 'Step 1: a\nStep 2: b\n\nStep 3: c', ['Step 1: a', 'Step 2: b', 'Step 3: c']],
  ['bold', '**Step 1:** a\nmore\n**Step 2**: b', ['**Step 1:** a\nmore', '**Step 2**: b']],
  ['headings', '### Step 1\n\na\n\n### Step 2: B\n\nb', ['### Step 1\n\na', '### Step 2: B\n\nb']],
  ['dots', '1. a\n2. b\r\n3. c', ['1. a', '2. b', '3. c']],
  ['brackets', '1) a\n2) b', ['1) a', '2) b']],
  ['text before', 'First some words.\n\nStep 1: a\nStep 2: b', ['First some words.', 'Step 1: a', 'Step 2: b']],
  ['continuation with blank lines', '1. a\n\nmore\n\n2. b', ['1. a\n\nmore', '2. b']],
  ['skipped number', '1. a\n3. c\n2. b', ['1. a\n3. c', '2. b']],
  ['inner list', '1. a\n   1. x\n   2. y\n2. b', ['1. a\n   1. x\n   2. y', '2. b']],
  ['other style', 'Step 1: a\n2. x\nStep 2: b', ['Step 1: a\n2. x', 'Step 2: b']],
  ['from any number at the top', '3. a\n4. b', ['3. a', '4. b']],
  ['a year opens nothing', 'It was\n2019. Then\n2020. came', ['It was\n2019. Then\n2020. came']],
  ['prose', 'Step 1: a\nStep 2 shows it', ['Step 1: a\nStep 2 shows it']],
  ['title above the first', '## Solution\n\n1. a\n2. b', ['## Solution\n\n1. a', '2. b']],
  ['rule above a later one', '1. a\n---\n2. b', ['1. a', '---\n2. b']],
  ['in code', '1. a\n```\n2. x\n```\n2. b', ['1. a\n```\n2. x\n```', '2. b']],
  ['decimals', '1. a\n2.5 is more\n2. b', ['1. a\n2.5 is more', '2. b']],
  ['other languages', 'Schritt 1: a\nSchritt 2: b', ['Schritt 1: a', 'Schritt 2: b']],
  ['Chinese', '步骤1：甲\n步骤2：乙', ['步骤1：甲', '步骤2：乙']],
];

const AUTO: readonly Case[] = [
  ['single-newline steps', 'Step 1: a\nStep 2: b', ['Step 1: a', 'Step 2: b']],
  ['blank lines separate the numbers', '1. a\n\nmore\n\n2. b', ['1. a', 'more', '2. b']],
  ['one number', 'Step 1: a\nb\n\nc', ['Step 1: a\nb', 'c']],
  ['a short list in a long text', 'We use\n1. a\n2. b\n\nThen c.\n\nHence d.', ['We use\n1. a\n2. b', 'Then c.', 'Hence d.']],
  ['paragraphs', 'a\n\nb', ['a', 'b']],
];

for (const [name, cases] of [['blank-lines', BLANK_LINES], ['numbered', NUMBERED], ['auto', AUTO]] as const)
  describe(`segmenter ${name}`, () => {
    for (const [what, text, steps] of cases) it(what, () => assert.deepEqual(cut(name, text), steps));
  });

describe('segmenters within a span', () => {
  it('cut only that part and give offsets into the whole text', () => {
    const text = 'zero\n\n one\n\ntwo \n\nthree';
    const spans = SEGMENTERS['blank-lines'].cut(text, { start: 5, end: 17 });
    assert.deepEqual(spans, [{ start: 7, end: 10 }, { start: 12, end: 15 }]);
  });
});
