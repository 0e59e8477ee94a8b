import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { findSections } from '../../../src/core/verifier/analysis.ts';
import { analysisParts, missingAspects } from '../../../src/core/verifier/analysis-parts.ts';
import { quoteTokens } from '../../../src/core/verifier/quote-tokens.ts';
import { quoteFinder, type QuoteOrigin, type QuoteSource } from '../../../src/core/verifier/quotes.ts';
import { anyText } from '../segment/random-texts.ts';

const FOLDER = 'test/fixtures/analyses';

interface Fixture {
  readonly from: string;
  readonly problem: string;
  /** Up to the step that the analysis is of. */
  readonly steps: readonly string[];
  readonly analysis: string;
}

const fixtures = JSON.parse(readFileSync(`${FOLDER}/analyses.json`, 'utf8')) as readonly Fixture[];

function sourcesOf(problem: string, ...steps: readonly string[]): QuoteSource[] {
  return [{ origin: 'question', text: problem }, ...steps.map((text, origin) => ({ origin, text }))];
}

/** What is found, one a line: `84 <- question 10-12, step 1 34-36`. */
function told(analysis: string, sources: readonly QuoteSource[]): string[] {
  const name = (origin: QuoteOrigin): string => (origin === 'question' ? origin : `step ${origin + 1}`);
  const { quotes, misquoted } = quoteFinder(sources)(analysis);
  return [
    ...quotes.map(({ kind, span, places }) =>
      `${kind} ${analysis.slice(span.start, span.end)} <- ${places.map((place) => `${name(place.origin)} ${place.span.start}-${place.span.end}`).join(', ')}`),
    ...misquoted.map(({ start, end }) => `misquoted ${analysis.slice(start, end)}`),
  ];
}

/** Only the numbers and phrases, with the texts that they are linked to. */
function links(analysis: string, ...texts: readonly string[]): [string, ...string[]][] {
  const sources = sourcesOf(texts[0] ?? '', ...texts.slice(1));
  return quoteFinder(sources)(analysis).quotes.map(({ span, places }) => [
    analysis.slice(span.start, span.end),
    ...places.map(({ origin, span: { start, end } }) => sources.find((source) => source.origin === origin)?.text.slice(start, end) ?? ''),
  ]);
}

describe('quotes in an analysis', () => {
  it('are those of the golden text, in analyses that the bundled verifier wrote', () => {
    const text = fixtures.map(({ from, problem, steps, analysis }) => [`# ${from}`, ...told(analysis, sourcesOf(problem, ...steps)), ''].join('\n')).join('\n');
    const golden = `${FOLDER}/quotes.txt`;
    const expected = existsSync(golden) ? readFileSync(golden, 'utf8') : '';
    if (text !== expected) writeFileSync(`${golden}.actual`, text);
    assert.equal(text, expected, `compare ${golden} with ${golden}.actual`);
  });

  it('keep every place of a number, and take no number of a step or a list for one', () => {
    assert.deepEqual(links('Steps 1 to 2 are right. 2 comes from Step 1.', 'Ann has 2 cats and 2 dogs.', 'Step 1: 2 + 2 = 4.', '2. So 4.'), [['2', '2', '2', '2', '2']]);
    assert.deepEqual(links('Steps 1, 2 and 3, step 1-2, **Step 2**, Schritte 1 bis 2, 第2步, 步骤1 and the 2nd.', '1 2 3'), []);
    assert.deepEqual(links('1. First 7.\n2) Then.', '1 2 7'), [['7', '7']]);
  });

  it('compare numbers by value, and leave alone what can be read in two ways', () => {
    const same = (one: string, other: string): boolean => links(`It is ${one} now`, `So ${other} here`).length === 1;
    for (const [one, other] of [['1,200', '1200'], ['1{,}200', '1,200'], ['3.50', '3.5'], ['$64', '64'], ['5km', '5 miles'], ['50\\%', '50%'], ['50 percent', '50%'], ['\\frac{1}{3}', '1/3'], ['3', '1/3'], ['1/3', '3'], ['-5', '−5'], ['0.50', '.5'], ['1,200', '1\u202f200'], ['1.200', '1.200'], ['3,5', '3,5'], ['1,234,567.80', '1234567.8']] as const)
      assert.ok(same(one, other), `${one} = ${other}`);
    for (const [one, other] of [['50', '50%'], ['5', '-5'], ['1.200', '1200'], ['1.200', '1.2'], ['3,5', '3.5'], ['2', 'x^2'], ['2', 'x_{2}'], ['2', 'x2'], ['2', 'H2O'], ['10', '100'], ['5', '2.5'], ['7', '7th']] as const)
      assert.ok(!same(one, other), `${one} != ${other}`);
    assert.deepEqual(links('148 - 37 = 111', '148 and 37'), [['148', '148'], ['37', '37']], 'a minus between two numbers is no sign');
  });

  it('take the longest phrase of three words, and words of no weight for none', () => {
    assert.deepEqual(links('It says that Mia has many photos left, rightly.', 'Now Mia has many photos left.'), [['Mia has many photos left', 'Mia has many photos left']]);
    assert.deepEqual(links('This is in the text and so on.', 'It is in the end.'), []);
    assert.deepEqual(links('The six green apples', 'Six\n**green** apples'), [['six green apples', 'Six\n**green** apples']]);
    assert.deepEqual(links('Red apples plus green apples', 'red apples minus green apples'), [], 'two words are none');
  });

  it('say which quotations are nowhere word for word', () => {
    const problem = 'Felix has 27 stamps. He buys 4 bags.';
    assert.deepEqual(told('27: "Felix has 27 coins." 4: “He buys 4 bags.” "27"', sourcesOf(problem)), [
      'number 27 <- question 10-12',
      'number 27 <- question 10-12',
      'number 4 <- question 29-30',
      'phrase He buys 4 bags <- question 21-35',
      'number 27 <- question 10-12',
      'misquoted Felix has 27 coins.',
    ]);
    assert.deepEqual(links('18："小明有18个苹果。"', '一开始小明有18个苹果。'), [['18', '18'], ['小明有18个苹果', '小明有18个苹果']]);
  });

  it('are equal to what they are linked to, and lie in their texts', () => {
    const normal = (text: string): string => quoteTokens(text).map(({ key }) => key).join(' ');
    const words = fc.array(fc.constantFrom('Mia', 'has', 'seven', 'photos', '7', '1,200', '1200', '3.5', '1/3', '\\frac{1}{3}', '-', '=', '×', '"', 'Step 2', '\n', '. ', '，', '苹果', '$', '50%'), { maxLength: 40 }).map((list) => list.join(' '));
    const text = fc.oneof(words, anyText);
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 4 }), (analysis, [problem = '', ...steps]) => {
        const sources = sourcesOf(problem, ...steps);
        const { quotes, misquoted } = quoteFinder(sources)(analysis);
        let end = 0;
        for (const { span, places } of quotes) {
          assert.ok(span.start >= end && span.end > span.start && span.end <= analysis.length);
          end = span.end;
          assert.ok(places.length > 0);
          for (const { origin, span: place } of places) {
            const source = sources.find((each) => each.origin === origin)?.text ?? '';
            assert.ok(place.end > place.start && place.end <= source.length);
            assert.equal(normal(source.slice(place.start, place.end)), normal(analysis.slice(span.start, span.end)));
          }
        }
        for (const span of misquoted) assert.ok(span.start < span.end && span.end <= analysis.length);
      }),
      { numRuns: 400 },
    );
  });

  it('are found in long and in repetitive texts in little time', () => {
    const since = performance.now();
    quoteFinder(sourcesOf('1 '.repeat(20_000)))('1 '.repeat(4000));
    quoteFinder(sourcesOf('the big house is far '.repeat(4000)))('the big house is far '.repeat(800));
    quoteFinder(sourcesOf('"'.repeat(20_000), '\\frac{'.repeat(5000), '1,'.repeat(20_000)))('"a b c '.repeat(3000));
    assert.ok(performance.now() - since < 4000, `${performance.now() - since} ms`);
  });
});

describe('the parts of an analysis', () => {
  const parts = (analysis: string) => analysisParts({ analysis, sections: findSections(analysis) }).map(({ name, span }) => [name, analysis.slice(span.start, span.end)]);

  it('are the aspects, the conclusion and the verification sentence', () => {
    const [first] = fixtures;
    assert.ok(first);
    assert.deepEqual(parts(first.analysis).map(([name]) => name), ['Previous Steps Analysis', 'Now Step Analysis', 'Data Source Analysis', 'Consistency Analysis', 'Calculation Analysis', 'Conclusion', 'Verification']);
    assert.deepEqual(parts(first.analysis).slice(-2).map(([, text]) => text), ['The Now Step is correct.', 'Is the step correct (Yes/No)? Yes']);
  });

  it('leave nothing out: thinking, text without headings, an ending in bold', () => {
    assert.deepEqual(parts('<think>Conclusion: none</think>\nHm.\n**Now Step Analysis**: a\n\nb\n**Conclusion**: fine\n**Verification**: Is it? **Yes**'), [
      [undefined, '<think>Conclusion: none</think>\nHm.'],
      ['Now Step Analysis', 'a\n\nb'],
      ['Conclusion', 'fine'],
      ['Verification', 'Is it? **Yes**'],
    ]);
    assert.deepEqual(parts('only text'), [[undefined, 'only text']]);
    assert.deepEqual(parts(''), []);
  });

  it('hold every letter of any text but headings', () => {
    fc.assert(fc.property(fc.array(fc.oneof(anyText, fc.constantFrom('**Now Step Analysis**: ', '\nConclusion: ', '\nVerification: ', 'Analysis:\n')), { maxLength: 8 }), (pieces) => {
      const analysis = pieces.join('');
      const bare = (text: string): string => text.replace(/\*\*Now Step Analysis\*\*:|^[ \t]*(Conclusion|Verification)[ \t]*:|Analysis:/gm, '').replace(/\s+/g, '');
      assert.equal(bare(parts(analysis).map(([, text]) => text).join('\n')), bare(analysis));
    }));
  });

  it('name the aspects that are missing', () => {
    assert.deepEqual(missingAspects({ sections: findSections('**Now Step Analysis**: a') }).length, 4);
    assert.deepEqual(missingAspects({ sections: [] }), []);
  });
});
