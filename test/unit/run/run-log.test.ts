import assert from 'node:assert/strict';
import { parseRunLog, runLine } from '../../../src/core/run/run-log.ts';
import type { RunEnd, RunHeader } from '../../../src/core/run/run.ts';

const HEADER: RunHeader = { type: 'run', version: 1, kind: 'search', id: 'a', title: 'Eggs', started: '2026-01-01T00:00:00Z', models: [], settings: { seed: 0 } };
const END: RunEnd = { type: 'run-end', reason: 'done', headline: 'answer 5', ended: '2026-01-01T00:01:00Z' };

describe('run log', () => {
  it('reads back what was written', () => {
    const text = [HEADER, { type: 'x', text: 'line\nbreak' }, END].map(runLine).join('');
    assert.deepEqual(parseRunLog('a.jsonl', text), { ok: true, value: { header: HEADER, events: [{ type: 'x', text: 'line\nbreak' }], end: END } });
  });

  it('leaves out a last line that was cut off, and has no end then', () => {
    const text = `${runLine(HEADER)}${runLine({ type: 'x' })}{"type":"ro`;
    assert.deepEqual(parseRunLog('a.jsonl', text), { ok: true, value: { header: HEADER, events: [{ type: 'x' }] } });
  });

  it('names a line that is none', () => {
    const broken = parseRunLog('a.jsonl', `${runLine(HEADER)}oops\n${runLine(END)}`);
    assert.ok(!broken.ok && broken.error.message.startsWith('a.jsonl line 2 '));
    for (const text of ['', '{"type":"round"}\n', runLine({ ...HEADER, version: 2 })]) assert.ok(!parseRunLog('a.jsonl', text).ok);
  });
});
