import assert from 'node:assert/strict';
import { annotate } from '../../../src/vscode/annotations.ts';
import { recordedScores } from '../../../src/vscode/recorded-scores.ts';
import { lensTitle, scoreText } from '../../../src/vscode/wording.ts';
import { score, step } from './scores.ts';

const texts = ['one', 'two', 'three'];
const exported = { notes: [], texts, scores: [score(0.9), undefined, score(0.1, 0.9)], repeatable: false };

describe('recorded scores', () => {
  it('are those of the file, judged by the threshold that is set', () => {
    const [first, second, third] = recordedScores({ exported, texts }, 0.95);
    assert.equal(first?.stream, 'greedy');
    assert.equal(first.score.pYes, 0.9);
    assert.equal(first.score.provenance.threshold, 0.95);
    assert.equal(second, undefined);
    assert.equal(third?.stream, 'sampled');
  });

  it('end before the first step that is cut otherwise', () => {
    assert.equal(recordedScores({ exported, texts: ['one', 'two three'] }, 0.5).length, 1);
    assert.equal(recordedScores({ exported, texts: ['one two', 'three'] }, 0.5).length, 0);
    assert.deepEqual(recordedScores({ texts }, 0.5), []);
  });

  it('are shown as recorded, and only where there is none of the verifier that is set', () => {
    const [recorded] = recordedScores({ exported, texts }, 0.5);
    const { steps, scored } = annotate([step({}, { recorded }), step({ greedy: score(0.2) }, { recorded })], 0.5, undefined);
    assert.equal(scored, 2);
    const [first, second] = steps;
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(scoreText(first), '✓ 0.90 (recorded)');
    assert.equal(lensTitle(first), 'Step 1 · ✓ 0.90 · 1 sample · recorded');
    assert.equal(scoreText(second), '✗ 0.20');
  });
});
