import * as v from 'valibot';
import { fail, ok, type Result } from '../../core/result.ts';
import type { FirstErrorLabel } from '../../core/trace/given.ts';
import type { StepNote, TraceRecord } from '../../core/trace/record.ts';
import { joinSteps } from '../../core/trace/steps.ts';
import type { Score } from '../../core/verifier/score.ts';
import type { RowSource } from '../containers/row-source.ts';
import { STEP_COLUMNS, type StepColumn } from '../export/step-csv.ts';
import { isRecord } from '../../core/is-record.ts';
import { scoreSchema } from '../score-schema.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import type { RowContext, RowFormat } from './row-format.ts';

/** The cells of one step of our own table. */
type Cells = Readonly<Partial<Record<StepColumn, string>>>;

/** The rows of a table of steps put together by trace; undefined for any other table. A row is then `{ steps: cells[] }`. */
export function groupedSteps(table: RowSource): RowSource | undefined {
  const columns: unknown = isRecord(table.header) ? table.header['columns'] : undefined;
  if (!Array.isArray(columns) || STEP_COLUMNS.some((column, index) => columns[index] !== column)) return undefined;
  const groups = new Map<string, number[]>();
  for (let row = 0; row < table.rows; row++) {
    const cells = table.value(row);
    const key = cells.ok && isRecord(cells.value) ? String(cells.value['stepscope_trace']) : `row ${row}`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const traces = [...groups.values()];
  const where = (row: number) => `${table.name} row ${row}`;
  return {
    ...table,
    rows: traces.length,
    where,
    value(row) {
      const steps: unknown[] = [];
      for (const line of traces[row] ?? []) {
        const cells = table.value(line);
        if (!cells.ok) return cells;
        steps.push(cells.value);
      }
      return ok({ stepscopeSteps: steps });
    },
  };
}

/** Our own CSV of steps, opened again. The response is the steps joined with blank lines. */
export const stepTable: RowFormat = {
  id: 'step-table',
  title: 'Stepscope CSV: a row a step',
  strength: 1,
  mark: 'is a table with the columns of a Stepscope export',
  fits: (row) => isRecord(row) && Array.isArray(row['stepscopeSteps']),
  read(row, context) {
    const record = readSteps(row, context);
    return record.ok ? ok(record.value.trace) : record;
  },
  record: readSteps,
};

function readSteps(row: unknown, { where, source }: RowContext): Result<TraceRecord, FormatErrorReason> {
  const list = isRecord(row) && Array.isArray(row['stepscopeSteps']) ? (row['stepscopeSteps'] as readonly unknown[]).flatMap(cellsOf) : [];
  const steps = list.toSorted((a, b) => Number(a.step) - Number(b.step));
  const [first] = steps;
  if (first === undefined) return fail('unknown-shape', `${where} is no table of steps: it needs the columns of a Stepscope export.`);
  if (steps.some((cells, index) => Number(cells.step) !== index)) return fail('unknown-shape', `${where} has steps that are not numbered from 0 without gaps.`);
  const texts = steps.map((cells) => text(cells.text) ?? '');
  if (texts.some((part) => part.trim() === '')) return fail('no-steps', `${where} has a step without text.`);
  const problem = text(first.problem);
  if (problem === undefined || problem.trim() === '') return fail('no-question', `${where} has no text in its column "problem".`);
  const label = labelOf(first, texts.length);
  const scores = steps.map(scoreOf);
  const notes = steps.flatMap(noteOf);
  return ok({
    trace: { source: sourceOf(first, source.file), problem, ...joinSteps(texts), ...(label && { label }) },
    ...(scores.some((score) => score !== undefined) && { scores }),
    ...(notes.length > 0 && { notes }),
  });
}

/** The cells that are texts. */
function cellsOf(value: unknown): Cells[] {
  return isRecord(value) ? [Object.fromEntries(Object.entries(value).filter(([, cell]) => typeof cell === 'string'))] : [];
}

/** Takes off the `'` that keeps a spreadsheet from running the text. */
function text(cell: string | undefined): string | undefined {
  if (cell === undefined || cell === '') return undefined;
  return cell.startsWith("'") ? cell.slice(1) : cell;
}

function number(cell: string | undefined): number | undefined {
  const value = cell === undefined || cell.trim() === '' ? NaN : Number(cell);
  return Number.isFinite(value) ? value : undefined;
}

function sourceOf(cells: Cells, table: string): TraceRecord['trace']['source'] {
  const [row, id, variant] = [number(cells.row), text(cells.id), text(cells.variant)];
  return { file: text(cells.file) ?? table, ...(row !== undefined && { row }), ...(id !== undefined && { id }), ...(variant !== undefined && { variant }) };
}

function labelOf(cells: Cells, steps: number): FirstErrorLabel | undefined {
  const first = number(cells.label);
  if (first === undefined || !Number.isInteger(first) || first < -1 || first >= steps) return undefined;
  const madeBy = (['human', 'model', 'rollouts', 'program'] as const).find((maker) => maker === cells.label_made_by) ?? 'unknown';
  const base = number(cells.label_index_base);
  return { firstError: first < 0 ? undefined : first, field: text(cells.label_field) ?? 'label', madeBy, ...((base === 0 || base === 1) && { indexBase: base }) };
}

/** A score without its samples; undefined where the row was not scored, or where it does not say how. */
function scoreOf(cells: Cells): Score | undefined {
  if (cells.model === undefined || cells.model === '') return undefined;
  const [bound, template] = [number(cells.score_bound), text(cells.template)];
  const parsed = v.safeParse(scoreSchema, {
    pYes: number(cells.score),
    ...(bound !== undefined && { pYesBound: bound }),
    hard: number(cells.hard),
    spread: number(cells.spread),
    samples: [],
    unparsed: number(cells.unparsed),
    provenance: {
      model: text(cells.model),
      modelHash: text(cells.model_hash) ?? '',
      weights: text(cells.weights) ?? '',
      mode: cells.mode,
      // Tables of older versions have no such column: it was plain.
      prompt: cells.prompt === undefined || cells.prompt === '' ? 'plain' : cells.prompt,
      ...(template !== undefined && { template }),
      k: number(cells.k),
      temperature: number(cells.temperature),
      topP: number(cells.top_p),
      maxNewTokens: number(cells.max_new_tokens),
      seed: number(cells.seed),
      promptVersion: text(cells.prompt_version) ?? '',
      threshold: number(cells.threshold),
      date: text(cells.scored) ?? '',
    },
  });
  return parsed.success ? parsed.output : undefined;
}

function noteOf(cells: Cells, step: number): StepNote[] {
  const mark = cells.mark === 'right' || cells.mark === 'wrong' ? cells.mark : undefined;
  const [comment, author, date] = [text(cells.comment), text(cells.author), text(cells.date)];
  if (mark === undefined && comment === undefined && author === undefined && date === undefined) return [];
  return [{ step, ...(mark && { mark }), ...(comment !== undefined && { comment }), ...(author !== undefined && { author }), ...(date !== undefined && { date }) }];
}
