import assert from 'node:assert/strict';
import path from 'node:path';
import { attentionDifference, attentionMatrix, meanOverHeads } from '../../src/core/attention/matrix.ts';
import { readParts, readTokens, type PartReading } from '../../src/core/attention/read-attention.ts';
import { groupTokens, type ReadText } from '../../src/core/attention/groups.ts';
import { verifierText } from '../../src/core/attention/verifier-text.ts';
import type { HiddenPart, LanguageModel } from '../../src/core/model.ts';
import { createEngine, type Engine } from '../../src/models/onnx/engine.ts';
import { repoRoot } from '../unit/formats/shared-data.ts';

const QUESTION = 'Mia has 64 photos. Mia gets 6 boxes with 14 photos in each box. How many photos does Mia have now?';
const STEPS = ['In all the boxes there are 6 × 14 = 84 photos.', 'Mia gets 84 more photos: 64 + 84 = 148.', 'So the answer is 148.'];

describe('attention between parts of a text, of the bundled models', function () {
  this.timeout(120_000);
  let engine: Engine;
  let model: LanguageModel;
  let text: ReadText;
  let plain: PartReading;
  const spanOf = (kind: string, index = 0) => text.parts.filter((part) => part.kind === kind)[index]!.span;

  before(async () => {
    engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js') });
    model = await engine.load(path.join(repoRoot(), 'models', 'reasoner'));
    const [chat] = await model.chatPrompts!([{ messages: [{ role: 'user', content: QUESTION }], variables: { enable_thinking: true } }]);
    assert.ok(chat?.ok);
    const all = `${chat.prompt}${STEPS.join('\n\n')}`;
    const place = (kind: 'question' | 'step', words: string) => ({ kind, span: { start: all.indexOf(words), end: all.indexOf(words) + words.length } });
    text = { text: all, parts: [place('question', QUESTION), ...STEPS.map((step) => place('step', step))] };
    plain = await readParts(model, text);
  });
  after(() => engine.dispose());

  it('adds up to 1 for every row, layer and head, over groups that hold every token once', () => {
    const { groups, tokens, layers, heads, rows, columns, means } = plain;
    assert.equal(groups.reduce((sum, group) => sum + group.tokens, 0), tokens);
    assert.deepEqual([layers, heads, rows, columns], [8, 8, groups.length, groups.length]);
    for (let row = 0; row < layers * heads * rows; row++) {
      const sum = means.subarray(row * columns, (row + 1) * columns).reduce((total, value) => total + value, 0);
      assert.ok(Math.abs(sum - 1) < 1e-4, `row ${row}: ${sum}`);
    }
  });

  it('is the mean of what inspect says of each token', async () => {
    const [tokenized] = await model.tokenize!([{ text: text.text }]);
    const { groups, of } = groupTokens(text, tokenized!.tokens);
    const [row, column] = [groups.findIndex(({ steps }) => steps?.first === 1), groups.findIndex(({ kind }) => kind === 'question')];
    const spanOfGroup = (group: number) => ({ start: tokenized!.tokens[of.indexOf(group)]!.start, end: tokenized!.tokens[of.lastIndexOf(group)]!.end });
    const seen = await model.inspect!({ text: text.text, rows: spanOfGroup(row), spans: [spanOfGroup(column)] });
    assert.equal(seen.length, groups[row]?.tokens);
    for (const [layer, head] of [[0, 0], [3, 5], [7, 7]] as const) {
      const mean = seen.reduce((sum, token) => sum + token.attention[layer]![head]![0]!, 0) / seen.length;
      const ours = meanOverHeads(plain, { layer, head })[row * plain.columns + column] ?? NaN;
      assert.ok(Math.abs(ours - mean) < 1e-6, `layer ${layer} head ${head}: ${ours}, ${mean}`);
    }
  });

  for (const what of ['question', 'step'] as const)
    it(`is exactly 0 on a ${what} that is hidden, in every layer and head, from the step on that the mask begins at`, async () => {
      const hide: HiddenPart[] = [{ span: spanOf(what), from: spanOf('step', 1).start }];
      const masked = await readParts(model, text, { hide });
      const column = plain.groups.findIndex(({ kind, steps }) => kind === what && (steps?.first ?? 0) === 0);
      const after = plain.groups.flatMap(({ steps }, row) => (steps !== undefined && steps.first >= 1 ? [row] : []));
      assert.equal(after.length, 2);
      const at = (reading: PartReading, index: number, row: number) => reading.means[(index * reading.rows + row) * reading.columns + column];
      for (const row of after) {
        assert.equal(masked.uniform[row]?.[column], 0);
        for (let index = 0; index < 64; index++) {
          assert.equal(at(masked, index, row), 0);
          assert.ok((at(plain, index, row) ?? 0) > 0);
        }
      }
      assert.equal(masked.hidden[column], plain.groups[column]?.tokens);
      const [shares, others] = [attentionMatrix(plain, {}, 'share'), attentionMatrix(masked, {}, 'share', plain)];
      for (const row of after) assert.equal(attentionDifference(shares, others)[row]?.[column], -(shares[row]?.[column] ?? NaN));
      assert.equal(attentionMatrix(masked, {}, 'uniform', plain)[after[0]!]?.[column], undefined);
      // What comes before the mask is read as it was.
      const question = plain.groups.findIndex(({ kind }) => kind === 'question');
      assert.deepEqual(meanOverHeads(masked, {}).slice(question * plain.columns, (question + 1) * plain.columns), meanOverHeads(plain, {}).slice(question * plain.columns, (question + 1) * plain.columns));
    });

  it('shows the tokens of a pair: their mean is the cell of the matrix', async () => {
    const [row, column] = [plain.groups.length - 1, plain.groups.findIndex(({ kind }) => kind === 'question')];
    const pair = await readTokens(model, text, row, column);
    assert.deepEqual(pair.left, { rows: 0, columns: 0 });
    assert.equal(pair.rowTokens.length, plain.groups[row]?.tokens);
    const sum = attentionMatrix(pair, {}, 'share').flat().reduce<number>((total, value) => total + (value ?? NaN), 0);
    assert.ok(Math.abs(sum / pair.rows - (attentionMatrix(plain, {}, 'share')[row]?.[column] ?? NaN)) < 1e-6);
  });

  it('is read of the verifier, on its own prompt', async () => {
    const verifier = await engine.load(path.join(repoRoot(), 'models', 'r-prm'));
    const made = await verifierText(verifier, QUESTION, STEPS, 'plain');
    assert.ok(made.ok);
    assert.deepEqual(made.value.parts.map(({ span }) => made.value.text.slice(span.start, span.end)), [QUESTION, ...STEPS]);
    const { groups, rows, columns, means } = await readParts(verifier, made.value);
    assert.deepEqual(groups.map(({ kind }) => kind), ['first', 'between', 'question', 'step', 'step', 'step']);
    assert.ok(Math.abs(means.subarray(0, columns).reduce((total, value) => total + value, 0) - 1) < 1e-4);
    assert.equal(rows, columns);
  });

  it('refuses a text that does not fit, with the numbers of both', async () => {
    const long = { text: `${text.text} ${'one two three '.repeat(800)}`, parts: text.parts };
    await assert.rejects(readParts(model, long), { reason: 'context-exceeded', message: /has \d+ tokens, reasoner reads at most 2048/ });
  });

  it('tells how far it is, and stops when it is aborted', async () => {
    const told: number[] = [];
    await readParts(model, text, { onRead: ({ tokens, total }) => told.push(tokens / total) });
    assert.equal(told.at(-1), 1);
    const controller = new AbortController();
    const reading = readParts(model, text, { signal: controller.signal });
    controller.abort();
    await assert.rejects(reading, { reason: 'aborted' });
  });
});
