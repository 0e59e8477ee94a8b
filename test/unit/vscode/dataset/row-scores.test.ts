import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StepNote } from '../../../../src/core/trace/record.ts';
import { stepTexts } from '../../../../src/core/trace/trace.ts';
import { DEFAULT_VERIFIER_SETTINGS as verifier } from '../../../../src/core/verifier/settings.ts';
import { createFindRowScores } from '../../../../src/vscode/dataset/row-scores.ts';
import type { ModelHashes } from '../../../../src/vscode/known-verifiers.ts';
import { createScoreStore, type ScoreStore } from '../../../../src/vscode/score-store.ts';
import { stepKeys } from '../../../../src/vscode/streams.ts';
import { provenance, sample } from '../scores.ts';
import { buildDataset } from './build-dataset.ts';

const hashes: ModelHashes = { reasoned: 'abc', direct: 'abc' };
const ROW = { problem: 'How many?', steps: ['One.', 'Two.', 'Three.'] };

describe('the stored scores of a row', () => {
  let folder: string;
  const open = (): ScoreStore => createScoreStore(folder, (error) => assert.fail(String(error)));

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stepscope-rows-'));
    const trace = await buildDataset([ROW]).trace(0);
    assert.ok(trace.ok);
    const store = open();
    const steps = stepTexts(trace.value);
    [0.9, 0.2].forEach((pYes, step) => {
      store.add(ROW.problem, stepKeys({ problem: ROW.problem, steps, step }, hashes, verifier).greedy, 0, sample(pYes), provenance);
    });
    await store.flush();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const find = async (row: typeof ROW, context: { hashes: ModelHashes | undefined; threshold?: number } = { hashes }, store = open(), notes: readonly StepNote[] = []) => {
    const trace = await buildDataset([row]).trace(0);
    assert.ok(trace.ok);
    const { threshold = verifier.threshold } = context;
    return createFindRowScores(store, () => ({ verifier: { ...verifier, threshold }, hashes: context.hashes }), () => notes)(trace.value);
  };

  it('are found again after a restart, under the threshold of now', async () => {
    assert.deepEqual(await find(ROW), { scored: 2, firstError: 1, min: 0.2, decided: true });
    assert.deepEqual(await find(ROW, { hashes, threshold: 0.1 }), { scored: 2, firstError: undefined, min: 0.2, decided: false });
  });

  it('come with how the verdicts agree with the marks of a person, and with n', async () => {
    const marks = (await find(ROW, { hashes }, open(), [{ step: 0, mark: 'right' }, { step: 1, mark: 'right' }, { step: 2, mark: 'wrong' }]))?.marks;
    assert.deepEqual(marks, { agreed: 1, compared: 2, apart: 1 });
  });

  it('are missing for other steps, for another model, and while the model is not known', async () => {
    assert.equal(await find({ ...ROW, steps: ['Other.', 'Two.', 'Three.'] }), undefined);
    assert.equal(await find(ROW, { hashes: { reasoned: 'other', direct: 'other' } }), undefined);
    assert.equal(await find(ROW, { hashes: undefined }), undefined);
  });

  it('are not looked for on disk where there are none of the question', async () => {
    const store = open();
    assert.equal(await find({ ...ROW, problem: 'How few?' }, { hashes }, store), undefined);
    assert.equal(store.isLoaded('How few?'), false);
    store.add('How few?', 'key', 0, sample(1), provenance);
    assert.equal(await store.mayHold('How few?'), true);
    await store.flush();
  });
});
