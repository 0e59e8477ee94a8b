import assert from 'node:assert/strict';
import type { StepRound } from '../../../../src/core/search/events.ts';
import { finishedEvent } from '../../../../src/core/search/solve.ts';
import { runLine } from '../../../../src/core/run/run-log.ts';
import { parseSearchViewMessage } from '../../../../src/protocol/search-view.ts';
import { candidateDetail } from '../../../../src/vscode/search/candidate-detail.ts';
import { searchExports } from '../../../../src/vscode/search/search-exports.ts';
import { searchSnapshot } from '../../../../src/vscode/search/search-snapshot.ts';
import { headlineOf, isLogged, liveProblems, type SearchState } from '../../../../src/vscode/search/search-state.ts';
import { searchTrace } from '../../../../src/vscode/search/search-trace.ts';
import { readSearchLog } from '../../../../src/formats/runs/search-log.ts';
import { candidate, patsRounds, SETTINGS } from '../../search/search-records.ts';

const ROUNDS = patsRounds([[0.5, 0.91], [0.2, 0.1], [0.8, 'dropped'], [0.95]]);

function state(rounds: readonly StepRound[] = ROUNDS): SearchState {
  return {
    header: { type: 'run', version: 1, kind: 'search', id: 'search-1', title: 'Eggs | "two"', started: '2026-01-02T03:04:05.000Z', models: [], settings: SETTINGS },
    problems: [{ started: { type: 'started', question: 'How many eggs?', gold: '5' }, rounds, notes: ['A note.'], finished: finishedEvent(rounds, { question: 'How many eggs?', gold: '5' }, { reason: 'done' }) }],
    end: { type: 'run-end', reason: 'done', headline: '', ended: '2026-01-02T03:05:05.000Z' },
  };
}

describe('what the Search panel shows', () => {
  it('has in its table what the picture has, candidate by candidate', () => {
    const snapshot = searchSnapshot(state(), 0, undefined);
    assert.ok(snapshot);
    const drawn = JSON.stringify(snapshot.picture).match(/"id":"candidate-\d+-\d+"/g)?.sort();
    assert.deepEqual(drawn, snapshot.rows.map(({ round, candidate: index }) => `"id":"candidate-${round}-${index}"`).sort());
    assert.deepEqual(snapshot.rows.map(({ cells }) => cells.state), ['not chosen', 'chosen', 'best, discarded', 'not chosen', 'chosen', 'dropped, same as 1', 'chosen, ends the solution']);
    assert.equal(snapshot.rows[1]?.cells.next, '0.91 ≥ good → medium');
  });

  it('says how it ended, with tokens, models, strategy and seed', () => {
    const snapshot = searchSnapshot(state(), 0, undefined);
    assert.equal(snapshot?.status, 'Done: 3 steps, no answer stated.');
    const facts = new Map(snapshot.facts.map(({ name, value }) => [name, value]));
    assert.equal(facts.get('Tokens'), `${ROUNDS.reduce((sum, { policyTokens }) => sum + policyTokens, 0)} policy + ${ROUNDS.reduce((sum, { verifierTokens }) => sum + verifierTokens, 0)} verifier`);
    assert.deepEqual([facts.get('Strategy'), facts.get('Seed'), facts.get('Rounds')], ['pats', '0', '4: 1 medium, 3 complex']);
    assert.equal(searchSnapshot(state(), 1, undefined), undefined);
  });

  it('replays without a model, and marks from where on nobody knows', () => {
    const same = searchSnapshot(state(), 0, undefined)?.whatIf;
    assert.ok(typeof same === 'object' && !same.changed && same.verdict.startsWith('Nothing changes'));
    const settings = { thresholds: { good: 0.95, low: 0.75, bad: 0.4 }, penalty: 'once', initialMode: 'complex' } as const;
    const replayed = searchSnapshot(state(), 0, settings);
    assert.ok(replayed && typeof replayed.whatIf === 'object' && replayed.whatIf.changed);
    assert.match(replayed.whatIf.verdict, /^Exact up to round 1/);
    assert.ok(replayed.rows.some(({ cells }) => cells.round.endsWith('(counterfactual)')));
    assert.ok(replayed.rows.filter(({ round }) => round === 0).every(({ cells }) => !cells.round.includes('counterfactual')));
    const none = searchSnapshot({ ...state(), header: { ...state().header, settings: { ...SETTINGS, beams: 3 } } }, 0, undefined);
    assert.equal(typeof none?.whatIf, 'string');
  });

  it('names the reason of a search that did not come to its end, and what can be done', () => {
    const cut: SearchState = { header: state().header, problems: [{ started: { type: 'started', question: 'q' }, rounds: ROUNDS.slice(0, 2), notes: [] }] };
    const snapshot = searchSnapshot(cut, 0, undefined);
    assert.ok(snapshot?.status.startsWith('Cut off after 2 rounds') && snapshot.resumable && !snapshot.busy);
    const failed = finishedEvent(ROUNDS.slice(0, 1), { question: 'q' }, { reason: 'failed', message: 'The server is down.' });
    assert.ok(searchSnapshot({ ...cut, problems: [{ ...cut.problems[0]!, finished: failed }] }, 0, undefined)?.status.startsWith('Failed: The server is down.'));
  });

  it('shows all of a candidate, and why one cannot go on from it', () => {
    const shown = state();
    const [problem] = shown.problems;
    const chosen = candidateDetail(shown, problem!, 0, 0, 1);
    assert.deepEqual([chosen?.title, chosen?.text, chosen?.analyses.length], ['Round 1, candidate 2 of 2: chosen', 'Round 0 text 1.\n\n', 1]);
    assert.match(chosen?.noBranch ?? '', /It was chosen/);
    assert.equal(candidateDetail(shown, problem!, 0, 0, 0)?.noBranch, undefined);
    assert.match(candidateDetail(shown, problem!, 2, 2, 1)?.noBranch ?? '', /dropped/);
    assert.equal(candidateDetail(shown, problem!, 9, 9, 0), undefined);
  });

  it('makes a trace of the path with its own scores and its modes', () => {
    const record = searchTrace(state(), 0);
    assert.ok(record);
    assert.deepEqual(record.trace.steps.map(({ span }) => record.trace.response.slice(span.start, span.end)), ['Round 0 text 1.', 'Round 2 text 0.', 'Round 3 text 0.']);
    assert.deepEqual(record.scores?.map((score) => score?.pYes), [0.91, 0.8, 0.95]);
    assert.deepEqual(record.trace.given?.rounds?.filter(({ selected }) => selected?.accepted).map(({ why }) => why), ['complex → medium, 0.91 ≥ good (0.85)', 'complex → complex, low ≤ 0.80 (0.75)', 'complex, 0.95 ≥ good (0.85)']);
    assert.equal(searchTrace(state([]), 0), undefined);
  });

  it('follows a search event by event, and its log reads back as the same', () => {
    const live = liveProblems([{ type: 'started', question: 'q' }]);
    const kept: string[] = [runLine(state().header)];
    const emit = (event: Parameters<typeof live.apply>[0]): void => {
      live.apply(event);
      if (isLogged(event)) kept.push(runLine(event));
    };
    emit({ type: 'started', question: 'q', problem: 0 });
    const [first] = ROUNDS;
    assert.ok(first);
    emit({ type: 'round-started', problem: 0, round: 0, step: 0, width: 8, regeneration: false, mode: 'complex' });
    emit({ type: 'candidate', problem: 0, round: 0, candidate: candidate(1, undefined) });
    emit({ type: 'candidate', problem: 0, round: 0, candidate: candidate(0, undefined) });
    assert.deepEqual(live.problems[0]?.going?.candidates.map(({ index }) => index), [0, 1]);
    const going = searchSnapshot({ ...state(), problems: live.problems, running: 'searching' }, 0, undefined);
    assert.ok(going?.busy && going.status.includes('2 of 8 candidates written'));
    for (const record of ROUNDS) emit({ type: 'round', problem: 0, record });
    emit({ ...finishedEvent(ROUNDS, { question: 'q' }, { reason: 'done' }), problem: 0 });
    const log = readSearchLog('a', kept.join(''));
    assert.ok(log.ok, log.ok ? '' : log.error.message);
    assert.deepEqual(JSON.parse(JSON.stringify(log.value.problems[0]?.rounds)), JSON.parse(JSON.stringify(live.problems[0].rounds)));
    assert.match(headlineOf(live.problems), /^3 steps, no answer, 4 rounds$/);
  });

  it('is written as JSON, Markdown and SVG, with nothing of the text taken as markup', async () => {
    const { header, problems, end } = state(ROUNDS.map((round) => ({ ...round, candidates: round.candidates.map((one) => ({ ...one, step: `<b>${one.step}` })) })));
    const events = problems.flatMap(({ started, rounds, finished }) => [{ ...started, problem: 0 }, ...rounds.map((record) => ({ type: 'round', problem: 0, record })), { ...finished, problem: 0 }]);
    for (const form of searchExports()) {
      const text = await form.write({ header, events, ...(end && { end }) });
      assert.ok(text.ok, form.extension);
      assert.ok(form.extension === 'json' || !text.value.includes('<b>'), form.extension);
    }
    const empty = await searchExports().find(({ extension }) => extension === 'svg')?.write({ header, events: [] });
    assert.ok(empty && !empty.ok);
  });

  it('takes nothing for a message of its view that is none', () => {
    for (const value of [null, 'run', {}, { type: 'select', round: -1, candidate: 0 }, { type: 'what-if', settings: { thresholds: { good: 2, low: 0, bad: 0 }, penalty: 'once', initialMode: 'simple' } }, { type: 'branch', round: 0.5, candidate: 0 }]) assert.equal(parseSearchViewMessage(value), undefined);
    assert.deepEqual(parseSearchViewMessage({ type: 'what-if', settings: null }), { type: 'what-if', settings: null });
  });
});
