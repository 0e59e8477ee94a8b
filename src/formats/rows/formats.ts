import { fieldsFormat } from '../fields/fields-format.ts';
import { rowsFormat } from '../json-rows.ts';
import { bigBenchMistake } from './bigbench-mistake.ts';
import { gsm8k, gsm8kSolutions } from './gsm8k.ts';
import { inspect } from './inspect.ts';
import { lmEval, lmEvalResults } from './lm-eval.ts';
import { mathShepherd } from './math-shepherd.ts';
import { mathSolutions } from './math-solutions.ts';
import { mrGsm8k } from './mr-gsm8k.ts';
import { omegaPrm } from './omega-prm.ts';
import { pats } from './pats.ts';
import { prmBench } from './prm-bench.ts';
import { prmBenchScores } from './prm-bench-scores.ts';
import { prm800k } from './prm800k.ts';
import { processBench } from './process-bench.ts';
import { rPrm } from './r-prm.ts';
import { responseLog, thinkingLog } from './response-log.ts';
import type { RowFormat, Sniff } from './row-format.ts';
import { shareGpt } from './share-gpt.ts';
import { stepTable } from './step-table.ts';
import { stepscope } from './stepscope.ts';

/** All shapes of rows that are known. Of two that fit a file equally, the first counts. */
export const ROW_FORMATS: readonly RowFormat[] = [
  stepscope, stepTable, prmBench, prmBenchScores, prm800k, mathShepherd, mrGsm8k, bigBenchMistake, omegaPrm, rPrm, pats, lmEval, lmEvalResults, inspect,
  gsm8kSolutions, gsm8k, responseLog, shareGpt, processBench, mathSolutions, thinkingLog, rowsFormat, fieldsFormat,
];

/** Ways to read a file as one text. They have no rows, so there is nothing to recognise in them. */
export const TEXT_FORMATS = [
  { id: 'markdown', title: 'Markdown: a question and a solution, with <think> tags where there is thinking' },
  { id: 'text', title: 'Plain text, read as Markdown is' },
] as const;

export function rowFormat(id: string): RowFormat | undefined {
  return ROW_FORMATS.find((format) => format.id === id);
}

/** How many rows are looked at. */
export const SNIFFED_ROWS = 8;

/** What the rows may be, likeliest first. A guess is as sure as its format's mark is, times the share of rows that have it. */
export function sniffRows(rows: readonly unknown[]): Sniff[] {
  return ROW_FORMATS.flatMap((format): Sniff[] => {
    const fitting = rows.filter((row) => format.fits(row)).length;
    if (fitting === 0) return [];
    const reason = fitting === rows.length ? `Each row looked at ${format.mark}.` : `${fitting} of the ${rows.length} rows looked at: ${format.mark.replace(/^(has|is) /, (verb) => (verb === 'has ' ? 'have ' : 'are '))}.`;
    return [{ id: format.id, confidence: Math.round((1000 * format.strength * fitting) / rows.length) / 1000, reason }];
  }).sort((a, b) => b.confidence - a.confidence);
}
