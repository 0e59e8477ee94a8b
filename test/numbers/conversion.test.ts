import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ChatRequest } from '../../src/core/chat.ts';
import { convertModel } from '../../src/models/convert/convert.ts';
import { VERDICT_READING, VERDICTS, verifierPrompt } from '../../src/core/verifier/prompt.ts';
import type { GenerateEvent, GenerateRequest } from '../../src/core/model.ts';
import { loadRuntime, type Runtime } from '../../src/models/onnx/runtime.ts';
import type { SequenceResult } from '../../src/models/onnx/sequence.ts';
import { TEMPLATE_SCRIPT } from '../unit/chat/chat-fixtures.ts';
import { bundledModel, describeWithSharedModels, goldens, sharedModels, type PolicyGolden, type VerifierGolden } from '../unit/models/shared-models.ts';
import { promptLogits } from '../unit/models/prompt-logits.ts';

type SampleEvent = Extract<GenerateEvent, { type: 'sample' }>;

/** Greedy continuations as token ids, all in one batch. */
async function continueGreedily(runtime: Runtime, prompts: readonly (readonly number[])[]): Promise<SequenceResult[]> {
  const results: SequenceResult[] = [];
  const items = prompts.map((ids, index) => ({
    request: { ids, n: 1, firstSample: 0, maxNewTokens: 400, temperature: 0, topP: 1, seed: 0, stop: [], readout: undefined },
    listener: { text: () => undefined, done: (result: SequenceResult) => (results[index] = result) },
  }));
  await runtime.run(items);
  return results;
}

async function verify(runtime: Runtime, rows: readonly VerifierGolden[]): Promise<SampleEvent[]> {
  const samples: SampleEvent[] = [];
  const requests = rows.map(
    (row): GenerateRequest => ({
      prompt: row.prompt,
      n: 1,
      maxNewTokens: 420,
      temperature: 0,
      topP: 1,
      seed: 0,
      ...VERDICT_READING,
    }),
  );
  await runtime.generate(requests, (event) => {
    if (event.type === 'sample') samples[event.request] = event;
  });
  return samples;
}

function assertNear(actual: number | undefined, expected: number, tolerance: number, what: string): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= tolerance, `${what}: ${actual} instead of ${expected} (within ${tolerance})`);
}

/** The rows of the reference whose logits are more than the tolerance away. */
async function assertNextTokenLogits(runtime: Runtime, rows: readonly { readonly input_ids: readonly number[]; readonly next_token: PolicyGolden['next_token'] }[]): Promise<void> {
  for (const [row, golden] of rows.entries()) {
    const logits = await promptLogits(runtime, golden.input_ids);
    golden.next_token.ids.forEach((id, i) => assertNear(logits[id], golden.next_token.logits[i] ?? NaN, 1e-2, `row ${row}, logit of token ${id}`));
  }
}

describeWithSharedModels('fp32 conversion against the reference library', function () {
  this.timeout(300_000);
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-conversion-'))));
  after(() => rmSync(work, { recursive: true, force: true }));

  it('reproduces all 11 greedy continuations of the reasoner token for token, and its logits within 1e-2', async () => {
    const folder = path.join(work, 'reasoner');
    await convertModel(sharedModels('reasoner'), folder, { bits: 32, block: 32 });
    const runtime = await loadRuntime(folder);
    const rows = goldens('policy-goldens.json');
    assert.equal(rows.length, 11);
    const results = await continueGreedily(runtime, rows.map((row) => row.input_ids));
    rows.forEach((row, i) => assert.deepEqual(results[i]?.ids, row.greedy_ids, `row ${i}: ${row.prompt}`));
    await assertNextTokenLogits(runtime, rows);
    await runtime.release();
  });

  it('reproduces all 24 analyses of the verifier, P(Yes) with and without analysis within 1e-3, and its logits within 1e-2', async () => {
    const folder = path.join(work, 'r-prm');
    await convertModel(sharedModels('r-prm'), folder, { bits: 32, block: 32 });
    const runtime = await loadRuntime(folder);
    const rows = goldens('prm-goldens.json');
    assert.equal(rows.length, 24);
    const samples = await verify(runtime, rows);
    const direct = await runtime.probabilities(
      rows.map((row) => verifierPrompt(row.question, [...row.previous, row.now], row.previous.length, 'direct')),
      VERDICTS,
    );
    rows.forEach((row, i) => {
      assert.equal(samples[i]?.text, row.greedy_text.replace('<|im_end|>', ''), `analysis of row ${i}`);
      assertNear(samples[i].readout?.[0], row.p_yes, 1e-3, `P(Yes) of row ${i}`);
      const reading = direct[i];
      assertNear(reading?.ok === true ? reading.probabilities[0] : undefined, row.p_yes_direct, 1e-3, `direct P(Yes) of row ${i}`);
    });
    await assertNextTokenLogits(runtime, rows);
    await runtime.release();
  });
});

describeWithSharedModels('tokenizer and shipped models against the reference library', function () {
  this.timeout(120_000);

  it('gives the reference token ids for every prompt', async () => {
    for (const [model, file] of [['reasoner', 'policy-goldens.json'], ['r-prm', 'prm-goldens.json']] as const) {
      const runtime = await loadRuntime(bundledModel(model));
      for (const row of goldens(file)) {
        assert.deepEqual(runtime.tokenizer.encode(row.prompt), row.input_ids, row.prompt);
        assert.equal(runtime.tokenizer.decode(row.input_ids), row.prompt);
      }
      await runtime.release();
    }
  });

  it('the chat template of the reasoner writes the prompts it was trained on, token for token', async () => {
    const runtime = await loadRuntime(bundledModel('reasoner'), { templateScript: TEMPLATE_SCRIPT });
    const rows = goldens('policy-goldens.json');
    assert.equal(rows.length, 11);
    const conversations = rows.map(({ question, system }): ChatRequest => ({ messages: [...(system === null ? [] : [{ role: 'system', content: system } as const]), { role: 'user', content: question }] }));
    const thinking = (await runtime.chatPrompts?.(conversations)) ?? [];
    const direct = (await runtime.chatPrompts?.(conversations.map((request) => ({ ...request, variables: { enable_thinking: false } })))) ?? [];
    const directIds: number[][] = [];
    rows.forEach((row, i) => {
      const [made, closed] = [thinking[i], direct[i]];
      assert.ok(made?.ok === true && closed?.ok === true);
      assert.equal(made.prompt, row.prompt);
      assert.deepEqual(runtime.tokenizer.encode(made.prompt), row.input_ids);
      assert.equal(closed.prompt, `${row.prompt}\n</think>\n\n`);
      directIds.push(runtime.tokenizer.encode(closed.prompt));
    });
    // The shipped weights are rounded to eight bits: an answer may differ from the reference's, its form may not.
    const answers = (await continueGreedily(runtime, directIds)).map(({ text }) => text);
    const same = answers.filter((text, i) => text === rows[i]?.direct.greedy_text.replace('<|im_end|>', '')).length;
    console.log(`      ${same} of 11 direct answers are the reference's`);
    assert.ok(same >= 8, answers.join('\n'));
    await runtime.release();
  });

  it('writes the prompts that the verifier was trained on', () => {
    for (const row of goldens('prm-goldens.json')) {
      assert.equal(verifierPrompt(row.question, [...row.previous, row.now], row.previous.length, 'reasoned'), row.prompt);
    }
  });

  it('the shipped verifier agrees with the reference on all 24 verdicts', async () => {
    const runtime = await loadRuntime(bundledModel('r-prm'));
    const rows = goldens('prm-goldens.json');
    const samples = await verify(runtime, rows);
    rows.forEach((row, i) => assert.equal((samples[i]?.readout?.[0] ?? NaN) >= 0.5, row.p_yes >= 0.5, `verdict of row ${i}: ${samples[i]?.text}`));
    await runtime.release();
  });
});
