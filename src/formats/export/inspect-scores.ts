import type { TraceRecord } from '../../core/trace/record.ts';
import { summarize } from '../../core/verifier/combine.ts';
import { lossCounter, type ExportFormat } from './export-format.ts';

/** How the importer of Inspect logs names a sample. */
const SAMPLE_ID = /^(.*)\/epoch (\d{1,9})$/s;

/**
 * Rows for Inspect's `precomputed_scores` scorer, as JSONL: `{ id, epoch?, value, explanation, metadata }`. `value` is the
 * lowest step score, which ranks solutions; `metadata` has it all: min, mean, product, last, `first_error` (0-based, -1 for
 * none), the step scores and the provenance. A trace without an id, or with a step that has no score, has no row: a value
 * that is missing is not 0.
 */
export const inspectScoresExport: ExportFormat = {
  id: 'inspect-scores',
  title: "Inspect's precomputed_scores: a score a sample",
  extension: 'jsonl',
  write(records) {
    const { lose, losses } = lossCounter();
    const lines = records.flatMap((record) => {
      const row = scoreRow(record);
      lose('trace', row === undefined);
      lose('question', true);
      lose('samples and analyses', record.scores?.some((score) => score?.samples.some(({ analysis }) => analysis !== '')) === true);
      lose('label', record.trace.label !== undefined);
      lose('labels and scores from the file', record.trace.given !== undefined);
      lose('notes', record.notes !== undefined);
      return row === undefined ? [] : [`${JSON.stringify(row)}\n`];
    });
    return { text: lines.join(''), losses: losses() };
  },
};

function scoreRow({ trace, scores = [] }: TraceRecord): object | undefined {
  const { id } = trace.source;
  const provenance = scores.find((score) => score !== undefined)?.provenance;
  if (id === undefined || provenance === undefined) return undefined;
  const { min, mean, product, last, firstError } = summarize(scores, provenance.threshold, 0, 0);
  if (min === undefined) return undefined;
  const [, sample = id, epoch] = SAMPLE_ID.exec(id) ?? [];
  return {
    id: sample,
    ...(epoch !== undefined && { epoch: Number(epoch) }),
    value: min,
    explanation: firstError === undefined ? 'No step is under the threshold.' : `Step ${firstError + 1} is the first under the threshold of ${provenance.threshold}.`,
    metadata: { min, mean, product, last, first_error: firstError ?? -1, step_scores: scores.map((score) => score?.pYes ?? null), provenance },
  };
}
