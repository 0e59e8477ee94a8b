import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { renderPlan } from '../../src/core/bias/render-plan.ts';
import { lackOf } from '../../src/core/model.ts';
import { convertModel } from '../../src/models/convert/convert.ts';
import type { ModelManifest } from '../../src/models/manifest.ts';
import { inspect } from '../../src/models/onnx/inspect.ts';
import { openInspectSession, type InspectSession } from '../../src/models/onnx/inspect-session.ts';
import type { Hide } from '../../src/models/onnx/interventions.ts';
import { interveningSession } from '../../src/models/onnx/intervening-session.ts';
import { createEngine } from '../../src/models/onnx/engine.ts';
import { loadRuntime } from '../../src/models/onnx/runtime.ts';
import { argmax } from '../../src/models/onnx/sampler.ts';
import { runBatch } from '../../src/models/onnx/scheduler.ts';
import type { SequenceResult } from '../../src/models/onnx/sequence.ts';
import { openSession, type DecoderSession } from '../../src/models/onnx/session.ts';
import { repoRoot } from '../unit/formats/shared-data.ts';
import { describeWithSharedModels, goldens, sharedModels, type PolicyGolden } from '../unit/models/shared-models.ts';
import { architectureGolden, asTrunk, largestDifference, noTokenizer, openArchitecture, openArchitectureInspection, plainPass } from './reference-models.ts';

const TOLERANCE = 1e-4;

/** Prompt and the part of the continuation that was written seeing the question. */
const prefixOf = (row: PolicyGolden) => [...row.input_ids, ...row.greedy_ids.slice(0, row.masked.prefix_tokens)];
/** The last token of the prefix is the first that does not see the question: it predicts the first token without it. */
const hideOf = (row: PolicyGolden): Hide => ({ span: row.question_span, from: prefixOf(row).length - 1 });

async function continueGreedily(session: DecoderSession, ids: readonly number[], hides: readonly Hide[] = []): Promise<readonly number[]> {
  let result: readonly number[] = [];
  const request = { ids, hides, n: 1, firstSample: 0, maxNewTokens: 400, temperature: 0, topP: 1, seed: 0, stop: [], readout: undefined };
  await runBatch(session, noTokenizer, [{ request, listener: { text: () => undefined, done: (done: SequenceResult) => (result = done.ids) } }]);
  return result;
}

describeWithSharedModels('looking into the reasoner and intervening (fp32), against the reference library', function () {
  this.timeout(300_000);
  let work = '';
  let manifest: ModelManifest;
  let plain: DecoderSession;
  let inspection: InspectSession;
  let rows: readonly PolicyGolden[] = [];
  before(async () => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-inspection-'));
    manifest = await convertModel(sharedModels('reasoner'), path.join(work, 'reasoner'), { bits: 32, block: 32 });
    plain = await openSession(path.join(work, 'reasoner'), manifest, { threads: 2 });
    inspection = await openInspectSession(path.join(work, 'reasoner'), manifest, { threads: 2 });
    rows = goldens('policy-goldens.json');
    assert.equal(rows.length, 11);
  });
  after(async () => {
    await plain.release();
    await inspection.release();
    rmSync(work, { recursive: true, force: true });
  });

  it('continues all 11 rows token for token with the question hidden by a mask', async () => {
    for (const [i, row] of rows.entries()) {
      assert.deepEqual(await continueGreedily(plain, prefixOf(row), [hideOf(row)]), row.masked.greedy_ids, `row ${i}`);
    }
  });

  it('continues them token for token with the keys and values of the question cut out, and agrees with the mask', async () => {
    for (const [i, row] of rows.entries()) {
      const { ids: generated, logits } = await continueCut(plain, prefixOf(row), row.question_span);
      assert.deepEqual(generated, row.masked.greedy_ids, `row ${i}`);
      row.masked.next_token.ids.forEach((id, k) => assert.ok(Math.abs((logits[id] ?? NaN) - (row.masked.next_token.logits[k] ?? NaN)) < 1e-3));
      const masked = await inspect(inspection, { ids: prefixOf(row), rows: [prefixOf(row).length - 1], lens: [manifest.layers], intervention: { hide: [hideOf(row)] } });
      assert.ok(largestDifference(masked[0]?.lens[0] ?? [], [...logits]) < 1e-3, `row ${i}`);
    }
  });

  it('continues them token for token with every layer and head masked one by one', async () => {
    const heads = Array.from({ length: inspection.manifest.inspect.heads }, (_, head) => head);
    const layers = Array.from({ length: manifest.layers }, (_, layer) => layer);
    for (const row of rows.slice(0, 3)) {
      const hide = [heads.slice(0, 3), heads.slice(3)].flatMap((some) => layers.map((layer) => ({ ...hideOf(row), layers: [layer], heads: some })));
      assert.deepEqual(await continueGreedily(interveningSession(inspection, { hide }), prefixOf(row)), row.masked.greedy_ids);
    }
  });

  it('does all of it in terms of text: hides the question by its offsets, and finds its tokens', async () => {
    const runtime = await loadRuntime(path.join(work, 'reasoner'));
    assert.deepEqual(runtime.capabilities, { probabilities: true, masks: true, attention: true, gates: true, hidden: true });
    const promptOf = (row: PolicyGolden) => runtime.tokenizer.decode(prefixOf(row));
    const spanOf = (row: PolicyGolden) => {
      const start = row.prompt.indexOf(row.question);
      return { start, end: start + row.question.length };
    };
    const samples: { text: string; tokens: number }[] = [];
    const common = { n: 1, maxNewTokens: 400, temperature: 0, topP: 1, seed: 0, stop: [] };
    // Through a masking plan: the question is hidden from a step on that begins where the reference cut its text.
    const requests = rows.map((row) => {
      const kept = promptOf(row).length - row.prompt.length;
      const trace = runtime.tokenizer.decode([...row.greedy_ids]);
      const steps = [{ start: 0, end: kept }, { start: kept, end: trace.length }];
      const plan = renderPlan({ target: { kind: 'question' }, start: { kind: 'step', index: 1 }, method: 'mask' }, { prompt: row.prompt, question: spanOf(row), trace, steps, first: undefined, tokens: undefined }, () => 0);
      assert.ok(plan.ok);
      const { prompt, hide } = plan.value;
      assert.equal(prompt, promptOf(row));
      return { ...common, prompt, hide };
    });
    await runtime.generate(requests, (event) => {
      if (event.type === 'sample') samples[event.request] = event;
    });
    for (const [i, row] of rows.entries()) {
      assert.equal(samples[i]?.tokens, row.masked.greedy_ids.length, `row ${i}`);
      assert.equal(samples[i].text, row.masked.greedy_text.replace('<|im_end|>', ''), `row ${i}`);
      const [seen] = await runtime.inspect({ text: promptOf(row), spans: [spanOf(row)], lens: [manifest.layers] });
      row.attention_last_to_question.forEach((heads, layer) =>
        assert.ok(largestDifference(seen?.attention[layer]?.map((spans) => spans[0] ?? NaN) ?? [], heads) < TOLERANCE, `row ${i}`),
      );
      assert.equal(seen?.lens[0]?.[0]?.text, runtime.tokenizer.decode([row.greedy_ids[row.masked.prefix_tokens] ?? 0]));
    }
    await runtime.release();
  });

  it('looks and hides from the client of the engine process, and says what a model without the inspection graph lacks', async () => {
    const engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js') });
    const model = await engine.load(path.join(work, 'reasoner'));
    const row = rows[0]!;
    const start = row.prompt.indexOf(row.question);
    const question = { start, end: start + row.question.length };
    const tokens = await model.inspect!({ text: row.prompt, rows: question, spans: [question], hidden: true });
    assert.equal(tokens.length, row.question_span[1] - row.question_span[0]);
    assert.equal(tokens[0]?.span.start, question.start);
    assert.equal(tokens.at(-1)?.span.end, question.end);
    assert.equal(tokens[0].hidden.length, manifest.layers + 1);
    assert.equal(lackOf(model, 'attention'), undefined);

    const without = path.join(work, 'without');
    cpSync(path.join(work, 'reasoner'), without, { recursive: true });
    const file = path.join(without, 'stepscope.json');
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), inspect: undefined }));
    const lesser = await engine.load(without);
    assert.deepEqual(lesser.capabilities, { probabilities: true, masks: true, attention: false, gates: false, hidden: false });
    assert.match(lackOf(lesser, 'attention') ?? '', /without does not give its attention: use a model folder made by "stepscope convert"/);
    await assert.rejects(lesser.inspect!({ text: row.prompt }), /without was converted without the graph that shows attention/);
    engine.dispose();
  });

  it('hides from one head of one layer alone', async () => {
    const row = rows[0]!;
    const ids = prefixOf(row);
    const [layer, head] = [3, 5];
    const look = async (hide: readonly Hide[]) => (await inspect(inspection, { ids, rows: [ids.length - 1], spans: [row.question_span], intervention: { hide } }))[0]!;
    const before = await look([]);
    const after = await look([{ span: row.question_span, from: 0, layers: [layer], heads: [head] }]);
    before.attention.forEach((byHead, l) =>
      byHead.forEach(([mass = NaN], h) => {
        const now = after.attention[l]?.[h]?.[0] ?? NaN;
        if (l === layer && h === head) assert.equal(now, 0);
        else if (l <= layer) assert.equal(now, mass, `layer ${l}, head ${h} is not touched`);
      }),
    );
    assert.ok((before.attention[layer]?.[head]?.[0] ?? 0) > 0);
    assert.notDeepEqual(after.hidden[layer + 1], before.hidden[layer + 1]);
  });

  it('measures the attention of the last token to the question, and counts positive gates', async () => {
    let off = 0;
    for (const [i, row] of rows.entries()) {
      const ids = prefixOf(row);
      const seen = await inspect(inspection, { ids, rows: ids.map((_, position) => position), spans: [row.question_span, [0, ids.length]] });
      const attention = seen.at(-1)?.attention ?? [];
      row.attention_last_to_question.forEach((heads, layer) => {
        const worst = largestDifference(attention[layer]?.map((spans) => spans[0] ?? NaN) ?? [], heads);
        assert.ok(worst < TOLERANCE, `row ${i}, layer ${layer}: ${worst}`);
        for (const [, all = NaN] of attention[layer] ?? []) assert.ok(Math.abs(all - 1) < 1e-5, 'a row of attention sums to 1');
      });
      row.gate_positive.forEach((expected, layer) => {
        const count = seen.reduce((sum, { gates }) => sum + (gates[layer] ?? NaN), 0);
        assert.ok(Math.abs(count - expected) <= 1, `row ${i}, layer ${layer}: ${count} instead of ${expected}`);
        if (count !== expected) off++;
      });
    }
    // 11 million gates, of which a handful is zero up to rounding: for the one in row 5, scaling the neurons of the first
    // layer by 1.000003 turns its sign to the reference's. Measured: 84 of 88 counts equal, 4 off by one.
    assert.ok(off <= 8, `${off} of ${rows.length * manifest.layers} counts are off by one`);
  });

  it('changes nothing with neurons multiplied by one, and something with some at zero', async () => {
    const ids = prefixOf(rows[0]!);
    const { feedForward } = inspection.manifest.inspect;
    const look = async (factors: Float32Array | undefined) =>
      (await inspect(inspection, { ids, rows: [ids.length - 1], lens: [manifest.layers], intervention: factors === undefined ? {} : { neurons: new Map([[2, factors]]) } }))[0]!.lens[0]!;
    const untouched = await look(undefined);
    assert.deepEqual(await look(new Float32Array(feedForward).fill(1)), untouched);
    const half = Float32Array.from({ length: feedForward }, (_, neuron) => neuron % 2);
    assert.ok(largestDifference(await look(half), [...untouched]) > 0.01);
    // A layer without neurons passes on what attention left: the residual stream goes by it.
    const [silent] = await inspect(inspection, { ids, rows: [4], intervention: { neurons: new Map([[0, new Float32Array(feedForward)]]), hide: [] } });
    const [usual] = await inspect(inspection, { ids, rows: [4] });
    assert.notDeepEqual(silent?.hidden[1], usual?.hidden[1]);
    assert.deepEqual(silent?.hidden[0], usual?.hidden[0]);
  });

  it('reads the last hidden state as the model does, earlier ones as a logit lens, in passes of any length', async () => {
    const ids = [...prefixOf(rows[8]!), ...rows[8]!.masked.greedy_ids];
    assert.ok(ids.length > 192, 'more than one pass');
    const positions = [0, 5, 191, 192, ids.length - 1];
    const seen = await inspect(inspection, { ids, rows: positions, lens: [manifest.layers, 0, 4], spans: [[0, 200]] });
    const { logits } = await plainPass(plain, { ids });
    assert.deepEqual(seen.map(({ row }) => row), positions);
    for (const { row, lens, hidden, attention } of seen) {
      const own = logits.subarray(row * manifest.vocabulary, (row + 1) * manifest.vocabulary);
      assert.ok(largestDifference(lens[0] ?? [], [...own]) < 1e-3);
      assert.ok(largestDifference(lens[2] ?? [], [...own]) > 0.1, 'an earlier layer says something else');
      assert.equal(hidden.length, manifest.layers + 1);
      const mass = attention[0]?.[0]?.[0] ?? NaN;
      assert.ok(row < 200 ? Math.abs(mass - 1) < 1e-5 : mass < 1);
    }
  });

  it('names positions that the text does not have, and stops when aborted', async () => {
    const ids = rows[0]!.input_ids;
    await assert.rejects(inspect(inspection, { ids, rows: [ids.length] }), /Row \d+ cannot be inspected: the text has \d+ tokens/);
    await assert.rejects(inspect(inspection, { ids, rows: [3, 3] }), /Row 3/);
    await assert.rejects(inspect(inspection, { ids, rows: [3], spans: [[5, 4]] }), /Span 5 to 4/);
    await assert.rejects(inspect(inspection, { ids, rows: [3], lens: [9] }), /Layer 9/);
    await assert.rejects(inspect(inspection, { ids, rows: [3] }, AbortSignal.abort()), /cancelled/);
  });
});

for (const name of ['llama3', 'qwen2', 'qwen3', 'mistral', 'phi3', 'gemma3']) {
  describeWithSharedModels(`${name}: the inspection graph of a random checkpoint against the reference library`, function () {
    this.timeout(60_000);
    let work = '';
    let inspection: InspectSession;
    before(async () => {
      work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-inspection-'));
      await (await openArchitecture(name, work)).release();
      inspection = await openArchitectureInspection(name, work);
    });
    after(async () => {
      await inspection.release();
      rmSync(work, { recursive: true, force: true });
    });

    it('gives the attention of the last row to every position, its logits, and the masked ones', async () => {
      const golden = architectureGolden(name);
      const ids = golden.input_ids;
      const last = ids.length - 1;
      const spans = ids.map((_, position) => [position, position + 1] as const);
      const [seen] = await inspect(inspection, { ids, rows: [last], spans, lens: [inspection.manifest.layers] });
      golden.attention_last.forEach((heads, layer) =>
        heads.forEach((expected, head) => {
          const worst = largestDifference(seen?.attention[layer]?.[head] ?? [], expected);
          assert.ok(worst < TOLERANCE, `layer ${layer}, head ${head}: ${worst}`);
        }),
      );
      assert.ok(largestDifference(seen?.lens[0] ?? [], golden.logits[last] ?? []) < 1e-3);
      const [masked] = await inspect(inspection, { ids, rows: [last], lens: [inspection.manifest.layers], intervention: { hide: [{ span: golden.masked_span, from: 0 }] } });
      assert.ok(largestDifference(masked?.lens[0] ?? [], golden.masked_last_logits) < 1e-3);
    });

    it('generates as the plain graph does', async () => {
      const golden = architectureGolden(name);
      const session = interveningSession(inspection, {});
      const request = { ids: golden.input_ids, n: 1, firstSample: 0, maxNewTokens: 24, temperature: 0, topP: 1, seed: 0, stop: [], readout: undefined };
      const results: (readonly number[])[] = [];
      await runBatch(session, noTokenizer, [{ request, listener: { text: () => undefined, done: ({ ids }: SequenceResult) => results.push(ids) } }]);
      assert.deepEqual(results, [golden.greedy_ids]);
    });
  });
}

/** Greedy continuation on a cache from which positions were taken out; the other positions stay as they were. */
async function continueCut(session: DecoderSession, ids: readonly number[], [start, end]: readonly [number, number]) {
  const count = ids.length - 1;
  const { newKv } = await plainPass(session, { ids: ids.slice(0, count) });
  const whole = asTrunk(session, newKv, count);
  const kept = (array: Float32Array) => [...array.subarray(0, start * session.width), ...array.subarray(end * session.width)];
  let keys = whole.keys.map(kept);
  let values = whole.values.map(kept);
  let first: Float32Array | undefined;
  const generated: number[] = [];
  let token = ids[count] ?? 0;
  while (generated.length < 400) {
    const step = generated.length;
    const trunk = { keys: keys.map((array) => Float32Array.from(array)), values: values.map((array) => Float32Array.from(array)), length: count - (end - start) + step };
    const output = await plainPass(session, { ids: [token], positions: [count + step], trunk });
    first ??= output.logits;
    const added = asTrunk(session, output.newKv, 1);
    keys = keys.map((array, layer) => [...array, ...(added.keys[layer] ?? [])]);
    values = values.map((array, layer) => [...array, ...(added.values[layer] ?? [])]);
    token = argmax(output.logits);
    generated.push(token);
    if (session.manifest.endTokens.includes(token)) break;
  }
  return { ids: generated, logits: first ?? new Float32Array(0) };
}
