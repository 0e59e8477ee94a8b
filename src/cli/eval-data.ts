import path from 'node:path';
import type { EvalData } from '../core/eval/eval.ts';
import type { ScoreSource } from '../core/eval/score-source.ts';
import { answerPair, isAnswerPair } from '../formats/answer-pairs.ts';
import { openRows } from '../formats/open-file.ts';
import { questionAt } from '../formats/questions.ts';
import { openScoreFile } from '../formats/score-file.ts';
import type { TraceFile } from '../formats/trace-file.ts';
import { sampleRows, traceRows } from '../formats/trace-rows.ts';
import type { EvalCommand } from './eval-options.ts';
import { openInput, readBytes } from './open-input.ts';
import { UsageError } from './usage.ts';

/** The score files that were named. Throws a UsageError. */
export async function openScores({ values }: EvalCommand, dataRows: number, say: (line: string) => void): Promise<ScoreSource[]> {
  const sources: ScoreSource[] = [];
  for (const name of values.scores ?? []) {
    const rows = await openRows(path.basename(name), await readBytes(name, 'name a file with the scores of each step'));
    if (!rows.ok) throw new UsageError(rows.error.message);
    const opened = openScoreFile(rows.value, dataRows);
    if (!opened.ok) throw new UsageError(opened.error.message);
    opened.value.faults.forEach(say);
    sources.push(opened.value.source);
  }
  return sources;
}

export interface EvalFile extends Pick<TraceFile, 'name' | 'rows' | 'trace'> {
  readonly question?: NonNullable<EvalData['question']>;
}

/** Rows that are questions; one may have a solution, too, which is not looked at. */
async function openQuestions(data: string): Promise<EvalFile> {
  const opened = await openRows(path.basename(data), await readBytes(data, 'name a JSON, JSONL, CSV or Parquet file with questions and right answers'));
  if (!opened.ok) throw new UsageError(opened.error.message);
  const source = opened.value;
  const trace: EvalFile['trace'] = (row, variant) => {
    const traces = traceRows(source, {});
    return traces.ok ? traces.value.trace(row, variant) : traces;
  };
  return { name: source.name, rows: source.rows, trace, question: (row) => questionAt(source, row) };
}

/** The data; pairs of answers, which have no question and are no traces, are read for the eval of answers alone. */
export async function openData({ data, values, eval: about }: EvalCommand): Promise<EvalFile> {
  if (about.needs.policy) return openQuestions(data);
  if (about.needs.label === 'gold-answer' && values.format === undefined && values.fields === undefined) {
    const rows = await openRows(path.basename(data), await readBytes(data, 'name a file with final answers'));
    if (rows.ok && sampleRows(rows.value, 1).some(isAnswerPair)) {
      const pairs = rows.value;
      return { name: pairs.name, rows: pairs.rows, trace: (row) => answerPair(pairs, row) };
    }
  }
  return openInput(data, values);
}
