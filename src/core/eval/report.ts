import { modelFacts } from '../model-facts.ts';
import type { Table } from '../picture/chart.ts';
import type { Block } from '../report/block.ts';
import { rowRef } from '../report/row-ref.ts';
import type { RunEnd, RunHeader, RunModel } from '../run/run.ts';
import { effectiveTemperature, type VerifierSettings } from '../verifier/settings.ts';
import type { Eval, EvalSettings, RowOutcome } from './eval.ts';
import type { EvalRow, RowFailed } from './events.ts';
import { secondSettings } from './judges.ts';
import { metricTable, MISSING, numberText } from './metrics.ts';
import type { EvalSummary } from './summary.ts';

/** A run as a report shows it. */
export interface EvalReport {
  readonly eval: Pick<Eval, 'title' | 'description' | 'outcome'>;
  readonly header: RunHeader<EvalSettings>;
  readonly summary: EvalSummary;
  readonly rows: readonly EvalRow[];
  readonly failed: readonly RowFailed[];
  /** What was said while it ran. */
  readonly notes: readonly string[];
  readonly end?: RunEnd;
}

/** Rows that a report lists; the log has all. */
const MOST_LISTED = 200;

/** Rows that a view lists of a run that has more. */
const MOST_IN_VIEW = 50_000;

/**
 * The parts of a report in their order: the result, what it rests on, pictures, remarks, and the rows to look at. A file lists
 * the first rows that differ, a view (`all`) every row, since it can be filtered.
 */
export function reportBlocks(report: EvalReport, all = false): Block[] {
  const { eval: about, header, summary, failed, notes, end } = report;
  return [
    { kind: 'heading', level: 1, text: header.title },
    { kind: 'text', text: summary.headline },
    ...warnings(report),
    { kind: 'text', text: `${about.title}. ${about.description}` },
    { kind: 'table', table: metricTable(summary.metrics) },
    ...summary.tables.map((table): Block => ({ kind: 'table', table })),
    { kind: 'table', table: provenance(header, end) },
    ...(summary.charts.length === 0 ? [] : [{ kind: 'heading', level: 2, text: 'Charts' } as const]),
    ...summary.charts.map((chart): Block => ({ kind: 'chart', chart })),
    { kind: 'heading', level: 2, text: 'Remarks' },
    { kind: 'list', items: [...new Set([...summary.notes, ...notes])] },
    ...(failed.length === 0 ? [] : [{ kind: 'heading', level: 2, text: 'Rows that are left out' } as const, { kind: 'table', table: failedTable(failed, all ? MOST_IN_VIEW : MOST_LISTED) } as const]),
    { kind: 'heading', level: 2, text: all ? 'Rows' : 'Rows that differ' },
    { kind: 'table', table: all ? rowTable(report) : differenceTable(report) },
  ];
}

/** What the numbers must not be taken for. */
export function warnings({ header, failed, rows, end }: Pick<EvalReport, 'header' | 'failed' | 'rows' | 'end'>): Block[] {
  const said = header.models.flatMap(({ info }) => (info.demonstration === undefined ? [] : [`${info.name} is a demonstration model, made for ${info.demonstration}: on anything else its numbers show that the instrument works, not what a verifier can do.`]));
  // The same model may judge twice, asked in two ways.
  const texts = [...new Set(said)];
  const asked = header.data?.rows.length ?? 0;
  if (!end && rows.length + failed.length < asked) texts.push(`The run has not come to its end: ${rows.length} of ${asked} rows were evaluated so far.`);
  if (end && end.reason !== 'done') texts.push(`The run is not complete (${end.reason}): ${rows.length} of ${header.data?.rows.length ?? rows.length} rows were evaluated.`);
  if (failed.length > 0) texts.push(`${failed.length} of ${header.data?.rows.length ?? failed.length} rows could not be evaluated: they are in no number, and listed below.`);
  return texts.map((text) => ({ kind: 'warning', text }));
}

/** Everything that the numbers need to be made again. */
function provenance({ models, settings, data, started, id }: RunHeader<EvalSettings>, end: RunEnd | undefined): Table {
  const { verifier, scores, options } = settings;
  const rows = data?.rows ?? [];
  const [first = 0, last = 0] = [rows[0], rows.at(-1)];
  const range = rows.length === 0 ? 'no rows' : `${numberText(rows.length, 0)} rows, ${first} to ${last} (0-based${last - first + 1 === rows.length ? '' : ', spread over these'})`;
  const lines: (readonly [string, string])[] = [
    ['Data', `${data?.file ?? '–'}: ${range}`],
    ...(scores.length > 0 ? [['Scores', scores.join(', ')] as const] : []),
    ...namedModels(models).map(({ name, info }) => [name, modelFacts(info)] as const),
    ...modes(settings, models).map(({ name, text }) => [name, text] as const),
    ['Threshold', String(verifier.threshold)],
    ['Seed', String(verifier.seed)],
    ...Object.entries(options).map(([name, value]) => [`Option ${name}`, String(value)] as const),
    ['Started', started],
    ...(end ? [['Ended', `${end.ended} (${end.reason})`] as const] : []),
    ['Run', id],
  ];
  return { name: 'How it was made', columns: [{ name: 'What' }, { name: 'Value' }], rows: lines };
}

/** The models of a run, each with what it was: two verifiers are told apart. */
export function namedModels(models: readonly RunModel[]): readonly (RunModel & { readonly name: string })[] {
  const verifiers = models.filter(({ role }) => role === 'verifier');
  return models.map((model) => ({ ...model, name: model.role === 'policy' ? 'Policy' : model === verifiers[1] ? 'Second verifier' : 'Verifier' }));
}

/** How each model that judged was asked. */
function modes(settings: EvalSettings, models: readonly RunModel[]): readonly { readonly name: string; readonly text: string }[] {
  const { verifier, second } = settings;
  const asked = models.filter(({ role }) => role === 'verifier').length;
  if (asked === 0) return [];
  if (second === undefined) return [{ name: 'Mode', text: modeText(verifier) }];
  const other = { name: 'Mode of the second verifier', text: modeText(secondSettings(verifier, second)) };
  return asked > 1 ? [{ name: 'Mode', text: modeText(verifier) }, other] : [{ ...other, name: 'Mode' }];
}

function modeText(settings: VerifierSettings): string {
  const { mode, k, temperature, topP, prompt } = settings;
  const sampling = mode === 'direct' ? 'direct, one reading a step' : `reasoned, K = ${k}${effectiveTemperature(settings) === 0 ? ' greedy' : `, temperature ${temperature}, top-p ${topP}`}`;
  return `${sampling}, prompt ${prompt}`;
}

function failedTable(failed: readonly RowFailed[], most: number): Table {
  const listed = failed.slice(0, most);
  const rows = listed.map(({ row, id, reason, message }) => [String(row), id ?? MISSING, reason, message]);
  return { name: 'Rows that are left out', columns: [{ name: 'Row', numeric: true }, { name: 'Id' }, { name: 'Why' }, { name: 'Message' }], rows, refs: listed.map(({ row }) => rowRef({ row })), ...noted(cutNote(failed.length, most)) };
}

interface Judged {
  readonly row: EvalRow;
  readonly outcome: RowOutcome;
}

function judgedRows({ eval: about, rows, header }: EvalReport): Judged[] {
  return rows.map((row) => ({ row, outcome: about.outcome(row, header.settings) })).sort((a, b) => a.row.row - b.row.row);
}

function refsOf(judged: readonly Judged[]): string[] {
  return judged.map(({ row, outcome }) => rowRef({ row: row.row, ...(outcome.step !== undefined && { step: outcome.step }) }));
}

/** Rows that the judge got wrong, in order. */
function differenceTable(report: EvalReport): Table {
  const judged = judgedRows(report);
  const wrong = judged.filter(({ outcome }) => outcome.state === 'wrong');
  const open = judged.filter(({ outcome }) => outcome.state === 'open').length;
  const listed = wrong.slice(0, MOST_LISTED);
  const lines = listed.map(({ row, outcome }) => [String(row.row), row.id ?? MISSING, row.subset ?? MISSING, outcome.text]);
  return { name: `${wrong.length} of ${report.rows.length} rows`, columns: [{ name: 'Row', numeric: true }, { name: 'Id' }, { name: 'Subset' }, { name: 'What differs' }], rows: lines, refs: refsOf(listed), ...noted(cutNote(wrong.length, MOST_LISTED), openNote(open)) };
}

/** Every row with what became of it. */
function rowTable(report: EvalReport): Table {
  const judged = judgedRows(report);
  const count = (state: RowOutcome['state']): number => judged.filter(({ outcome }) => outcome.state === state).length;
  const listed = judged.slice(0, MOST_IN_VIEW);
  const lines = listed.map(({ row, outcome }) => [String(row.row), row.id ?? MISSING, row.subset ?? MISSING, outcome.state, outcome.text]);
  return { name: `${judged.length} rows, ${count('wrong')} of them wrong`, columns: [{ name: 'Row', numeric: true }, { name: 'Id' }, { name: 'Subset' }, { name: 'Judged' }, { name: 'What was said' }], rows: lines, refs: refsOf(listed), ...noted(cutNote(judged.length, MOST_IN_VIEW), openNote(count('open'))) };
}

function cutNote(count: number, most: number): string | undefined {
  return count > most ? `The first ${most} of ${count}; the log of the run has all.` : undefined;
}

function openNote(open: number): string | undefined {
  return open === 0 ? undefined : `${open} of the rows evaluated ${open === 1 ? 'is' : 'are'} open: a score is missing, so ${open === 1 ? 'it is' : 'they are'} neither right nor wrong.`;
}

function noted(...notes: readonly (string | undefined)[]): Pick<Table, 'note'> {
  const said = notes.filter((note) => note !== undefined);
  return said.length === 0 ? {} : { note: said.join(' ') };
}
