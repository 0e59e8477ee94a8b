import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stepTexts, type Trace } from '../../../src/core/trace/trace.ts';
import { parseFieldMap, type FieldMap } from '../../../src/formats/fields/field-map.ts';
import { parsePath, pathName, valueAt } from '../../../src/formats/fields/field-path.ts';
import { fieldsFormat } from '../../../src/formats/fields/fields-format.ts';
import { proposeMaps } from '../../../src/formats/fields/propose-maps.ts';
import { checkTrace } from './check-trace.ts';

function read(row: unknown, fieldMap: FieldMap): Trace {
  const trace = fieldsFormat.read(row, { source: { file: 'a.json' }, where: 'a.json', fieldMap });
  assert.ok(trace.ok, trace.ok ? '' : trace.error.message);
  checkTrace(trace.value);
  return trace.value;
}

describe('field paths', function () {
  this.timeout(20_000);
  it('find what they name, own properties only', () => {
    const row = { a: { 'b.c': [{ t: 1 }, { t: 2 }, {}] }, 'x y': 3 };
    const at = (path: string) => valueAt(row, parsePath(path) ?? []);
    assert.deepEqual(['a["b.c"][1].t', 'a["b.c"][].t', 'x y', 'a.q', 'a.__proto__', 'constructor', 'a["b.c"].length'].map(at), [2, [1, 2, undefined], 3, undefined, undefined, undefined, undefined]);
    for (const path of ['', '.', 'a..b', 'a[', 'a[x]', 'a["b', 'a]', 'x'.repeat(501)]) assert.equal(parsePath(path), undefined, path);
  });
  it('are found again by any name', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }), (name) => assert.equal(valueAt({ [name]: 7 }, parsePath(pathName(name)) ?? []), 7)), { examples: [['__proto__']] });
  });
});

describe('field maps', () => {
  it('say what is wrong with them', () => {
    const refusals = [
      [{ version: 1, problem: 'p' }, /names no "response" and no "steps"/],
      [{ version: 2, problem: 'p', steps: 's' }, /"version" needs 1/],
      [{ version: 1, problem: '[', steps: 's' }, /"problem" is no path/],
      [{ version: 1, problem: 'p', steps: 's', firstError: { path: 'l', indexBase: 2 } }, /"firstError\.indexBase" is not 0 or 1: say whether the file counts its steps from 0 or from 1/],
      [{ version: 1, problem: 'p', steps: 's', firstError: { path: 'l' } }, /"firstError\.indexBase"/],
      [{ version: 1, problem: 'p', steps: 's', extra: 1 }, /"extra"/],
      [3, /^a map is no field map: it needs Object/],
    ] as const;
    for (const [value, message] of refusals) {
      const map = parseFieldMap('a map', value);
      assert.ok(!map.ok && map.error.reason === 'needs-map');
      assert.match(map.error.message, message);
    }
  });

  it('read steps, labels of either base, ratings, scores and classes', () => {
    const row = { q: 'p', sol: { list: [{ s: 'a' }, { s: 'b' }] }, err: 2, all: [2], ok: [true, false], sc: [0.9, null], cl: [{ good: 0.9, bad: 0.1 }, { good: 0.2 }], n: 5 };
    const map: FieldMap = { version: 1, problem: 'q', steps: 'sol.list[].s', id: 'n' };
    const base1 = read(row, { ...map, firstError: { path: 'err', indexBase: 1, none: 0 }, scores: 'sc' });
    assert.deepEqual([stepTexts(base1), base1.source.id, base1.label], [['a', 'b'], '5', { firstError: 1, field: 'err', madeBy: 'unknown', indexBase: 1 }]);
    assert.deepEqual(base1.given?.scores?.[0]?.values, [0.9, undefined]);
    const base0 = read(row, { ...map, firstError: { path: 'err', indexBase: 0, none: -1 } });
    assert.deepEqual([base0.label, base0.given?.remarks], [undefined, ['"err" is not used: it names no step of the 2.']]);
    assert.equal(read({ ...row, err: 0 }, { ...map, firstError: { path: 'err', indexBase: 1, none: 0 } }).label?.firstError, undefined);
    assert.equal(read({ ...row, err: null }, { ...map, firstError: { path: 'err', indexBase: 1 } }).label, undefined);
    assert.deepEqual(read(row, { ...map, wrongSteps: { path: 'all', indexBase: 1 } }).given?.ratings?.[0]?.values, [1, -1]);
    assert.equal(read(row, { ...map, wrongSteps: { path: 'all', indexBase: 0 } }).given?.ratings, undefined);
    assert.deepEqual(read(row, { ...map, ratings: 'ok' }).label, { firstError: 1, field: 'ok', madeBy: 'unknown' });
    assert.deepEqual(read(row, { ...map, scores: 'cl' }).given?.scores?.[0]?.classes, { good: [0.9, 0.2], bad: [0.1, undefined] });
  });

  it('read tables, where numbers and lists are texts', () => {
    const trace = read({ q: 'p', s: '["a", "b"]', e: '1', r: '[1, -1]', c: 'True' }, { version: 1, problem: 'q', steps: 's', firstError: { path: 'e', indexBase: 1 }, ratings: 'r', answerCorrect: 'c' });
    assert.deepEqual([stepTexts(trace), trace.label?.firstError, trace.given?.ratings?.[0]?.values, trace.given?.answerCorrect?.value], [['a', 'b'], 0, [1, -1], true]);
    assert.equal(read({ q: 'p', s: '["a"]', e: ' ' }, { version: 1, problem: 'q', steps: 's', firstError: { path: 'e', indexBase: 1 } }).label, undefined);
  });

  it('put thinking in front of a response', () => {
    assert.equal(read({ q: 'p', t: 'x', a: 'y' }, { version: 1, problem: 'q', response: 'a', thinking: 't' }).response, '<think>\nx\n</think>\n\ny');
  });
});

describe('proposed maps', function () {
  this.timeout(20_000);
  it('find the fields by name and value, and ask where counting starts', () => {
    const rows = [1, 2].map((n) => ({ meta: { uuid: `u${n}` }, query: 'How many?', solution_steps: [{ text: 'a' }, { text: 'b' }], first_error_step: n, error_steps: [n], gold: String(n), Model: 'm' }));
    const [best] = proposeMaps(rows);
    assert.deepEqual(best?.map, { version: 1, problem: 'query', steps: 'solution_steps[].text', id: 'meta.uuid', goldAnswer: 'gold', generator: 'Model' });
    assert.deepEqual(best.open.map(({ key, path }) => [key, path]), [['firstError', 'first_error_step'], ['wrongSteps', 'error_steps']]);
    assert.match(best.open[0]?.question ?? '', /^Does "first_error_step" count the steps from 0 or from 1/);
    assert.deepEqual(stepTexts(read(rows[0], best.map)), ['a', 'b']);
  });
  it('never take bare answers for solutions', () => {
    assert.deepEqual(proposeMaps([{ question: 'How many?', answer: '9' }, { question: 'How many?', answer: '12' }]), []);
    const [best] = proposeMaps([{ question: 'How many?', answer: '9', rationale: 'It is nine.' }]);
    assert.deepEqual(best?.map, { version: 1, problem: 'question', response: 'rationale', goldAnswer: 'answer' });
  });
  it('are none where nothing looks like a question with a solution', () => {
    assert.deepEqual(proposeMaps([{ a: 1, b: ['x'] }, 3, null]), []);
  });
  it('are always complete maps, and never throw', () => {
    const key = fc.constantFrom('problem', 'question', 'steps', 'solution', 'label', 'id', 'gold', 'scores', 'ratings', 'a.b', '__proto__');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({ value: fc.oneof({ depthSize: 'small' }, fc.constantFrom<unknown>('x', '[]', '["a"]', 1, 0, null, true), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true })) }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (rows) => {
        for (const { map, confidence } of proposeMaps(rows)) {
          assert.ok(parseFieldMap('a map', map).ok, JSON.stringify(map));
          assert.ok(confidence > 0 && confidence <= 1);
          for (const row of rows) {
            const trace = fieldsFormat.read(row, { source: { file: 'a' }, where: 'a', fieldMap: map });
            if (trace.ok) checkTrace(trace.value);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
