import assert from 'node:assert/strict';
import { agreementEval } from '../../../src/core/eval/agreement.ts';
import { judgingModels, sameJudge, secondSettings, type SecondJudge } from '../../../src/core/eval/judges.ts';
import { processBenchEval } from '../../../src/core/eval/process-bench.ts';
import { evalReport, readEvalState } from '../../../src/core/eval/state.ts';
import { reportBlocks } from '../../../src/core/eval/report.ts';
import type { EvalSettings } from '../../../src/core/eval/eval.ts';
import type { ScoreSource } from '../../../src/core/eval/score-source.ts';
import type { ModelInfo } from '../../../src/core/model.ts';
import { parseRunLog, runLine } from '../../../src/core/run/run-log.ts';
import type { RunHeader, RunModel } from '../../../src/core/run/run.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../../src/core/verifier/settings.ts';
import { otherModel } from '../../../src/vscode/runs/other-model.ts';
import { runOn, scoresFrom, settingsOf } from './eval-data.ts';

const second: SecondJudge = { model: 'other', mode: 'direct', prompt: 'chat' };
const info = (name: string, hash = name): ModelInfo => ({ name, hash, weights: 'w', parameters: 0, context: 512 });
const judge = (name: string, hash?: string): RunModel => ({ role: 'verifier', info: info(name, hash) });

describe('the judges of an evaluation', () => {
  const models = (scores: readonly string[], more: Partial<EvalSettings> = {}, { needs } = agreementEval as Pick<typeof agreementEval, 'needs'>) => judgingModels(needs, { ...settingsOf('agreement'), scores, ...more }).join();

  it('are as many as the eval takes: files first, then the verifier, then the second model', () => {
    assert.equal(models([]), 'verifier');
    assert.equal(models([], { second }), 'verifier,second');
    assert.equal(models(['a']), '');
    assert.equal(models(['a'], { withModel: true }), 'verifier');
    assert.equal(models(['a'], { second }), 'second');
    assert.equal(models(['a'], { withModel: true, second }), 'verifier');
    assert.equal(models(['a', 'b'], { withModel: true, second }), '');
    assert.equal(models([], { second }, processBenchEval), 'verifier');
    assert.equal(models(['a'], { withModel: true, second }, processBenchEval), '');
  });

  it('are not one and the same, asked in the same way', () => {
    const verifier = secondSettings(DEFAULT_VERIFIER_SETTINGS, second);
    assert.match(sameJudge(verifier, second, [info('r', 'h'), info('r2', 'h')]) ?? '', /The second judge is r as well, asked in the same way \(direct, prompt chat\)/);
    assert.equal(sameJudge({ ...verifier, mode: 'reasoned' }, second, [info('r', 'h'), info('r', 'h')]), undefined);
    assert.equal(sameJudge(verifier, second, [info('r'), info('s')]), undefined);
    assert.equal(sameJudge(verifier, second, [info('r')]), undefined);
  });

  it('go on as they began, each of the two', () => {
    const begun = [judge('a'), judge('b')];
    assert.equal(otherModel([judge('a'), judge('b')], begun), undefined);
    assert.match(otherModel([judge('a'), judge('c')], begun) ?? '', /is b \(b\), and c \(c\)/);
    assert.match(otherModel([judge('b'), judge('a')], begun) ?? '', /is a \(a\), and b \(b\)/);
  });
});

describe('a log that was cut off before its models were there', () => {
  const header = (settings: Partial<EvalSettings>, models: readonly RunModel[] = []): RunHeader => ({ type: 'run', version: 1, kind: 'eval', id: 'a', title: 'a', started: '2026-01-01T00:00:00Z', models, settings: { ...settingsOf('agreement'), ...settings }, data: { file: 'd.jsonl', rows: [0] } });
  const stateOf = (first: RunHeader) => {
    const log = parseRunLog('a', runLine(first));
    assert.ok(log.ok);
    return readEvalState('a', log.value);
  };
  const judging = (first: RunHeader): string => {
    const state = stateOf(first);
    assert.ok(state.ok);
    return judgingModels(state.value.eval.needs, state.value.header.settings).join();
  };

  it('still says that a model judges beside the file of scores', () => {
    assert.equal(judging(header({ withModel: true })), 'verifier');
    assert.equal(judging(header({ scores: [], second })), 'verifier,second');
    assert.equal(judging(header({})), '');
  });

  it('is understood where an earlier version wrote it: a model that is named has judged', () => {
    assert.equal(judging(header({}, [judge('m')])), 'verifier');
    const state = stateOf(header({}, [judge('m')]));
    assert.ok(state.ok);
    assert.deepEqual(state.value.header.settings.judges, ['scores.jsonl', 'm']);
  });

  it('is refused where its second judge is no judge', () => {
    for (const wrong of [{ model: 7, mode: 'direct', prompt: 'chat' }, { model: 'm', mode: 'quick', prompt: 'chat' }, 'm']) {
      assert.equal(stateOf(header({ second: wrong as unknown as SecondJudge })).ok, false, JSON.stringify(wrong));
    }
  });
});

describe('two models that judge', () => {
  it('are each asked for as many rows at once as they take: a trace scores the same whoever else judges', async () => {
    const data = [0, 1, 2, 3, 4].map((row) => ({ id: `r${row}`, problem: `How many? (${row})`, steps: ['One.'], label: -1 }));
    const sizes: (readonly [string, number])[] = [];
    const source = (name: string, batch: number): ScoreSource => ({
      name,
      batch,
      hard: false,
      // eslint-disable-next-line @typescript-eslint/require-await -- a source is asynchronous, this one has everything at hand
      async *score(wishes) {
        sizes.push([name, wishes.length]);
        for (const wish of wishes.keys()) yield { wish, answer: { ok: true, scores: { soft: [0.9] } } };
      },
    });
    const ran = await runOn(agreementEval, data, [source('file', 256), source('model', 2)], { ...settingsOf('agreement'), judges: ['file', 'model'] });
    assert.deepEqual(sizes, [['file', 5], ['model', 2], ['model', 2], ['model', 1]]);
    assert.deepEqual(ran.rows.map(({ row }) => row), [0, 1, 2, 3, 4]);
  });

  it('are named in the numbers, the pictures and what made them, with the mode of each', async () => {
    const data = [0, 1, 2].map((row) => ({ id: `r${row}`, problem: `How many? (${row})`, steps: ['One.', 'Two.'], label: row === 2 ? 1 : -1 }));
    const scores = (low: number) => scoresFrom(data.map(({ id }, row) => ({ id, scores: [0.9, row === low ? 0.1 : 0.9] }))).source;
    const settings: EvalSettings = { ...settingsOf('agreement'), scores: [], second, judges: ['alpha', 'beta'] };
    const ran = await runOn(agreementEval, data, [scores(2), scores(1)], settings);
    const log = parseRunLog('a', [{ type: 'run', version: 1, kind: 'eval', id: 'a', title: 'a', started: '2026-01-01T00:00:00Z', models: [judge('alpha'), judge('beta')], settings, data: { file: 'd.jsonl', rows: [0, 1, 2] } }, ...ran.rows.map((row) => ({ type: 'row', row }))].map(runLine).join(''));
    assert.ok(log.ok);
    const state = readEvalState('a', log.value);
    assert.ok(state.ok);
    const report = evalReport(state.value);
    assert.match(report.summary.headline, /^Agreement \(alpha and beta\) 66\.7 .*n = 6 steps/);
    const made = reportBlocks(report).flatMap((block) => (block.kind === 'table' && block.table.name === 'How it was made' ? block.table.rows : []));
    const of = (name: string): string | undefined => made.find(([what]) => what === name)?.[1];
    assert.equal(of('Verifier'), 'alpha, w, SHA-256 alpha', 'a number of parameters that is not known is not 0');
    assert.match(of('Second verifier') ?? '', /^beta/);
    assert.equal(of('Mode'), 'reasoned, K = 1 greedy, prompt plain');
    assert.equal(of('Mode of the second verifier'), 'direct, one reading a step, prompt chat');
  });
});
