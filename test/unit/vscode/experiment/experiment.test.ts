import assert from 'node:assert/strict';
import type { BiasEvent, TraceMeasure } from '../../../../src/core/bias/events.ts';
import { parsePlan } from '../../../../src/core/bias/plan.ts';
import { biasReport } from '../../../../src/core/bias/report.ts';
import { DEFAULT_BIAS_SETTINGS } from '../../../../src/core/bias/settings.ts';
import type { BiasState } from '../../../../src/core/bias/state.ts';
import { countProgress } from '../../../../src/vscode/experiment/experiment-progress.ts';
import { createExperimentSpeed } from '../../../../src/vscode/experiment/experiment-speed.ts';
import { experimentTrace, traceNames } from '../../../../src/vscode/experiment/experiment-trace.ts';
import { memoryStores } from '../memory.ts';

const TEXT = '4 + 3 = 7.\n\nThe answer is 7.\n\nWait, again: 4 + 3 = 7.\n</think>\n\nThe answer is \\boxed{7}.';

function trace(text: string, ...steps: readonly string[]): TraceMeasure {
  const spans = steps.map((step) => ({ start: text.indexOf(step), end: text.indexOf(step) + step.length }));
  return { text, finish: 'end', tokens: 30, steps: spans, first: undefined, pFirst: undefined, reflections: [], redundant: [2], loops: [], answer: '7', correct: true };
}

const original = trace(TEXT, '4 + 3 = 7.', 'The answer is 7.', 'Wait, again: 4 + 3 = 7.');
const masked = trace('4 + 3 = 8.\n</think>\n\nThe answer is \\boxed{8}.', '4 + 3 = 8.');
const plans = ['question@answer', 'random@answer'].flatMap((text) => {
  const plan = parsePlan(text, 'mask');
  return plan.ok ? [plan.value] : [];
});
const events: BiasEvent[] = [
  { type: 'trace', row: 3, question: 'What is 4 + 3?', gold: '7', trace: { ...original, first: { answer: '7', span: { start: 0, end: 1 }, step: 1, by: 'stated' }, pFirst: 12, reflections: [{ step: 2, word: 'Wait', span: { start: 0, end: 4 } }] }, deviation: undefined },
  { type: 'masked', row: 3, plan: 0, mask: { method: 'mask', hidden: [{ position: 1, text: 'a' }], from: 20, kept: 12 }, trace: masked, comparison: { tokens: 0, r: 0, reflections: 0, answerChanged: true, divergentToken: 1, same: false } },
  { type: 'not-applicable', row: 3, plan: 1, message: 'There is no place.' },
  { type: 'trace', row: 4, question: 'At once?', trace: trace('</think>\n\n7'), deviation: undefined },
];
const state: BiasState = {
  header: { type: 'run', version: 1, kind: 'bias', id: 'i', title: 'Internal bias · a.jsonl', started: '', models: [], settings: { ...DEFAULT_BIAS_SETTINGS, plans } },
  events,
  report: biasReport(events, plans, 0),
};

describe('traces of an experiment', () => {
  it('are the question’s own and those under plans that apply to it', () => {
    assert.deepEqual(traceNames(state, 3), ['original', 'question@answer']);
    assert.deepEqual(traceNames(state, 9), []);
  });

  it('have the steps that were measured, the answer after them, and say what was found and hidden', () => {
    const own = experimentTrace(state, 3);
    assert.ok(own.ok);
    const { problem, response, steps, answer, given, source } = own.value.trace;
    assert.equal(problem, 'What is 4 + 3?');
    assert.deepEqual(steps.map(({ span }) => response.slice(span.start, span.end)), ['4 + 3 = 7.', 'The answer is 7.', 'Wait, again: 4 + 3 = 7.']);
    assert.equal(answer && response.slice(answer.start, answer.end), 'The answer is \\boxed{7}.');
    assert.deepEqual([source.row, source.variant, given?.goldAnswer?.value], [3, 'original', '7']);
    assert.deepEqual(given?.remarks, ['First answer: 7 in step 2 (by stated), P_first = 12 tokens.', 'Reflections: step 3 "Wait".', 'Redundant after the first answer: steps 3.']);
    const other = experimentTrace(state, 3, 'question@answer');
    assert.ok(other.ok && other.value.trace.given?.remarks?.[0] === 'Under question@answer: 1 tokens hidden from token 20 on; the first 12 characters are those of the original.');
  });

  it('say in a sentence why there is none', () => {
    const messages = [experimentTrace(state, 9), experimentTrace(state, 3, 'random@answer'), experimentTrace(state, 3, 'numbers@start'), experimentTrace(state, 4)].map((result) => (result.ok ? 'none' : result.error.message));
    assert.match(messages[0] ?? '', /row 9 has no trace yet/);
    assert.match(messages[1] ?? '', /There is no place/);
    assert.match(messages[2] ?? '', /no trace under numbers@start/);
    assert.match(messages[3] ?? '', /has no step: the model answered at once/);
  });
});

describe('how far an experiment is', () => {
  const rows = [0, 1];
  const guesses = (row: number): BiasEvent => ({ type: 'guesses', row, guesses: { distributions: [], greedy: undefined, tokens: 0 } });

  it('goes from stage to stage, counts what failed, and passes over what the model lacks', () => {
    const counter = countProgress(2, { plans, attention: 1 });
    assert.deepEqual(counter.now(), { stage: 'guesses', done: 0, of: 2, share: 0 });
    counter.add(guesses(0));
    counter.add({ type: 'failed', row: 1, part: 'guesses', message: '' });
    assert.deepEqual(counter.now(), { stage: 'traces', done: 0, of: 2, share: 2 / 9 });
    for (const row of rows) counter.add({ type: 'failed', row, part: 'trace', message: '' });
    assert.equal(counter.now().stage, 'attention');
    counter.add({ type: 'lack', part: 'attention', message: '' });
    assert.deepEqual([counter.now().stage, counter.now().of], ['masking', 4]);
    for (const row of rows) for (const plan of [0, 1]) counter.add({ type: 'not-applicable', row, plan, message: '' });
    assert.deepEqual(counter.now(), { stage: 'report', done: 0, of: 0, share: 1 });
  });

  it('is told in time only by a speed that is known, and says whether it was measured here', () => {
    const estimate = { samples: 1, likelyTokens: 36_000, mostTokens: 1 };
    const speed = createExperimentSpeed(memoryStores().memento);
    assert.equal(speed.seconds('7b at a server', false, estimate), undefined);
    assert.deepEqual(speed.seconds('reasoner', true, estimate), { seconds: 120, measured: false });
    speed.learn('7b at a server', estimate, 600);
    assert.deepEqual(speed.seconds('7b at a server', false, estimate), { seconds: 600, measured: true });
  });
});
