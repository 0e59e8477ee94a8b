import assert from 'node:assert/strict';
import { statusLines, statusText } from '../../../src/vscode/status-text.ts';

const verifier = { name: 'r-prm', detail: 'r-prm, 29M parameters', wrong: false };

describe('the item of the status bar', () => {
  it('names the verifier, how far the first run is, and how many wait', () => {
    const running = [{ title: 'Scoring a.md', progress: '3/6' }, { title: 'Scoring b.md', progress: '' }];
    assert.equal(statusText(verifier, []), '$(search-fuzzy) r-prm');
    assert.equal(statusText(verifier, running.slice(1)), '$(sync~spin) r-prm · starting');
    assert.equal(statusText(verifier, running), '$(sync~spin) r-prm · 3/6 · 1 more');
    assert.deepEqual(statusLines(verifier, running), ['Verifier: r-prm, 29M parameters', 'Scoring a.md: 3/6', 'Scoring b.md']);
  });

  it('warns where the settings name no verifier', () => {
    const wrong = { name: 'no verifier', detail: '"stepscope.verifier.endpoints" must be a list.', wrong: true };
    assert.equal(statusText(wrong, []), '$(warning) no verifier');
    assert.deepEqual(statusLines(wrong, []), ['Verifier: "stepscope.verifier.endpoints" must be a list.']);
  });
});
