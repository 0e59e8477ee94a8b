import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { VERDICT_MARKER, VERDICTS } from '../../../../src/core/verifier/prompt.ts';
import { loadRuntime, type Runtime } from '../../../../src/models/onnx/runtime.ts';
import type { BatchItem } from '../../../../src/models/onnx/scheduler.ts';
import type { SequenceResult } from '../../../../src/models/onnx/sequence.ts';
import { describeWithSharedModels, goldens, sharedModels } from '../shared-models.ts';
import { createExporter, layoutName, type ExportLayout, type Exporter } from './export.ts';

const LAYOUTS = (['gqa', 'plain'] as const).flatMap((attention) => [true, false].flatMap((positions) => [true, false].map((cache): ExportLayout => ({ attention, positions, cache }))));

/** The shortest reference texts: what they check is the layout, not the model. */
const POLICY_ROWS = 4;
const VERIFIER_ROWS = 6;
/** Without a cache every token reads the whole text: the beginning of each continuation is enough. */
const TOKENS_WITHOUT_CACHE = 12;

/** Greedy continuations as token ids, all in one batch. */
async function continueGreedily(runtime: Runtime, rows: readonly { readonly input_ids: readonly number[]; readonly greedy_ids: readonly number[] }[]) {
  const results: SequenceResult[] = [];
  const items = rows.map(({ input_ids: ids, greedy_ids: expected }, index): BatchItem => ({
    request: { ids, n: 1, firstSample: 0, maxNewTokens: expected.length, temperature: 0, topP: 1, seed: 0, stop: [], readout: undefined },
    listener: { text: () => undefined, done: (result) => (results[index] = result) },
  }));
  const counts = await runtime.run(items);
  return { results, counts };
}

describeWithSharedModels('foreign graphs: every layout gives what the reference library gave', function () {
  this.timeout(240_000);
  let work = '';
  let policy: Exporter;
  let verifier: Exporter;
  before(async () => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-layouts-'));
    policy = await createExporter(sharedModels('reasoner'), path.join(work, 'reasoner'));
    verifier = await createExporter(sharedModels('r-prm'), path.join(work, 'r-prm'));
  });
  after(async () => {
    await policy.close();
    await verifier.close();
    rmSync(work, { recursive: true, force: true });
  });
  const load = async (exporter: Exporter, layout: ExportLayout, name: string) => {
    const folder = path.join(work, `${name} ${layoutName(layout)}`);
    return loadRuntime(exporter.publish(folder, await exporter.graph(layout), 'model.onnx'));
  };

  for (const layout of LAYOUTS) {
    it(`greedy ids: ${layoutName(layout)}`, async () => {
      const rows = [...goldens('policy-goldens.json')].sort((a, b) => a.greedy_ids.length - b.greedy_ids.length).slice(0, POLICY_ROWS)
        .map((row) => (layout.cache ? row : { ...row, greedy_ids: row.greedy_ids.slice(0, TOKENS_WITHOUT_CACHE) }));
      const runtime = await load(policy, layout, 'reasoner');
      try {
        const { results, counts } = await continueGreedily(runtime, rows);
        rows.forEach((row, index) => assert.deepEqual(results[index]?.ids, row.greedy_ids, `row ${index}`));
        // Prompts of different lengths decode together wherever the graph can be told who is how long.
        const together = layout.cache && (layout.positions || layout.attention === 'gqa');
        const longest = Math.max(...rows.map((row) => row.greedy_ids.length));
        assert.equal(counts.decodeSteps < longest, together, `${counts.decodeSteps} passes, ${counts.decodedTokens} tokens`);
        assert.equal(runtime.capabilities.notes?.some((note) => note.startsWith('The graph has no cache')) ?? false, !layout.cache);
      } finally {
        await runtime.release();
      }
    });

    // How a layout is fed does not depend on the model: two of them again, with the other one.
    if (layout.cache !== (layout.attention === 'gqa') || !layout.positions) continue;
    it(`P(Yes): ${layoutName(layout)}`, async () => {
      const rows = [...goldens('prm-goldens.json')].sort((a, b) => a.input_ids.length - b.input_ids.length).slice(0, VERIFIER_ROWS);
      const runtime = await load(verifier, layout, 'r-prm');
      try {
        const asked = rows.map((row) => row.prompt + row.greedy_text.slice(0, row.greedy_text.indexOf(VERDICT_MARKER) + VERDICT_MARKER.length));
        const readings = await runtime.probabilities(asked, VERDICTS);
        rows.forEach((row, index) => {
          const reading = readings[index];
          assert.ok(reading?.ok === true);
          assert.ok(Math.abs((reading.probabilities[0] ?? NaN) - row.p_yes) < 1e-3, `row ${index}: ${reading.probabilities[0]} instead of ${row.p_yes}`);
        });
      } finally {
        await runtime.release();
      }
    });
  }

  for (const attention of ['plain', 'gqa'] as const) {
    it(`attention, gates and generation with the question hidden: ${attention}`, async () => {
      const rows = [...goldens('policy-goldens.json')].sort((a, b) => a.masked.greedy_ids.length - b.masked.greedy_ids.length).slice(0, POLICY_ROWS);
      const runtime = await load(policy, { attention, positions: true, cache: true }, 'reasoner inside');
      try {
        assert.deepEqual(runtime.capabilities, { probabilities: true, masks: true, attention: true, gates: true, hidden: true });
        const asked = rows.map((row) => {
          const prompt = runtime.tokenizer.decode([...row.input_ids, ...row.greedy_ids.slice(0, row.masked.prefix_tokens)]);
          const start = row.prompt.indexOf(row.question);
          return { row, prompt, question: { start, end: start + row.question.length } };
        });
        const texts: string[] = [];
        const common = { n: 1, maxNewTokens: 400, temperature: 0, topP: 1, seed: 0, stop: [] };
        await runtime.generate(asked.map(({ prompt, question }) => ({ ...common, prompt, hide: [{ span: question }] })), (event) => {
          if (event.type === 'sample') texts[event.request] = event.text;
        });
        assert.deepEqual(texts, rows.map(({ masked }) => masked.greedy_text.replace('<|im_end|>', '')));
        for (const { row, prompt, question } of asked) {
          const tokens = await runtime.inspect({ text: prompt, rows: { start: 0, end: prompt.length }, spans: [question] });
          row.attention_last_to_question.forEach((heads, layer) =>
            heads.forEach((mass, head) => assert.ok(Math.abs((tokens.at(-1)?.attention[layer]?.[head]?.[0] ?? NaN) - mass) < 1e-4, `layer ${layer}, head ${head}`)),
          );
          // Of half a million gates one or another is nearer to zero than two libraries are to each other.
          row.gate_positive.forEach((count, layer) => {
            const open = tokens.reduce((sum, { gates }) => sum + (gates[layer] ?? NaN), 0);
            assert.ok(Math.abs(open - count) <= 1, `layer ${layer}: ${open} gates, ${count}`);
          });
        }
      } finally {
        await runtime.release();
      }
    });
  }
});
