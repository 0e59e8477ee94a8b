import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openForeign, planForeign, type OpenedForeign } from '../../../../src/models/onnx/foreign/open-foreign.ts';
import { inspectForeign, type ForeignInspection } from '../../../../src/models/onnx/foreign/inspect-foreign.ts';
import { openTappedSession } from '../../../../src/models/onnx/foreign/tapped-session.ts';
import { inspect, type InspectRequest, type RowInspection } from '../../../../src/models/onnx/inspect.ts';
import type { InspectSession } from '../../../../src/models/onnx/inspect-session.ts';
import { architectureGolden, largestDifference, openArchitecture, openArchitectureInspection } from '../../../numbers/reference-models.ts';
import { describeWithSharedModels } from '../shared-models.ts';
import { createExporter, layoutName, type ExportLayout, type Exporter } from './export.ts';

const ALL = ['masks', 'attention', 'gates', 'hidden'];
const PLAIN: ExportLayout = { attention: 'plain', positions: true, cache: true };
/** Half precision in the middle: numbers of 11 bits, of logits up to 14. */
const LAYOUTS: readonly (readonly [ExportLayout, number])[] = [
  [PLAIN, 1e-4],
  [{ ...PLAIN, attention: 'gqa' }, 1e-4],
  [{ ...PLAIN, softmax: 'cast' }, 0.03],
  [{ ...PLAIN, softmax: 'half' }, 0.03],
];
const ARCHITECTURES = ['llama3', 'qwen2', 'qwen3', 'gemma3', 'phi3', 'mistral'];

for (const name of ARCHITECTURES) {
  describeWithSharedModels(`looking into foreign graphs: ${name}`, function () {
    this.timeout(60_000);
    const golden = architectureGolden(name);
    const ids = golden.input_ids;
    const last = ids.length - 1;
    const everything: InspectRequest = { ids, rows: ids.map((_, row) => row), spans: ids.map((_, position) => [position, position + 1]), lens: [0, 1, 2] };
    let work = '';
    let exporter: Exporter;
    let converted: InspectSession;
    let reference: readonly RowInspection[];
    before(async () => {
      work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-taps-'));
      await (await openArchitecture(name, work)).release();
      exporter = await createExporter(path.join(work, `${name}-source`), path.join(work, 'export'));
      converted = await openArchitectureInspection(name, work);
      reference = await inspect(converted, everything);
    });
    after(async () => {
      await converted.release();
      await exporter.close();
      rmSync(work, { recursive: true, force: true });
    });

    for (const [layout, tolerance] of LAYOUTS) {
      it(`sees what the reference library and the converted model see: ${layoutName(layout)}`, async () => {
        const folder = exporter.publish(path.join(work, layoutName(layout)), await exporter.graph(layout), 'model.onnx');
        const plan = await planForeign(folder);
        const opened = await openForeign(plan!, 2, undefined);
        assert.deepEqual([opened.tapped?.taps, opened.notes.filter((note) => note.startsWith('Not'))], [ALL, []]);
        const inspection = await open(opened);
        try {
          const seen = await inspectForeign(inspection, everything);
          golden.attention_last.forEach((heads, layer) =>
            heads.forEach((expected, head) => {
              const worst = largestDifference(seen[last]?.attention[layer]?.[head] ?? [], expected);
              assert.ok(worst < tolerance, `layer ${layer}, head ${head}: ${worst}`);
            }),
          );
          golden.logits.forEach((expected, row) => assert.ok(largestDifference(seen[row]?.lens[2] ?? [], expected) < tolerance, `row ${row}`));
          const [masked] = await inspectForeign(inspection, { ids, rows: [last], lens: [2], intervention: { hide: [{ span: golden.masked_span, from: 0 }] } });
          const worst = largestDifference(masked?.lens[0] ?? [], golden.masked_last_logits);
          assert.ok(worst < tolerance, `masked: ${worst}`);
          checkAgainst(reference, seen, tolerance);
        } finally {
          await inspection.session.release();
          await opened.session.release();
        }
      });
    }
  });
}

async function open({ session: { layout }, traits, manifest, tapped }: OpenedForeign): Promise<ForeignInspection> {
  return { session: await openTappedSession(tapped!, layout, { threads: 2 }), model: tapped!, layout, pieces: traits.pieces, context: manifest.context };
}

function checkAgainst(reference: readonly RowInspection[], seen: readonly RowInspection[], tolerance: number): void {
  assert.equal(seen.length, reference.length);
  reference.forEach((expected, index) => {
    const actual = seen[index]!;
    assert.equal(actual.row, expected.row);
    expected.attention.forEach((heads, layer) => heads.forEach((spans, head) => assert.ok(largestDifference(actual.attention[layer]?.[head] ?? [], spans) < tolerance)));
    expected.hidden.forEach((state, layer) => assert.ok(largestDifference(actual.hidden[layer] ?? [], [...state]) < tolerance * 10, `row ${index}, state ${layer}: ${largestDifference(actual.hidden[layer] ?? [], [...state])}`));
    expected.lens.forEach((logits, layer) => assert.ok(largestDifference(actual.lens[layer] ?? [], [...logits]) < tolerance, `row ${index}, lens ${layer}`));
    expected.gates.forEach((open, layer) => assert.ok(Math.abs((actual.gates[layer] ?? NaN) - open) <= (tolerance < 0.01 ? 0 : 2), `row ${index}, layer ${layer}: ${actual.gates[layer]} gates, ${open}`));
  });
}
