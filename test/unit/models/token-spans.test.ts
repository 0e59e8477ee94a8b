import assert from 'node:assert/strict';
import { hideOf, positionsOf, tokenSpans } from '../../../src/models/onnx/token-spans.ts';
import { loadTokenizer, type ModelTokenizer } from '../../../src/models/onnx/tokenizer.ts';
import { readManifest } from '../../../src/models/manifest.ts';
import { bundledModel } from './shared-models.ts';

describe('token spans', () => {
  let tokenizer: ModelTokenizer;
  before(async () => (tokenizer = await loadTokenizer(bundledModel('reasoner'), await readManifest(bundledModel('reasoner')))));
  const spansOf = (text: string) => tokenSpans(tokenizer, text, tokenizer.encode(text));

  it('cover the text without gaps, whatever it is written in', () => {
    for (const text of ['<|im_start|>user\nAnna has 12 apples.<|im_end|>\n', 'Ein Stück: 三个苹果 – ½ 👩‍🔬', 'e\u0301te\u0301 and o\u0308', '']) {
      const spans = spansOf(text);
      let at = 0;
      for (const { start, end } of spans) {
        assert.equal(start, at);
        at = end;
      }
      assert.equal(at, text.length, JSON.stringify(text));
    }
  });

  it('find the tokens of a part, also where it cuts a token or a character', () => {
    const text = 'Anna has 三个苹果 today';
    const ids = tokenizer.encode(text);
    const spans = tokenSpans(tokenizer, text, ids);
    const decoded = (part: string) => {
      const start = text.indexOf(part);
      const [first, end] = positionsOf(spans, { start, end: start + part.length });
      return tokenizer.decode(ids.slice(first, end));
    };
    assert.equal(decoded('Anna'), 'Anna');
    assert.ok(decoded('nn').includes('nn'));
    assert.ok(decoded('个').includes('个'));
    assert.ok(decoded('today').endsWith('today'));
    assert.deepEqual(positionsOf(spans, { start: 3, end: 3 }), [0, 0]);
    assert.deepEqual(positionsOf(spans, { start: 500, end: 510 }), [0, 0]);
  });

  it('take composed characters for what they are in the text', () => {
    const text = 'e\u0301te\u0301 12';
    const spans = spansOf(text);
    const [first, end] = positionsOf(spans, { start: text.indexOf('12'), end: text.length });
    assert.equal(tokenizer.decode(tokenizer.encode(text).slice(first, end)).trim(), '12');
  });

  it('hide from the token on that predicts the first one which must not see', () => {
    const text = 'Anna has 12 apples.';
    const spans = spansOf(text);
    const apples = text.indexOf('apples') - 1;
    assert.equal(hideOf(spans, { span: { start: 0, end: 4 } }).from, spans.length - 1);
    const { from } = hideOf(spans, { span: { start: 0, end: 4 }, from: apples });
    assert.equal(spans[from + 1]?.start, apples);
    assert.equal(hideOf(spans, { span: { start: 0, end: 4 }, from: 0 }).from, 0);
  });

  it('leave a token before the text outside of every part', () => {
    const marked = { ...tokenizer, decode: (ids: readonly number[]) => ids.map((id) => (id === 0 ? '<s>' : 'ab')).join('') };
    const spans = tokenSpans(marked, 'abab', [0, 1, 1]);
    assert.deepEqual(spans, [{ start: -1, end: 0 }, { start: 0, end: 2 }, { start: 2, end: 4 }]);
    assert.deepEqual(positionsOf(spans, { start: 0, end: 1 }), [1, 2]);
    assert.throws(() => tokenSpans(marked, 'xyz', [0, 1, 1]), /do not spell the text exactly/);
  });
});
