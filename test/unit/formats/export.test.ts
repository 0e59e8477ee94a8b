import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { TraceRecord } from '../../../src/core/trace/record.ts';
import { stepTexts } from '../../../src/core/trace/trace.ts';
import type { Exported } from '../../../src/formats/export/export-format.ts';
import { EXPORT_FORMATS } from '../../../src/formats/export/exports.ts';
import { inspectScoresExport } from '../../../src/formats/export/inspect-scores.ts';
import { jsonlExport } from '../../../src/formats/export/jsonl.ts';
import { markdownReport } from '../../../src/formats/export/markdown-report.ts';
import { processBenchExport } from '../../../src/formats/export/process-bench.ts';
import { stepCsvExport } from '../../../src/formats/export/step-csv.ts';
import { openTraces } from '../../../src/formats/open.ts';
import { provenance, score } from '../vscode/scores.ts';
import { checkTrace } from './check-trace.ts';
import { record } from './records.ts';

/** Opens what was exported, through bytes as a file has them. */
function reopened(name: string, { text }: Exported): TraceRecord[] {
  const file = openTraces(name, new TextEncoder().encode(text));
  assert.ok(file.ok, file.ok ? '' : file.error.message);
  return Array.from({ length: file.value.rows }, (_, row) => {
    const one = file.value.record(row);
    assert.ok(one.ok, one.ok ? '' : one.error.message);
    checkTrace(one.value.trace);
    return one.value;
  });
}

/** What of a record is not the same any more, in the words of a loss. */
function changes(before: TraceRecord, after: TraceRecord): Set<string> {
  const changed = new Set<string>();
  const compare = (what: string, a: unknown, b: unknown) => {
    if (!isDeepStrictEqual(a, b)) changed.add(what);
  };
  compare('unpaired surrogates', [before.trace.problem, stepTexts(before.trace)], [after.trace.problem, stepTexts(after.trace)]);
  if (!changed.has('unpaired surrogates')) compare('text between the steps', [before.trace.response, before.trace.steps], [after.trace.response, after.trace.steps]);
  compare('answer', before.trace.answer, after.trace.answer);
  compare('source', before.trace.source, after.trace.source);
  compare('label', before.trace.label, after.trace.label);
  compare('labels and scores from the file', before.trace.given, after.trace.given);
  const bare = ({ scores }: TraceRecord) => scores?.map((one) => one && { ...one, samples: [] });
  compare('scores', bare(before), bare(after));
  if (!changed.has('scores')) compare('samples and analyses', before.scores, after.scores);
  // A table has its notes in the order of the steps.
  compare('notes', before.notes?.toSorted((a, b) => a.step - b.step), after.notes);
  compare('segmentation', before.segmentation, after.segmentation);
  return changed;
}

describe('exports opened again', function () {
  this.timeout(60_000);
  it('as JSONL are the same in everything', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), (records) => {
        const exported = jsonlExport.write(records);
        assert.deepEqual(exported.losses, []);
        assert.deepEqual(reopened('a.jsonl', exported), records);
      }),
      { numRuns: 400 },
    );
  });

  for (const format of [processBenchExport, stepCsvExport])
    it(`as ${format.id} differ in nothing but the losses that they name`, () => {
      fc.assert(
        fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), (records) => {
          const exported = format.write(records);
          const named = new Set(exported.losses.map(({ what }): string => what));
          const after = reopened(`a.${format.extension}`, exported);
          assert.equal(after.length, records.length);
          records.forEach((before, index) => {
            for (const change of changes(before, after[index]!)) assert.ok(named.has(change), `${change} is lost and not named`);
          });
        }),
        { numRuns: 400 },
      );
    });

  it('as CSV keep scores, notes, labels and source', () => {
    const trace = { source: { file: 'f.json', row: 3, id: '=1+1' }, problem: '=cmd()', response: "a\n\n'b", steps: [{ index: 0, span: { start: 0, end: 1 } }, { index: 1, span: { start: 3, end: 5 } }], stepsGiven: true as const, label: { firstError: 1, field: 'label', madeBy: 'human' as const, indexBase: 0 as const } };
    const scored = { ...score(0.25), samples: [], unparsed: 1 };
    const before: TraceRecord = { trace, scores: [undefined, scored], notes: [{ step: 0, mark: 'wrong', comment: '-1, "no"' }] };
    const exported = stepCsvExport.write([before]);
    assert.deepEqual(exported.losses, []);
    assert.doesNotMatch(exported.text, /(^|,)[=@]/m);
    assert.deepEqual(reopened('a.csv', exported), [before]);
  });

  it('as a report or as scores for Inspect say that no trace comes back', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), (records) => {
        assert.ok(markdownReport.write(records).losses.some(({ what, traces }) => what === 'trace' && traces === records.length));
        const { text, losses } = inspectScoresExport.write(records);
        const rows = text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { value: unknown; id: unknown });
        for (const { value, id } of rows) assert.ok(typeof value === 'number' && typeof id === 'string');
        assert.equal(rows.length + (losses.find(({ what }) => what === 'trace')?.traces ?? 0), records.length);
        assert.ok(losses.some(({ what }) => what === 'question'));
      }),
      { numRuns: 200 },
    );
  });
});

describe('exports', () => {
  const steps = [{ index: 0, span: { start: 0, end: 1 } }, { index: 1, span: { start: 3, end: 4 } }];
  const trace = { source: { file: 'a.eval', row: 0, id: '7/epoch 2' }, problem: 'p', response: 'a\n\nb', steps };

  it('have the schema and its version in each JSONL row', () => {
    const row = JSON.parse(jsonlExport.write([{ trace, scores: [score(0.5), undefined] }]).text) as Record<string, unknown>;
    assert.deepEqual([row['schema'], row['version'], row['steps'], (row['scores'] as unknown[])[1]], ['stepscope.trace', 1, [[0, 1], [3, 4]], null]);
  });

  it('refuse a newer JSONL, and rows that are not what they say', () => {
    const row = JSON.parse(jsonlExport.write([{ trace }]).text) as Record<string, unknown>;
    const reason = (change: object) => {
      const file = openTraces('a.jsonl', new TextEncoder().encode(JSON.stringify({ ...row, ...change })));
      assert.ok(file.ok);
      const read = file.value.record(0);
      return read.ok ? 'a record' : `${read.error.reason}: ${read.error.message}`;
    };
    assert.equal(reason({ extra: 1 }), 'a record');
    assert.match(reason({ version: 2 }), /^unsupported: .*version 2 of the Stepscope format, and this is a reader of version 1: update Stepscope\.$/);
    for (const [change, message] of [
      [{ steps: [[0, 9]] }, /"steps" overlap, are empty or reach beyond "response"/],
      [{ steps: [[0, 2], [1, 4]] }, /"steps" overlap/],
      [{ steps: [[1, 3]] }, /a step has no text/],
      [{ steps: [] }, /"steps" is empty/],
      [{ steps: [[0, 1.5]] }, /"steps\.0\.1" should be/],
      [{ scores: [null] }, /ratings or scores are not one a step/],
      [{ label: { field: 'l', madeBy: 'human', firstError: 2 } }, /a first error is beyond the last step/],
      [{ notes: [{ step: 2 }] }, /a note is beyond the last step/],
      [{ given: { ratings: [{ field: 'r', madeBy: 'human', values: [2, 1] }] } }, /"given\.ratings\.0\.values\.0" should be/],
    ] as const)
      assert.match(reason(change), message);
  });

  it('give Inspect the lowest step score of a sample with its epoch, and nothing for a missing one', () => {
    const { text, losses } = inspectScoresExport.write([{ trace, scores: [score(0.9), score(0.25)] }, { trace, scores: [score(0.9), undefined] }, { trace: { ...trace, source: { file: 'a' } }, scores: [score(1), score(1)] }]);
    assert.deepEqual(text.trim().split('\n').map((line) => JSON.parse(line) as unknown), [
      { id: '7', epoch: 2, value: 0.25, explanation: 'Step 2 is the first under the threshold of 0.5.', metadata: { min: 0.25, mean: 0.575, product: 0.225, last: 0.25, first_error: 1, step_scores: [0.9, 0.25], provenance } },
    ]);
    assert.deepEqual(losses.find(({ what }) => what === 'trace'), { what: 'trace', traces: 2 });
  });

  it('give a report that names label, scores and how they were made', () => {
    const { text } = markdownReport.write([{ trace: { ...trace, label: { firstError: 1, field: 'label', madeBy: 'human' } }, scores: [score(0.9), score(0.25)], notes: [{ step: 1, mark: 'wrong', comment: 'no' }] }]);
    for (const line of ['## `a.eval row 0`', '- Label from the file (`label`, made by: human): first error is step 2', '- Agreement of the verifier with the notes: 1 of 1 marked steps', '- First error: step 2; min 0.250, mean 0.575, product 0.225, last 0.250 (n = 2 of 2 steps)', '### Step 2: 0.250 ✗ error (hard 0.000, spread –, 1 samples, 0 unparsed)', '- Note: marked wrong; `no`'])
      assert.ok(text.split('\n').includes(line), `${line}\n---\n${text}`);
  });

  it('have distinct ids and extensions', () => {
    assert.equal(new Set(EXPORT_FORMATS.map(({ id }) => id)).size, EXPORT_FORMATS.length);
  });
});
