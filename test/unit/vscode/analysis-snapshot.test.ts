import assert from 'node:assert/strict';
import { findSections } from '../../../src/core/verifier/analysis.ts';
import { combineSamples } from '../../../src/core/verifier/combine.ts';
import type { Sample, Score } from '../../../src/core/verifier/score.ts';
import { parseAnalysisViewMessage } from '../../../src/protocol/analysis-view.ts';
import { analysisOf, placesText, quotesAt, type Analysis } from '../../../src/vscode/analysis-snapshot.ts';
import { annotate, type StepScores } from '../../../src/vscode/annotations.ts';
import { provenance, sample, score, step } from './scores.ts';

const TEXT = 'Mia has 64 photos.\r\n\r\nSo 6 × 14 = 84.\r\n\r\nThen 64 + 84 = 148.';
const spanOf = (text: string) => ({ start: TEXT.indexOf(text), end: TEXT.indexOf(text) + text.length });
const open = { name: 'a.md', problem: spanOf('Mia has 64 photos.'), steps: [spanOf('So 6 × 14 = 84.'), spanOf('Then 64 + 84 = 148.')] };
const WRITTEN = '**Now Step Analysis**: It adds 84.\n**Data Source Analysis**: 64 is in the question: "Mia has 64 coins." 84 is the result of Step 1.\nConclusion: Fine.\nVerification: Is the step correct (Yes/No)? Yes';

function reasoned(...pYes: readonly (number | undefined)[]): Score {
  const samples = pYes.map((value): Sample => ({ ...sample(value), analysis: WRITTEN, sections: findSections(WRITTEN) }));
  return combineSamples(samples, { ...provenance, k: samples.length });
}

function analysis(scores: readonly StepScores[], at: { readonly step?: number; readonly sample?: number; readonly running?: boolean } = {}): Analysis {
  const found = analysisOf({ uri: 'file:///a.md', text: TEXT, open, annotations: annotate(scores, 0.5, undefined), running: at.running ?? false, step: at.step ?? 1, sample: at.sample ?? 0 });
  assert.ok(found);
  return found;
}

describe('analysis snapshot', () => {
  it('has the parts in order, with every character of them in the pieces', () => {
    const { snapshot } = analysis([step(), step({ greedy: reasoned(0.9) })]);
    assert.deepEqual(snapshot.parts.map(({ name }) => name), ['Now Step Analysis', 'Data Source Analysis', 'Conclusion', 'Verification']);
    assert.equal(snapshot.parts[1]?.pieces.map(({ text }) => text).join(''), '64 is in the question: "Mia has 64 coins." 84 is the result of Step 1.');
    assert.equal(snapshot.message, 'The verifier left out: Previous Steps Analysis, Consistency Analysis, Calculation Analysis.');
    assert.deepEqual([snapshot.title, snapshot.stepText], ['Step 2 of 2, judged correct', 'Then 64 + 84 = 148.']);
  });

  it('links each quote to its places in the document, and says where they are', () => {
    const { snapshot, quotes } = analysis([step(), step({ greedy: reasoned(0.9) })]);
    const links = snapshot.parts.flatMap(({ pieces }) => pieces.flatMap(({ text, quote }) => (quote === undefined ? [] : [{ text, ...quote }])));
    assert.deepEqual(links.map(({ id }) => id), links.map((_, index) => index));
    assert.equal(links.length, quotes.length);
    for (const { id, text } of links) for (const { start, end } of quotes[id] ?? []) assert.equal(TEXT.slice(start, end), text);
    assert.equal(links[0]?.places, 'from step 1 and this step');
    assert.deepEqual(quotesAt(quotes, { start: TEXT.indexOf('64'), end: TEXT.indexOf('64') }).map((id) => links[id]?.text), ['64', '64']);
    assert.deepEqual(quotesAt(quotes, { start: 0, end: 3 }), []);
    assert.deepEqual(quotesAt(quotes, spanOf('6 × 14 = 84')).map((id) => links[id]?.text), ['84', '84']);
  });

  it('marks a quotation that is nowhere word for word', () => {
    const { pieces } = analysis([step(), step({ greedy: reasoned(0.9) })]).snapshot.parts[1] ?? { pieces: [] };
    assert.equal(pieces.filter(({ misquoted }) => misquoted === true).map(({ text }) => text).join(''), 'Mia has 64 coins.');
  });

  it('lists the samples of every way of scoring, unparsed ones as such', () => {
    const scores = [step(), step({ greedy: reasoned(0.9), sampled: reasoned(0.1, undefined, 0.7), direct: score(0.4) })];
    const { snapshot } = analysis(scores, { sample: 1 });
    assert.deepEqual(snapshot.samples, [
      { name: '1', verdict: '✗ No 0.10' },
      { name: '2', verdict: '– unparsed' },
      { name: '3', verdict: '✓ Yes 0.70' },
      { name: 'greedy', verdict: '✓ Yes 0.90' },
      { name: 'direct', verdict: '✗ No 0.40' },
    ]);
    assert.equal(snapshot.scores.length, 3);
    assert.match(snapshot.scores[0] ?? '', /^soft 0\.40 · hard 0\.50 · spread ±0\.42 · K = 3 · 1 without a verdict \(sampled analyses\)$/);
    assert.match(snapshot.message ?? '', /unparsed/);
    assert.match(analysis(scores, { sample: 9 }).snapshot.message ?? '', /direct score/);
    assert.match(analysis(scores, { sample: 3 }).snapshot.provenance ?? '', /greedy/);
  });

  it('says what is missing where there is no score, and offers to make one', () => {
    const { snapshot } = analysis([step(), step()]);
    assert.deepEqual([snapshot.message, snapshot.score, snapshot.more, snapshot.scores, snapshot.provenance], ['This step has no score yet, so there is no analysis of it.', 'Score This Step', undefined, [], undefined]);
    assert.equal(analysis([step(), step({}, { failure: 'Too long.' })]).snapshot.message, 'Too long.');
    const running = analysis([step(), step({}, { running: true })], { running: true }).snapshot;
    assert.deepEqual([running.message, running.score], ['This step is being scored.', undefined]);
    assert.equal(analysis([step(), step({ greedy: reasoned(0.9) })]).snapshot.more, 'Ask for 4 Samples');
    assert.match(analysis([step({ greedy: reasoned(0.1) }), step({ greedy: reasoned(0.9) })]).snapshot.cautions[0] ?? '', /broken prefix: step 1/);
  });

  it('counts the places of one source', () => {
    const at = (origin: 'question' | number) => ({ origin, span: { start: 0, end: 1 } });
    assert.equal(placesText([at('question'), at('question'), at(0), at(2)], 2), 'from the question (2 places), step 1 and this step');
  });
});

describe('messages of the analysis view', () => {
  it('are read, and nothing else is', () => {
    for (const message of [{ type: 'ready' }, { type: 'sample', index: 2 }, { type: 'point', of: 1, quote: null }, { type: 'choose', of: 1, quote: 3 }, { type: 'step', by: -1 }, { type: 'leave' }])
      assert.deepEqual(parseAnalysisViewMessage(message), message);
    for (const other of [null, 3, {}, { type: 'sample' }, { type: 'sample', index: -1 }, { type: 'point', of: 1 }, { type: 'choose', of: 1, quote: 1.5 }, { type: 'step', by: 2 }, { type: 'other' }])
      assert.equal(parseAnalysisViewMessage(other), undefined);
  });
});
