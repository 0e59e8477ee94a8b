import assert from 'node:assert/strict';
import { openSource } from '../../../src/formats/open.ts';
import { questionAt } from '../../../src/formats/questions.ts';

describe('rows read as questions', () => {
  const rows = [
    { question: 'How many?', answer: 4, steps: 2 },
    { problem: 'Which?', final_answer: 'B', answer: 'a long one' },
    { question: 'Why?' },
    { question: 'Natalia sold 48 clips.', answer: '48/2 = 24\n#### 24' },
    { text: 'no question' },
    ['list'],
  ];
  const source = openSource('q.jsonl', new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join('\n')), {});
  assert.ok(source.ok);
  const at = (row: number) => questionAt(source.value, row);

  it('have a question and, where there is one, a final answer', () => {
    assert.deepEqual(at(0), { ok: true, value: { row: 0, question: 'How many?', gold: '4' } });
    assert.deepEqual(at(1), { ok: true, value: { row: 1, question: 'Which?', gold: 'B' } });
    assert.deepEqual(at(2), { ok: true, value: { row: 2, question: 'Why?' } });
    assert.deepEqual(at(3), { ok: true, value: { row: 3, question: 'Natalia sold 48 clips.', gold: '24' } });
  });

  it('are named where they are none', () => {
    assert.match(JSON.stringify(at(4)), /q\.jsonl row 4 .*has no question/);
    assert.match(JSON.stringify(at(5)), /is not an object: it needs/);
    assert.match(JSON.stringify(at(9)), /q\.jsonl has no row 9/);
  });
});
