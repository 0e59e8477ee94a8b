import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { VERDICT_READING, VERDICTS, verifierPrompt } from '../../src/core/verifier/prompt.ts';
import { convertToGguf } from '../bench/gguf.ts';
import { LLAMA_CPP } from '../unit/openai/flavours.ts';
import { connectTo, generate, servers } from '../unit/openai/serving.ts';
import { describeWithSharedModels, goldens, sharedModels } from '../unit/models/shared-models.ts';
import { startLlamaCpp, unsupported, type LlamaCpp } from './llama-cpp.ts';

const CONTEXT = 1024;

describeWithSharedModels('the verifier as GGUF, computed by llama.cpp behind a server', function () {
  this.timeout(10 * 60_000);
  const { start, stop } = servers();
  let llama: LlamaCpp | undefined;
  let work = '';
  before(async function () {
    const reason = unsupported();
    if (reason !== undefined) {
      console.warn(`SKIPPED, llama.cpp: ${reason}`);
      return this.skip();
    }
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-gguf-'));
    llama = await startLlamaCpp();
  });
  after(async () => {
    await stop();
    await llama?.dispose();
    if (work !== '') rmSync(work, { recursive: true, force: true });
  });

  for (const type of ['f16', 'q8_0'] as const) {
    it(`${type}: agrees with the reference library on all 24 verdicts, and on P(Yes)`, async () => {
      assert.ok(llama !== undefined);
      const file = path.join(work, `${type}.gguf`);
      await convertToGguf(sharedModels('r-prm'), file, type);
      const server = await start({ flavour: LLAMA_CPP, model: await llama.load(file, CONTEXT), context: CONTEXT });
      const model = await connectTo([server], { idleTimeout: 120_000 });
      assert.equal(model.capabilities.probabilities, true);
      const rows = goldens('prm-goldens.json');
      const requests = rows.map(({ prompt }) => ({ prompt, n: 1, maxNewTokens: 420, temperature: 0, topP: 1, seed: 0, ...VERDICT_READING }));
      const { samples } = await generate(model, requests);
      assert.equal(samples.length, 24);
      const same = samples.filter((sample, i) => sample.text === rows[i]?.greedy_text.replace('<|im_end|>', '')).length;
      const direct = await model.nextTokenProbabilities(rows.map((row) => verifierPrompt(row.question, [...row.previous, row.now], row.previous.length, 'direct')), VERDICTS);
      const errors = rows.map((row, i) => Math.abs((samples[i]?.readout?.[0] ?? NaN) - row.p_yes));
      const directErrors = rows.map((row, i) => Math.abs((direct[i]?.ok === true ? (direct[i].probabilities[0] ?? NaN) : NaN) - row.p_yes_direct));
      console.log(`      ${type}: ${same} of 24 analyses the same text; P(Yes) off by at most ${Math.max(...errors).toExponential(1)}, direct ${Math.max(...directErrors).toExponential(1)}; bound at most ${Math.max(...samples.map(({ bound }) => bound ?? 0)).toExponential(1)}`);
      rows.forEach((row, i) => assert.equal((samples[i]?.readout?.[0] ?? NaN) >= 0.5, row.p_yes >= 0.5, `verdict of row ${i}: ${samples[i]?.text}`));
      // Half precision changes no decision; eight bits change the analyses of some rows, and with them their numbers.
      if (type === 'f16') {
        assert.equal(same, 24);
        for (const error of [...errors, ...directErrors]) assert.ok(error < 5e-3, String(error));
      }
    });
  }
});
