import assert from 'node:assert/strict';
import type { EvalContext, EvalSettings } from '../../../src/core/eval/eval.ts';
import type { EvalRow } from '../../../src/core/eval/events.ts';
import { createRunState, rowsOfLog } from '../../../src/core/eval/run-state.ts';
import { searchEval, searchJudges, searchSettings, strategiesOf } from '../../../src/core/eval/search.ts';
import type { SearchItem } from '../../../src/core/eval/search-item.ts';
import { passAtK } from '../../../src/core/eval/search-summary.ts';
import { ok } from '../../../src/core/result.ts';
import { parseRunLog, runLine } from '../../../src/core/run/run-log.ts';
import { STRATEGIES } from '../../../src/core/search/settings.ts';
import { openSource } from '../../../src/formats/open.ts';
import { questionAt } from '../../../src/formats/questions.ts';
import { fakePolicy, fakeVerifier, randomModels } from '../search/fake-models.ts';
import { jsonl, settingsOf } from './eval-data.ts';

const ROWS = [{ id: 'a', question: 'How many?', answer: '1' }, { id: 'b', question: 'How many more?', answer: '2' }, { id: 'c', question: 'How many less?', answer: '3' }];
const settings = (strategies: string, more: EvalSettings['options'] = {}): EvalSettings => ({ ...settingsOf('search', { strategies, samples: 4, 'policy-template': '{question}\\n\\n', ...more }), scores: [] });

async function solveRows(data: readonly unknown[], chosen: EvalSettings, more: Partial<EvalContext> = {}) {
  const source = openSource('data.jsonl', jsonl(data));
  assert.ok(source.ok);
  const { policy, verifier } = randomModels(3);
  const state = createRunState();
  const context: EvalContext = {
    data: { name: 'data.jsonl', rows: data.map((_, row) => row), trace: () => assert.fail('a question is no trace'), question: (row) => questionAt(source.value, row) },
    settings: chosen,
    scores: [],
    ...(policy && { policy }),
    ...(verifier && { verifier }),
    ...more,
  };
  for await (const event of searchEval.run(context)) state.add(event);
  return { rows: state.rows as readonly EvalRow<SearchItem>[], failed: state.failed, notes: state.notes };
}
function itemOf(row: EvalRow<SearchItem> | undefined): SearchItem {
  assert.ok(row);
  return row.item;
}

describe('the eval of searches', () => {
  it('solves each question by each strategy, in the order that was asked for, whatever is solved together', async () => {
    const chosen = settings(STRATEGIES.join(','));
    const { rows, failed } = await solveRows(ROWS, chosen);
    assert.deepEqual(failed, []);
    assert.deepEqual(rows.map(({ id }) => id), ['a', 'b', 'c']);
    const names = itemOf(rows[0]).arms.map(({ name }) => name);
    assert.deepEqual(names, STRATEGIES.flatMap((name) => (name === 'best-of-n' ? ['best-of-n, min', 'best-of-n, mean', 'best-of-n, product', 'best-of-n, last'] : [name])));
    const alone = await solveRows(ROWS, chosen, { atOnce: 1 });
    assert.deepEqual(alone.rows, rows);
  });

  it('reads majority, best-of-N, sampling and pass@k off the same solutions, each with the tokens that it needs', async () => {
    const answers = ['1', '2', '2', '3'];
    const policy = fakePolicy((_, stream) => `It is so.\n\nSo \\boxed{${answers[stream % 4] ?? ''}}`);
    const verifier = fakeVerifier((step) => (step.includes('{3}') ? 0.9 : 0.2));
    const { rows } = await solveRows([{ question: 'How many?', answer: '3' }], settings('sampling,majority,best-of-n'), { policy, verifier });
    const { arms, solutions } = itemOf(rows[0]);
    const by = new Map(arms.map((arm) => [arm.name, arm]));
    assert.deepEqual([by.get('sampling')?.answer, by.get('majority')?.answer, by.get('best-of-n, last')?.answer], ['1', '2', '3']);
    assert.deepEqual(arms.map(({ correct }) => correct), [false, false, ...['min', 'mean', 'product', 'last'].map((name) => by.get(`best-of-n, ${name}`)?.correct)]);
    assert.equal(by.get('best-of-n, last')?.correct, true);
    assert.deepEqual(solutions, { n: 4, right: 1 });
    assert.equal(by.get('majority')?.verifierTokens, 0);
    assert.ok((by.get('best-of-n, min')?.verifierTokens ?? 0) > 0);
    assert.equal(by.get('majority')?.policyTokens, by.get('best-of-n, min')?.policyTokens);
    assert.ok((by.get('sampling')?.policyTokens ?? 0) < (by.get('majority')?.policyTokens ?? 0));
    const { metrics } = searchEval.summarize(rows, settings('sampling,majority,best-of-n'));
    assert.deepEqual(metrics.filter(({ id }) => id.startsWith('pass.')).map(({ id, value }) => [id, Math.round(value ?? -1)]), [['pass.1', 25], ['pass.2', 50], ['pass.4', 100]]);
  });

  it('asks no verifier where nothing is judged, and the policy once where all look at whole solutions', async () => {
    assert.equal(searchJudges(settings('majority,sampling')), false);
    assert.equal(searchJudges(settings('majority,pats')), true);
    const policy = fakePolicy(() => 'So \\boxed{1}');
    const { rows } = await solveRows(ROWS.slice(0, 1), settings('majority,sampling'), { policy, verifier: fakeVerifier(() => assert.fail('nobody is to judge')) });
    assert.deepEqual(itemOf(rows[0]).arms.map(({ correct }) => correct), [true, true]);
    assert.equal(policy.asked.length, 1);
  });

  it('gives every strategy the same temperature, seed and verifier', () => {
    const chosen = settings('guided,pats', { 'policy-temperature': 1.2, 'policy-top-p': 0.9 });
    for (const strategy of strategiesOf(chosen)) {
      const { policy, seed, verifier } = searchSettings(strategy, chosen);
      assert.deepEqual([policy.temperature, policy.topP, policy.template, seed, verifier], [1.2, 0.9, '{question}\n\n', chosen.verifier.seed, chosen.verifier]);
    }
    assert.deepEqual(strategiesOf(chosen), ['guided', 'pats']);
  });

  it('compares strategies on the same questions, paired, and says what a value rests on', async () => {
    const chosen = settings('all-simple,majority');
    const { rows } = await solveRows(ROWS, chosen);
    const { metrics, tables, charts, headline } = searchEval.summarize(rows, chosen);
    const of = (id: string) => metrics.find((metric) => metric.id === id);
    assert.equal(new Set(metrics.map(({ id }) => id)).size, metrics.length);
    const share = (name: string) => (100 * rows.filter((row) => itemOf(row).arms.find((arm) => arm.name === name)?.correct).length) / rows.length;
    assert.equal(of('accuracy.majority')?.value, share('majority'));
    assert.ok(Math.abs((of('accuracy-difference.majority-less-all-simple')?.value ?? NaN) - (share('majority') - share('all-simple'))) < 1e-9);
    assert.equal(of('policy-tokens.majority')?.n, 3);
    assert.match(headline, /^Accuracy \(all-simple\) .* n = 3 questions$/);
    assert.equal(tables[0]?.rows.length, 2);
    assert.deepEqual(charts[0]?.kind === 'points' && charts[0].series.map(({ points }) => points.map(({ label }) => label)), [['all-simple', 'majority'], ['pass@4']]);
    assert.deepEqual(searchEval.summarize([...rows].reverse(), chosen), searchEval.summarize(rows, chosen));
  });

  it('is defined without a row, and says that nothing is', () => {
    const { metrics, headline } = searchEval.summarize([], settings('pats,majority'));
    assert.ok(metrics.every(({ value, n }) => value === undefined && n === 0));
    assert.match(headline, /– *, n = 0/);
    assert.equal(searchEval.headline([], settings('pats')), undefined);
  });

  it('lists rows without a question or an answer, counts repeated ones as they are, and goes on', async () => {
    const { rows, failed, notes } = await solveRows([{ question: 'How many?' }, { note: 'nothing' }, ROWS[0], ROWS[0]], settings('majority'));
    assert.deepEqual(failed.map(({ row, reason }) => [row, reason]), [[1, 'unreadable'], [0, 'no-label']].sort());
    assert.match(failed.map(({ message }) => message).join('\n'), /data\.jsonl row 0: it has no right answer/);
    assert.match(notes.join('\n'), /2 of the 4 rows of data\.jsonl have the same question as an earlier row/);
    assert.deepEqual(rows.map(({ row }) => row), [2, 3]);
  });

  it('leaves a question out where a strategy could not be carried out: that says nothing about how good it is', async () => {
    const broken = fakePolicy((prompt) => {
      if (prompt.startsWith('How many more')) throw new Error('the model is gone');
      return 'So \\boxed{1}';
    });
    const { rows, failed } = await solveRows(ROWS, settings('majority'), { policy: broken, atOnce: 1 });
    assert.deepEqual(rows.map(({ id }) => id), ['a', 'c']);
    assert.deepEqual(failed.map(({ id, reason }) => [id, reason]), [['b', 'not-scored']]);
    assert.match(failed[0]?.message ?? '', /majority could not be carried out: .*the model is gone/);
  });

  it('counts a question as wrong where no solution came to its end', async () => {
    const endless = fakePolicy(() => ({ text: 'and so on', finish: 'length' }));
    const { rows } = await solveRows(ROWS.slice(0, 1), settings('majority,sampling'), { policy: endless });
    assert.deepEqual(itemOf(rows[0]).arms.map(({ answer, correct }) => [answer, correct]), [[null, false], [null, false]]);
    assert.match(searchEval.summarize(rows, settings('majority,sampling')).notes.join('\n'), /Without an answer, and counted as wrong: majority 1; sampling 1/);
  });

  it('goes on after what an earlier part of the run has done, and reads it from a log', async () => {
    const chosen = settings('all-simple,majority');
    const whole = await solveRows(ROWS, chosen);
    const header = { type: 'run', version: 1, kind: 'eval', id: 'x', title: 'x', started: '2026-01-01T00:00:00Z', models: [], settings: chosen } as const;
    const log = parseRunLog('run.jsonl', [runLine(header), ...whole.rows.slice(0, 2).map((row) => runLine({ type: 'row', row })), '{"type":"row","row":{"row":7,"item":{"gold":1}}}\n'].join(''));
    assert.ok(log.ok);
    const earlier = rowsOfLog(log.value, searchEval);
    assert.deepEqual(earlier, whole.rows.slice(0, 2));
    const rest = await solveRows(ROWS, chosen, { done: new Set(earlier.map(({ row }) => row)) });
    assert.deepEqual([...earlier, ...rest.rows], whole.rows);
  });

  it('stops when it is told to, with what is complete', async () => {
    const controller = new AbortController();
    const source = openSource('data.jsonl', jsonl(ROWS));
    assert.ok(source.ok);
    const policy = fakePolicy(() => 'So \\boxed{1}');
    const seen: number[] = [];
    const running = async () => {
      const data = { name: 'data.jsonl', rows: [0, 1, 2], trace: () => assert.fail(), question: (row: number) => ok({ question: `How many, ${row}?`, gold: '1' }) };
      for await (const event of searchEval.run({ data, settings: settings('majority'), scores: [], policy, atOnce: 1, signal: controller.signal })) {
        if (event.type !== 'row') continue;
        seen.push(event.row.row);
        controller.abort();
      }
    };
    await assert.rejects(running, { reason: 'aborted' });
    assert.deepEqual(seen, [0]);
  });
});

describe('pass@k', () => {
  it('is the share of the choices of k of n that hold a right one', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
    for (let n = 1; n <= 6; n++) for (let c = 0; c <= n; c++) for (let k = 1; k <= n; k++) assert.ok(Math.abs(passAtK(n, c, k) - (1 - (n - c < k ? 0 : choose(n - c, k)) / choose(n, k))) < 1e-12);
  });
});
