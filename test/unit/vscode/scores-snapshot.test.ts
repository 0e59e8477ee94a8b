import assert from 'node:assert/strict';
import { parseScoresViewMessage } from '../../../src/protocol/scores-view.ts';
import { annotate, type StepScores } from '../../../src/vscode/annotations.ts';
import { scoresSnapshot } from '../../../src/vscode/scores-snapshot.ts';
import { score, step, verdictsOnly } from './scores.ts';

function snapshot(steps: readonly StepScores[], run?: { readonly done: number; readonly total: number }, notes: readonly string[] = []) {
  const texts = steps.map((_, index) => `This is step ${index + 1}.`);
  return scoresSnapshot({ uri: 'file:///a.md', name: 'a.md', annotations: annotate(steps, 0.5, undefined), agreement: '', texts, run, notes });
}

describe('scores snapshot', () => {
  it('has a row for each step, scored or not', () => {
    const { rows } = snapshot([step({ greedy: score(0.97) }), step()]);
    assert.deepEqual(rows[0], {
      step: 0,
      state: 'correct',
      score: '✓ 0.97',
      spread: '',
      hard: '1.00',
      samples: [0.97],
      verdict: 'judged correct',
      firstWords: 'This is step 1.',
      brokenPrefix: false,
    });
    assert.equal(rows[1]?.score, '');
    assert.deepEqual(rows[1].samples, []);
  });

  it('keeps samples without a verdict apart from zeros', () => {
    assert.deepEqual(snapshot([step({ sampled: score(0, undefined) })]).rows[0]?.samples, [0, null]);
  });

  it('says why probabilities are missing, once, and what is to know of the verifier', () => {
    const shown = snapshot([step({ greedy: verdictsOnly('no') }), step({ greedy: verdictsOnly('yes') })], undefined, ['It is slow.']);
    assert.equal(shown.note, 'P(Yes) is missing: http://h/v1 returns no log-probabilities. It is slow.');
    assert.deepEqual([shown.rows[0]?.score, shown.rows[0]?.samples, shown.rows[0]?.verdict], ['✗ No', [null], 'judged wrong, the first error; verdict only']);
    assert.equal(snapshot([step()], undefined, ['It is slow.']).note, undefined);
  });

  it('lists every way in which the scores were made', () => {
    const { provenance } = snapshot([step({ greedy: score(0.97) }), step({ sampled: score(0.9, 0.9, 0.9, 0.9) })]);
    assert.equal(provenance.find(({ name }) => name === 'K')?.value, '1; 4');
  });

  it('says how far a run is', () => {
    assert.match(snapshot([step({ greedy: score(0.97) }), step()], { done: 1, total: 2 }).summary, /1 of 2 steps done/);
    assert.equal(snapshot([step()]).summary, 'No step is scored yet.');
  });
});

describe('messages of the scores view', () => {
  it('are read, and nothing else is', () => {
    assert.deepEqual(parseScoresViewMessage({ type: 'ready' }), { type: 'ready' });
    assert.deepEqual(parseScoresViewMessage({ type: 'reveal', step: 2 }), { type: 'reveal', step: 2 });
    for (const other of [null, 3, {}, { type: 'reveal' }, { type: 'reveal', step: -1 }, { type: 'reveal', step: 1.5 }, { type: 'other' }])
      assert.equal(parseScoresViewMessage(other), undefined);
  });
});
