import assert from 'node:assert/strict';
import { runLine } from '../../../src/core/run/run-log.ts';
import type { RunHeader } from '../../../src/core/run/run.ts';
import { STRATEGIES, type SearchSettings } from '../../../src/core/search/settings.ts';
import { readSearchLog } from '../../../src/formats/runs/search-log.ts';
import { fakeSettings, randomModels, run } from './fake-models.ts';

function headerOf(settings: SearchSettings): RunHeader<SearchSettings> {
  return { type: 'run', version: 1, kind: 'search', id: 'a', title: 'A', started: '2026-01-01T00:00:00Z', models: [], settings };
}

describe('log of a search', () => {
  it('reads back what every strategy wrote', async () => {
    for (const strategy of STRATEGIES) {
      const settings = fakeSettings(strategy, { seed: 1, budget: { rounds: 20, tokens: 100_000, seconds: 60 } });
      const { events, rounds, finished } = await run(randomModels(1), settings);
      const log = readSearchLog('a.jsonl', [headerOf(settings), ...events.map((event) => ({ ...event, problem: 2 }))].map(runLine).join(''));
      assert.ok(log.ok, log.ok ? '' : log.error.message);
      const [problem] = log.value.problems;
      assert.deepEqual(log.value.header.settings, settings);
      assert.deepEqual([problem?.problem, problem?.started.question], [2, 'How many?']);
      assert.deepEqual(JSON.parse(JSON.stringify(problem?.rounds)), JSON.parse(JSON.stringify(rounds)));
      assert.deepEqual(problem?.finished, finished);
    }
  });

  it('a problem that is begun again is what the later part says', async () => {
    const settings = fakeSettings('pats', { seed: 1 });
    const { events, rounds } = await run(randomModels(1), settings);
    const part = events.slice(0, events.findIndex(({ type }) => type === 'round') + 1);
    const log = readSearchLog('a.jsonl', [headerOf(settings), ...[...part, ...events].map((event) => ({ ...event, problem: 0 }))].map(runLine).join(''));
    assert.equal(log.ok && log.value.problems[0]?.rounds.length, rounds.length);
  });

  it('names the event and the field that is wrong', async () => {
    const settings = fakeSettings('pats', { seed: 1 });
    const { events } = await run(randomModels(1), settings);
    const lines = events.filter(({ type }) => type === 'started' || type === 'round').map((event) => ({ ...event, problem: 0 }));
    const broken = (change: (text: string) => string, header: object = headerOf(settings)) => {
      const log = readSearchLog('a.jsonl', runLine(header) + change(lines.map((line) => runLine(line)).join('')));
      return log.ok ? '' : log.error.message;
    };
    assert.equal(broken((text) => text), '');
    assert.match(broken((text) => text.replace('"rule":"', '"rule":"x')), /^a\.jsonl event \d+ \(round\) cannot be read: "record\.rule": /);
    assert.match(broken((text) => text.replace('"round":0,', '"round":5,')), /is round 6 where round 1 is next/);
    assert.match(broken((text) => text.split('\n').slice(1).join('\n')), /comes before problem 0 has started/);
    assert.match(broken((text) => text.replace('"chosen":', '"chosen":9')), /chooses a candidate that it does not have|cannot be read/);
    assert.match(broken((text) => text.replace(/"parent":\{"round":0,"candidate":\d+\}/, '"parent":{"round":7,"candidate":0}')), /goes on from one that is not there/);
    assert.match(broken((text) => text, { ...headerOf(settings), settings: { strategy: 'magic' } }), /settings that are no search's: "strategy"/);
    assert.match(broken((text) => text, { ...headerOf(settings), kind: 'eval' }), /another kind of run \(eval\)/);
  });
});
