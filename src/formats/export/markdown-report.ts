import { markAgreement } from '../../core/metrics/mark-agreement.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import { sourceName, stepText } from '../../core/trace/trace.ts';
import { summarize } from '../../core/verifier/combine.ts';
import type { Provenance, Score } from '../../core/verifier/score.ts';
import { lossCounter, type ExportFormat } from './export-format.ts';
import { fenced, inline } from './markdown-code.ts';

/**
 * A report for people. Texts of the file and of models stand in code fences, so that nothing in them is markup, a link or
 * a command, and characters that cannot be seen are written out. It does not open as traces again.
 */
export const markdownReport: ExportFormat = {
  id: 'markdown',
  title: 'Markdown report: for reading, not for opening again',
  extension: 'md',
  write(records) {
    const { lose, losses } = lossCounter();
    for (const { trace } of records) {
      lose('trace', true);
      lose('labels and scores from the file', trace.given !== undefined);
    }
    const parts = records.flatMap(section);
    return { text: ['# Step scores', ...parts].map((part) => `${part}\n`).join('\n'), losses: losses() };
  },
};

function section(record: TraceRecord): string[] {
  const { trace } = record;
  return [`## ${inline(sourceName(trace.source))}`, ...facts(record), '### Problem', fenced(trace.problem), ...trace.steps.flatMap((_, index) => stepSection(record, index)), ...answer(record)];
}

function facts({ trace, scores, notes = [] }: TraceRecord): string[] {
  const lines: string[] = [];
  const { label, given, steps } = trace;
  if (label) lines.push(`- Label from the file (${inline(label.field)}, made by: ${label.madeBy}): ${label.firstError === undefined ? 'no step is wrong' : `first error is step ${label.firstError + 1}`}`);
  if (given?.goldAnswer) lines.push(`- Gold answer: ${inline(given.goldAnswer.value)}`);
  if (given?.answerCorrect) lines.push(`- The final answer is ${given.answerCorrect.value ? 'right' : 'wrong'} according to ${inline(given.answerCorrect.field)}`);
  const made = scores?.find((score) => score !== undefined)?.provenance;
  if (made) {
    const { firstError, min, mean, product, last, scored } = summarize(scores, made.threshold, 0, 0);
    lines.push(`- First error: ${firstError === undefined ? 'none' : `step ${firstError + 1}`}; min ${fixed(min)}, mean ${fixed(mean)}, product ${fixed(product)}, last ${fixed(last)} (n = ${scored} of ${steps.length} steps)`);
    const marks = markAgreement(scores, made.threshold, notes);
    if (marks) lines.push(`- Agreement of the verifier with the notes: ${marks.agreed} of ${marks.compared} marked steps${marks.apart === 0 ? '' : ` (${marks.apart} more without one verdict or one mark)`}`);
    lines.push(`- Made with ${provenanceWords(made)}`);
  }
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function provenanceWords({ model, modelHash, weights, mode, k, temperature, topP, seed, promptVersion, threshold, date }: Provenance): string {
  const sampling = mode === 'direct' ? 'direct, no analysis' : k === 1 ? 'K=1 greedy' : `K=${k}, temperature ${temperature}, top-p ${topP}, seed ${seed}`;
  return [`${inline(model)} (${inline(modelHash)}, ${inline(weights)})`, sampling, `prompt ${inline(promptVersion)}`, `threshold ${threshold}`, inline(date)].join(', ');
}

function stepSection({ trace, scores, notes = [] }: TraceRecord, index: number): string[] {
  const step = trace.steps[index];
  if (step === undefined) return [];
  const score = scores?.[index];
  const about = notes.filter((note) => note.step === index).flatMap(({ mark, comment, author }) => [`- Note${author === undefined ? '' : ` by ${inline(author)}`}: ${[mark === undefined ? '' : `marked ${mark}`, comment === undefined ? '' : inline(comment)].filter((part) => part !== '').join('; ')}`]);
  return [`### Step ${index + 1}: ${verdict(score)}`, fenced(stepText(trace, step)), ...(about.length === 0 ? [] : [about.join('\n')]), ...analyses(score)];
}

function verdict(score: Score | undefined): string {
  if (score?.pYes === undefined) return 'no score';
  const word = score.pYes < score.provenance.threshold ? '✗ error' : '✓ correct';
  return `${fixed(score.pYes)} ${word} (hard ${fixed(score.hard)}, spread ${fixed(score.spread)}, ${score.samples.length} samples, ${score.unparsed} unparsed)`;
}

function analyses(score: Score | undefined): string[] {
  return (score?.samples ?? []).flatMap(({ analysis, pYes }, index) => (analysis === '' ? [] : [`Analysis ${index + 1}, P(Yes) ${fixed(pYes)}:`, fenced(analysis)]));
}

function answer({ trace }: TraceRecord): string[] {
  return trace.answer ? ['### Answer', fenced(trace.response.slice(trace.answer.start, trace.answer.end))] : [];
}

function fixed(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(3);
}
