import Papa from 'papaparse';
import type { StepNote, TraceRecord } from '../../core/trace/record.ts';
import { joinSteps } from '../../core/trace/steps.ts';
import { stepText, stepTexts, type Step } from '../../core/trace/trace.ts';
import type { Score } from '../../core/verifier/score.ts';
import { csvText } from './csv-text.ts';
import { hasUnpairedSurrogate, lossCounter, type ExportFormat } from './export-format.ts';

/** Columns of the table of steps, in order. The first two are how it is recognised when it is opened again. */
export const STEP_COLUMNS = [
  'stepscope_trace', 'step', 'file', 'row', 'id', 'variant', 'problem', 'text', 'score', 'score_bound', 'hard', 'spread', 'samples', 'unparsed',
  'label', 'label_field', 'label_made_by', 'label_index_base', 'mark', 'comment', 'author', 'date',
  'model', 'model_hash', 'weights', 'mode', 'prompt', 'template', 'k', 'temperature', 'top_p', 'max_new_tokens', 'seed', 'prompt_version', 'threshold', 'scored',
] as const;

export type StepColumn = (typeof STEP_COLUMNS)[number];

/**
 * A row a step. `stepscope_trace` and `step` are 0-based. `score`, `score_bound`, `hard` and `spread` are empty where there is none; `label`
 * is the 0-based first error of the trace, -1 for "no step is wrong", empty for no label. `mark` and `comment` are a person's
 * note. The last columns say how the score was made.
 */
export const stepCsvExport: ExportFormat = {
  id: 'csv',
  title: 'CSV: a row a step, with scores, labels and notes',
  extension: 'csv',
  write(records) {
    const { lose, losses } = lossCounter();
    const rows = records.flatMap((record, index) => {
      const { trace, scores, notes = [], segmentation } = record;
      const { source, label } = trace;
      lose('text between the steps', joinSteps(stepTexts(trace)).response !== trace.response);
      lose('unpaired surrogates', [trace.problem, trace.response].some(hasUnpairedSurrogate));
      lose('answer', trace.answer !== undefined);
      lose('source', [source.file, source.id, source.variant].some(isUnsayable));
      lose('label', label?.maker !== undefined || label?.file !== undefined || isUnsayable(label?.field));
      lose('labels and scores from the file', trace.given !== undefined);
      lose('samples and analyses', scores?.some((score) => score !== undefined && score.samples.length > 0) === true);
      lose('scores', scores !== undefined && (scores.every((score) => score === undefined) || scores.some(hasUnsayableSource)));
      lose('notes', notes.some(isUnsayableNote) || new Set(notes.map(({ step }) => step)).size < notes.length || (record.notes !== undefined && notes.length === 0));
      lose('segmentation', segmentation !== undefined);
      return trace.steps.map((step) => cellsOf(record, index, step));
    });
    return { text: `${Papa.unparse({ fields: [...STEP_COLUMNS], data: rows }, { newline: '\n' })}\n`, losses: losses() };
  },
};

/** True for a text that comes back as another: a cell cannot tell an empty text from a missing one, and UTF-8 has no half surrogate pairs. */
function isUnsayable(part: string | undefined): boolean {
  return part !== undefined && (part === '' || hasUnpairedSurrogate(part));
}

function isUnsayableNote({ mark, comment, author, date }: StepNote): boolean {
  return [comment, author, date].some(isUnsayable) || (mark ?? comment ?? author ?? date) === undefined;
}

function hasUnsayableSource(score: Score | undefined): boolean {
  if (score === undefined) return false;
  const { model, modelHash, weights, template, promptVersion, date } = score.provenance;
  return model === '' || template === '' || [model, modelHash, weights, template ?? '', promptVersion, date].some(hasUnpairedSurrogate);
}

function cellsOf({ trace, scores, notes }: TraceRecord, index: number, step: Step): unknown[] {
  const { source, label } = trace;
  const score = scores?.[step.index];
  const note = notes?.find((one) => one.step === step.index);
  const made = score?.provenance;
  const cells: Readonly<Record<StepColumn, string | number | undefined>> = {
    stepscope_trace: index,
    step: step.index,
    file: csvText(source.file),
    row: source.row,
    id: csvText(source.id),
    variant: csvText(source.variant),
    problem: csvText(trace.problem),
    text: csvText(stepText(trace, step)),
    score: score?.pYes,
    score_bound: score?.pYesBound,
    hard: score?.hard,
    spread: score?.spread,
    samples: score?.samples.length,
    unparsed: score?.unparsed,
    label: label === undefined ? undefined : (label.firstError ?? -1),
    label_field: csvText(label?.field),
    label_made_by: label?.madeBy,
    label_index_base: label?.indexBase,
    mark: note?.mark,
    comment: csvText(note?.comment),
    author: csvText(note?.author),
    date: csvText(note?.date),
    model: csvText(made?.model),
    model_hash: csvText(made?.modelHash),
    weights: csvText(made?.weights),
    mode: made?.mode,
    prompt: made?.prompt,
    template: csvText(made?.template),
    k: made?.k,
    temperature: made?.temperature,
    top_p: made?.topP,
    max_new_tokens: made?.maxNewTokens,
    seed: made?.seed,
    prompt_version: csvText(made?.promptVersion),
    threshold: made?.threshold,
    scored: csvText(made?.date),
  };
  return STEP_COLUMNS.map((column) => cells[column] ?? '');
}
