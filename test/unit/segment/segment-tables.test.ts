import assert from 'node:assert/strict';
import { detectLanguage } from '../../../src/core/segment/language.ts';
import { unitsAt, unitStarts } from '../../../src/core/segment/planning.ts';
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

const MARKERS: readonly Case[] = [
  ...[
    ['English words', 'Step One: a', 'Step Two: b'], ['German', 'Schritt 1: a', 'Schritt 2: b'], ['French', 'Étape 1 : a', 'Étape 2 : b'], ['Spanish', 'Paso 1: a', 'Paso 2: b'],
    ['Portuguese', 'Passo 1: a', 'Passo 2: b'], ['Swahili', 'Hatua ya 1: a', 'Hatua ya 2: b'], ['Russian', 'Шаг 1. a', 'Шаг 2. b'], ['Japanese', 'ステップ1：a', 'ステップ2：b'],
    ['Chinese ordinals', '第一步：a', '第二步：b'], ['Chinese ordinals in digits', '第1步：a', '第2步：b'], ['Bengali digits', 'ধাপ ১: a', 'ধাপ ২: b'], ['Telugu', 'దశ 1: a', 'దశ 2: b'],
    ['Thai', 'ขั้นตอนที่ 1: a', 'ขั้นตอนที่ 2: b'], ['numbers in brackets', '(1) a', '(2) b'], ['letters in brackets', '(a) x', '(b) y'], ['letters', 'a) x', 'b) y'],
    ['Roman numerals', '(i) x', '(ii) y'], ['circled numbers', '① a', '② b'], ['Chinese commas', '1、a', '2、b'], ['bold numbers', '**1.** a', '**2.** b'], ['bold titles', '**1. A**', '**2. B**'],
    ['numbered headings', '### 1. A', '### 2. B'], ['hyphens', '- a', '- b'], ['asterisks', '* a', '* b'], ['bullets', '• a', '• b'],
  ].map(([what = '', first = '', second = '']): Case => [what, `${first}\nmore\n${second}`, [`${first}\nmore`, second]]),
  ['Chinese ordinals over ten', '第九步：a\n第十步：b\n第十一步：c', ['第九步：a', '第十步：b', '第十一步：c']],
  ['(i) after (h)', '(g) x\n(h) y\n(i) z', ['(g) x', '(h) y', '(i) z']],
  ['text after bullets', 'So:\n- a\n- b\n\nHence c.\n\nd', ['So:', '- a', '- b', 'Hence c.\n\nd']],
  ['text in bullets', '- a\n\n  more\n- b', ['- a\n\n  more', '- b']],
  ['inner bullets', '1. a\n- x\n- y\n2. b', ['1. a\n- x\n- y', '2. b']],
  ['bullets, then steps', '- a\n- b\nStep 1: c\n- d\nStep 2: e', ['- a', '- b', 'Step 1: c\n- d', 'Step 2: e']],
  ['numbers under bold numbers', '**1. A**\n1. x\n2. y\n**2. B**', ['**1. A**\n1. x\n2. y', '**2. B**']],
  ['a product is no marker', 'a\n(1)*5 = 5\n(2)*5 = 10', ['a\n(1)*5 = 5\n(2)*5 = 10']],
  ['minus is no bullet', 'a\n-90n = 5', ['a\n-90n = 5']],
  ['a rule is no bullet', 'a\n- - -\nb', ['a\n- - -\nb']],
];

const SENTENCES: readonly Case[] = [
  ['numbers first', 'He has 5. 2 are red. x = 3.', ['He has 5.', '2 are red. x = 3.']],
  ['decimals', 'It is 3.5 or .5 of 1,000.25. So 2.', ['It is 3.5 or .5 of 1,000.25.', 'So 2.']],
  ['abbreviations', 'See e.g. Fig. 3 and Dr. Lee, i.e. No. 5. Now go.', ['See e.g. Fig. 3 and Dr. Lee, i.e. No. 5.', 'Now go.']],
  ['no at the end', 'The answer is no. Then stop.', ['The answer is no.', 'Then stop.']],
  ['initials', 'J. K. Rowling wrote. Point A. Then B.', ['J. K. Rowling wrote.', 'Point A.', 'Then B.']],
  ['factorials', 'So 5! = 120. Then 4! is 24! Great.', ['So 5! = 120.', 'Then 4! is 24!', 'Great.']],
  ['enumerators', '1. First. 2. Second.\nStep 3. Third.', ['1. First.', '2. Second.', 'Step 3. Third.']],
  ['closing marks', '**Total.** He said "yes." (All of them.) Then', ['**Total.**', 'He said "yes."', '(All of them.)', 'Then']],
  ['formulas', 'Let $x = 1. Then$ be. Or \\(a. B\\) so. $$c. D$$ End.', ['Let $x = 1. Then$ be.', 'Or \\(a. B\\) so.', '$$c. D$$ End.']],
  ['prices', 'It costs $5. He paid $10. So $5 more.', ['It costs $5.', 'He paid $10.', 'So $5 more.']],
  ['a formula on its own lines', 'We get\n\\[ a. B \\],\nwhere x is 1.\nSo', ['We get\n\\[ a. B \\],\nwhere x is 1.', 'So']],
  ['wrapped lines', 'The train\nleaves at five.\nx = 2', ['The train\nleaves at five.', 'x = 2']],
  ['a heading', '## One. Two\n\nThree. Four.\n\n## End', ['## One. Two\n\nThree.', 'Four.\n\n## End']],
  ['code', 'Run\n```\na. B. C\n```\nDone. Ok', ['Run\n```\na. B. C\n```', 'Done.', 'Ok']],
  ['Chinese', '有5个。他给了2个！还有3.5个吗？对。', ['有5个。', '他给了2个！', '还有3.5个吗？', '对。']],
  ['no space, no sentence', 'See example.com and a.B here.', ['See example.com and a.B here.']],
  ['German', 'Er hat z.B. 5 Bälle, d.h. Mehr als Dr. Müller. Gut.', ['Er hat z.B. 5 Bälle, d.h. Mehr als Dr. Müller.', 'Gut.']],
];

const TABLE = '| a | b |\n|---|:-:|\n| c. D | 1. x |\n- | e';
const BLOCKS: readonly (readonly [string, string])[] = [
  ['a table', TABLE],
  ['a table without outer bars', 'a. B | c\n--|--\n1. D | e\n- f | g'],
  ['a formula', '\\[\n1. A. B\n\nSo c\n\\]'],
  ['an environment', '\\begin{align}\n1. A. B\n\nSo c\n\\end{align}'],
  ['dollars', '$$\n- A. B\n\nSo c\n$$'],
  ['one dollar', '$a. B\n- c. D$'],
  ['round brackets', '\\(a. B\n- c. D\\)'],
  ['a fence', '```\n1. A. B\n\nSo c\n```'],
  ['a tilde fence', '~~~\nStep 1: A. B\n\nSo c\n~~~'],
  ['a figure', '[asy]\n1. A. B\n\nSo c\n[/asy]'],
];

const PLANNING: readonly (readonly [what: string, text: string, units: readonly (readonly string[])[]])[] = [
  ['groups', 'It is so.\n\nWait, no. It is not. So 2.\n\nAnd 3.', [['It is so.'], ['Wait, no. It is not.'], ['So 2.', 'And 3.']]],
  ['whole words', 'Some. Sofia. Also. So', [['Some. Sofia. Also.'], ['So']]],
  ['the longest', 'But wait, a.\n\nLet us b.', [['But wait, a.'], ['Let us b.']]],
  ['markers and bold', 'a\n\n- First, b\n\n**Hmm**, c', [['a'], ['- First, b'], ['**Hmm**, c']]],
  ['Chinese', '一共5个。等等，不对。所以是6个。', [['一共5个。'], ['等等，不对。'], ['所以是6个。']]],
];

const AUTO: readonly Case[] = [
  ['single-newline steps', 'Step 1: a\nStep 2: b', ['Step 1: a', 'Step 2: b']],
  ['blank lines separate the numbers', '1. a\n\nmore\n\n2. b', ['1. a', 'more', '2. b']],
  ['one number', 'Step 1: a\nb\n\nc', ['Step 1: a\nb', 'c']],
  ['a short list in a long text', 'We use\n1. a\n2. b\n\nThen c.\n\nHence d.', ['We use\n1. a\n2. b', 'Then c.', 'Hence d.']],
  ['paragraphs', 'a\n\nb', ['a', 'b']],
  ['lines', 'He has 2.\nShe has 3. So 5.\nA: 5', ['He has 2.', 'She has 3. So 5.', 'A: 5']],
  ['wrapped lines', 'He has 2 red\nand 3 blue. So\nhe has 5.', ['He has 2 red\nand 3 blue.', 'So\nhe has 5.']],
  ['one line', 'He has 2. She has 3.', ['He has 2.', 'She has 3.']],
];

for (const [name, cases] of [['blank-lines', BLANK_LINES], ['numbered', [...NUMBERED, ...MARKERS]], ['sentences', SENTENCES], ['auto', AUTO]] as const)
  describe(`segmenter ${name}`, () => {
    for (const [what, text, steps] of cases) it(what, () => assert.deepEqual(cut(name, text), steps));
  });

describe('segmenter planning-words', () => {
  for (const [what, text, units] of PLANNING)
    it(what, () => {
      const steps = SEGMENTERS['planning-words'].cut(text);
      const found = unitsAt(text, steps, unitStarts(text, steps, {}), {});
      assert.deepEqual(found.map(({ first, end }) => steps.slice(first, end).map((step) => text.slice(step.start, step.end))), units);
    });

  it('takes the words of a person', () => {
    const words = { planningWords: ['a+b', 'Nun', ''] };
    const text = 'So it is. Nun gut. Nunmehr. a+b it. Wait.';
    assert.deepEqual(SEGMENTERS['planning-words'].cut(text, undefined, words).map(({ start, end }) => text.slice(start, end)), ['So it is.', 'Nun gut. Nunmehr. a+b it. Wait.']);
  });
});

describe('protected blocks', () => {
  for (const [what, block] of BLOCKS)
    for (const name of Object.keys(SEGMENTERS) as TextSegmenterName[])
      it(`${name} keeps ${what} whole`, () => {
        const text = `One. Two.\n\n${block}\n\nThree. Four.`;
        const from = text.indexOf(block);
        for (const { start } of SEGMENTERS[name].cut(text)) assert.ok(start <= from || start >= from + block.length, text.slice(start));
      });

  it('bars make no table without a delimiter row', () => {
    assert.equal(cut('lines', '|x| = 3\n|y| = 4').length, 2);
  });
});

describe('languages', () => {
  const exemplar = { en: 'There are 4 days and he has 5.', es: 'Hay 4 días y él tiene 5.', fr: 'Il y a 4 jours et il a 5 balles.', de: 'Das sind 4 Tage und er hat 5.', ru: 'Всего 4 дня.', zh: '一共有 4 天。', ja: '月曜から木曜まで4日あります。', th: 'รวมกันเป็น 4 วัน', sw: 'Kuna siku 4 na ana mipira 5.', bn: 'মোট 4 দিন হয়।', te: 'మొత్తం 4 రోజులు.' };
  for (const [language, text] of Object.entries(exemplar)) it(`tells ${language}`, () => assert.equal(detectLanguage(text), language));
  it('takes English where there are no words, and is not misled by formulas', () => {
    assert.equal(detectLanguage('$x = 1$ 2 + 2'), 'en');
    assert.equal(detectLanguage('所以 $\\frac{x}{y}$ 等于五。'), 'zh');
  });
});

describe('segmenters within a span', () => {
  it('cut only that part and give offsets into the whole text', () => {
    const text = 'zero\n\n one\n\ntwo \n\nthree';
    const spans = SEGMENTERS['blank-lines'].cut(text, { start: 5, end: 17 });
    assert.deepEqual(spans, [{ start: 7, end: 10 }, { start: 12, end: 15 }]);
  });
});
