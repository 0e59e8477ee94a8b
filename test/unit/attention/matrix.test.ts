import assert from 'node:assert/strict';
import { attentionCells } from '../../../src/core/attention/cells.ts';
import { heatPicture, heatSvg } from '../../../src/core/attention/heat-map.ts';
import { attentionScale, differenceScale, quotientText, shareText, signed } from '../../../src/core/attention/heat-scale.ts';
import { hiddenParts, hideName } from '../../../src/core/attention/hide.ts';
import { attentionDifference, attentionMatrix } from '../../../src/core/attention/matrix.ts';
import { readParts, type AttentionReading } from '../../../src/core/attention/read-attention.ts';
import type { ReadText } from '../../../src/core/attention/groups.ts';
import { svgText, type SvgNode } from '../../../src/core/picture/svg.ts';

/** Two layers of two heads, two groups: the first cannot see the second. */
const PLAIN: AttentionReading = {
  layers: 2,
  heads: 2,
  rows: 2,
  columns: 2,
  means: Float32Array.from([1, 0, 0.5, 0.5, 1, 0, 0.25, 0.75, 1, 0, 0.75, 0.25, 1, 0, 0, 1]),
  uniform: [[1, 0], [0.5, 0.5]],
};
/** The second row no longer sees the first column. */
const HIDDEN: AttentionReading = { ...PLAIN, means: Float32Array.from([1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1]), uniform: [[1, 0], [0, 1]] };

describe('matrices of attention', () => {
  it('are means over all heads, over those of a layer, or one head', () => {
    assert.deepEqual(attentionMatrix(PLAIN, {}, 'share'), [[1, undefined], [0.375, 0.625]]);
    assert.deepEqual(attentionMatrix(PLAIN, { layer: 1 }, 'share')[1], [0.375, 0.625]);
    assert.deepEqual(attentionMatrix(PLAIN, { layer: 1, head: 0 }, 'share')[1], [0.75, 0.25]);
    // A head without a layer names no head.
    assert.deepEqual(attentionMatrix(PLAIN, { head: 1 }, 'share'), attentionMatrix(PLAIN, {}, 'share'));
  });

  it('are divided by uniform attention on demand, and have no quotient where that is nothing', () => {
    assert.deepEqual(attentionMatrix(PLAIN, {}, 'uniform'), [[1, undefined], [0.75, 1.25]]);
    assert.deepEqual(attentionMatrix(HIDDEN, {}, 'uniform', PLAIN), [[1, undefined], [undefined, 1]]);
  });

  it('say exactly 0 for what is hidden, and the difference is what was there', () => {
    const second = attentionMatrix(HIDDEN, {}, 'share', PLAIN);
    assert.deepEqual(second, [[1, undefined], [0, 1]]);
    assert.deepEqual(attentionDifference(attentionMatrix(PLAIN, {}, 'share'), second), [[0, undefined], [-0.375, 0.375]]);
  });

  it('give a cell its numbers only where there are some', () => {
    const cells = attentionCells(PLAIN, HIDDEN, {});
    assert.deepEqual(cells.map(({ row, column }) => [row, column]), [[0, 0], [1, 0], [1, 1]]);
    assert.deepEqual(cells[1], { row: 1, column: 0, share: 0.375, uniform: 0.5, times: 0.75, hiddenShare: 0, hiddenUniform: 0, hiddenTimes: undefined });
    assert.equal(attentionCells(PLAIN, undefined, {})[1]?.hiddenShare, undefined);
  });
});

describe('the picture of a matrix', () => {
  const values = attentionMatrix(PLAIN, {}, 'share');
  const map = { name: 'A & B', description: 'what it is', rows: ['question', 'step <1>'], columns: ['question', 'step <1>'], values, hidden: () => false, scale: { ...attentionScale('share', [values]), name: 'share of attention' } };
  const texts = (node: SvgNode | string): string[] => (typeof node === 'string' ? [node] : node.children.flatMap(texts));
  const nodesOf = (nodes: readonly SvgNode[], name: string): SvgNode[] => nodes.filter(({ attributes }) => attributes['class'] === name);

  it('has a number in each cell and a legend with numbers; text is escaped in a file', () => {
    const { nodes } = heatPicture(map);
    assert.deepEqual(nodesOf(nodes, 'heat-number').flatMap(texts), ['1.000', '.375', '.625']);
    assert.deepEqual(nodesOf(nodes, 'heat-legend').flatMap(texts), ['share of attention', '0', '.250', '.500', '.750', '1.000']);
    const text = svgText(heatSvg(heatPicture(map), map));
    assert.ok(text.includes('step &#60;1&#62;') && text.includes('A &#38; B. what it is'));
  });

  it('crosses out what is hidden, and marks what is less without colours', () => {
    const second = attentionMatrix(HIDDEN, {}, 'share', PLAIN);
    const change = attentionDifference(values, second);
    const { nodes } = heatPicture({ ...map, values: change, scale: { ...differenceScale('share', change), name: 'change' }, hidden: (row, column) => row === 1 && column === 0 });
    const paths = (name: string): number => nodesOf(nodes, name).reduce((sum, { attributes }) => sum + String(attributes['d']).split('M').length - 1, 0);
    assert.equal(paths('heat-hidden'), 1);
    assert.equal(paths('heat-sign'), 1);
    assert.equal(paths('heat-less'), 1);
    assert.deepEqual(nodesOf(nodes, 'heat-number').flatMap(texts), ['0', '−.375', '+.375']);
  });

  it('draws a large matrix with few elements and without numbers in it', () => {
    const large = Array.from({ length: 120 }, (_, row) => Array.from({ length: 120 }, (__, column) => (column > row ? undefined : 1 / (row + 1))));
    const names = large.map((_, index) => `step ${index + 1}`);
    const { nodes, cell } = heatPicture({ ...map, rows: names, columns: names, values: large, scale: { ...attentionScale('share', [large]), name: 'share' } });
    assert.equal(cell, 5);
    assert.ok(nodes.length < 150, String(nodes.length));
    assert.equal(nodesOf(nodes, 'heat-number').length, 0);
  });

  it('has one scale by doublings around uniform', () => {
    const { strength, ticks } = attentionScale('uniform', []);
    assert.deepEqual(ticks.map(({ value }) => strength(value)), [-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1]);
    assert.equal(strength(0), -1);
    assert.equal(strength(100), 1);
  });

  it('writes numbers with an exact zero and a sign that is no hyphen', () => {
    assert.deepEqual([0, 0.0004, 0.1234, 1].map(shareText), ['0', '.000', '.123', '1.000']);
    assert.deepEqual([0, 1.234, 12.34].map(quotientText), ['0', '1.23', '12.3']);
    assert.deepEqual([-0.5, 0, 0.5].map((value) => signed(value, shareText)), ['−.500', '0', '+.500']);
  });
});

describe('hiding parts of a text that is read', () => {
  const text = 'bot\nHas 3 or 40?\n<think>\nOne 1.\n\nTwo 2.\n\nThree.';
  const place = (kind: 'question' | 'step', words: string) => ({ kind, span: { start: text.indexOf(words), end: text.indexOf(words) + words.length } });
  const read: ReadText = { text, parts: [place('question', 'Has 3 or 40?'), place('step', 'One 1.'), place('step', 'Two 2.'), place('step', 'Three.')] };
  const words = (choice: Parameters<typeof hiddenParts>[0]): unknown => {
    const parts = hiddenParts(choice, read);
    return parts.ok ? parts.value.map(({ span, from }) => [text.slice(span.start, span.end), text.slice(from)]) : parts.error.message;
  };

  it('finds the question, its numbers, a step and a selection, from the step on that is asked for', () => {
    assert.deepEqual(words({ target: { kind: 'question' }, from: 1 }), [['Has 3 or 40?', 'Two 2.\n\nThree.']]);
    assert.deepEqual(words({ target: { kind: 'numbers' }, from: 0 }), [['3', 'One 1.\n\nTwo 2.\n\nThree.'], ['40', 'One 1.\n\nTwo 2.\n\nThree.']]);
    assert.deepEqual(words({ target: { kind: 'step', index: 0 }, from: 2 }), [['One 1.', 'Three.']]);
    assert.deepEqual(words({ target: { kind: 'spans', spans: [read.parts[2]!.span] }, from: 2 }), [['Two 2.', 'Three.']]);
    assert.equal(hideName({ target: { kind: 'step', index: 0 }, from: 2 }), 'step:1@step:3');
  });

  it('says what does not stand before the mask, and what there is nothing of', () => {
    assert.match(String(words({ target: { kind: 'step', index: 1 }, from: 1 })), /^Step 2 does not stand before the start of the mask/);
    assert.match(String(words({ target: { kind: 'spans', spans: [read.parts[2]!.span] }, from: 1 })), /^The selection does not stand before step 2/);
    assert.match(String(words({ target: { kind: 'spans', spans: [] }, from: 1 })), /^Nothing of the question or of the steps is selected/);
    assert.match(String(words({ target: { kind: 'system' }, from: 1 })), /^There is no system turn/);
  });
});

describe('reading attention', () => {
  it('says what a model lacks that has none, before it is asked for anything', async () => {
    const info = { name: 'far', hash: '', weights: '', parameters: 0, context: 0 };
    const refuse = (): never => assert.fail('nothing is asked');
    const model = { info, capabilities: { probabilities: true }, generate: refuse, nextTokenProbabilities: refuse, tokenize: refuse };
    await assert.rejects(readParts(model, { text: 'a', parts: [] }), { reason: 'unsupported', message: /^far does not give its attention: use a model folder/ });
  });
});
