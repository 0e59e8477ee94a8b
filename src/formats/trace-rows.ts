import { fail, ok, type Result } from '../core/result.ts';
import { noSuchRow, type RowSource } from './containers/row-source.ts';
import type { FieldMap } from './fields/field-map.ts';
import { fieldsFormat } from './fields/fields-format.ts';
import { fieldNames, sameFields } from './fields/leaves.ts';
import { proposeMaps } from './fields/propose-maps.ts';
import { isRecord } from '../core/is-record.ts';
import { rowsFormat } from './json-rows.ts';
import { rowFormat, sniffRows, SNIFFED_ROWS } from './rows/formats.ts';
import type { RowContext, RowFormat, Sniff } from './rows/row-format.ts';
import type { FormatErrorReason, TraceFile } from './trace-file.ts';

/** How rows are to be read. */
export interface Reading {
  /** The id of a format: of rows (`rows/formats.ts`), or `markdown` or `text`. */
  readonly format?: string;
  /** Where the fields are; reads the rows as `fields` unless a format is named. */
  readonly fieldMap?: FieldMap;
}

/** How a file is to be read, where it is not left to what it looks like. */
export interface OpenOptions extends Reading {
  /** How a person once had rows read, by the fields that they have at their top; looked at where nothing else says how to read. */
  readonly remembered?: readonly RememberedReading[];
}

/** `fields` as `fieldNames` gives them; `reason` says where the choice was made. */
export interface RememberedReading extends Reading {
  readonly fields: readonly string[];
  readonly reason: string;
}

interface Chosen {
  readonly format: RowFormat;
  readonly sniff: Sniff;
  readonly fieldMap?: FieldMap;
  /** All rows are read so, also those that look like something else. */
  readonly isForced: boolean;
}

/** The rows of a source as traces, in the format that was asked for or that the first rows look like. */
export function traceRows(source: RowSource, options: OpenOptions): Result<TraceFile, FormatErrorReason> {
  const forced = options.format ?? (options.fieldMap && fieldsFormat.id);
  const known = forced === undefined ? undefined : rowFormat(forced);
  if (forced !== undefined && known === undefined) return fail('unknown-format', `${source.name} cannot be read as "${forced}": see the list of formats.`);
  // Nothing is parsed before somebody asks: a file may be opened for one row.
  let choice: Chosen | undefined;
  const chosen = () => (choice ??= known ? forcedChoice(known, options.fieldMap) : (rememberedChoice(source, options) ?? chooseFor(source)));
  const at = <Value>(row: number, read: (value: unknown, format: RowFormat, context: RowContext) => Result<Value, FormatErrorReason>): Result<Value, FormatErrorReason> => {
    if (!Number.isInteger(row) || row < 0 || row >= source.rows) return noSuchRow(source.name, row, source.rows);
    const value = source.value(row);
    if (!value.ok) return value;
    const { format, fieldMap, isForced } = chosen();
    // A file may mix shapes: a row that is not of the file's format is read as what it is by itself, unless a format was forced.
    const own = !isForced && !format.fits(value.value) && format !== fieldsFormat ? rowsFormat : format;
    const trace = source.single ? { file: source.name } : { file: source.name, row };
    return read(value.value, own, { source: trace, where: source.where(row), ...(source.header !== undefined && { header: source.header }), ...(fieldMap && { fieldMap }) });
  };
  const inVariant = <Value>(row: number, variant: string | undefined, read: (value: unknown, format: RowFormat, context: RowContext) => Result<Value, FormatErrorReason>) =>
    at(row, (value, format, context) => {
      const names = format.variants?.(value) ?? [];
      if (variant !== undefined && !names.includes(variant)) return noSuchVariant(context.where, variant, names);
      const name = variant ?? names[0];
      return read(value, format, name === undefined ? context : { ...context, variant: name, source: { ...context.source, variant: name } });
    });
  return ok({
    name: source.name,
    format: source.container,
    rows: source.rows,
    get rowFormat() {
      return chosen().sniff;
    },
    variants(row) {
      const names = at(row, (value, format) => ok(format.variants?.(value) ?? []));
      return names.ok ? names.value : [];
    },
    trace: (row, variant) => inVariant(row, variant, (value, format, context) => format.read(value, context)),
    record: (row, variant) =>
      inVariant(row, variant, (value, format, context) => {
        if (format.record) return format.record(value, context);
        const trace = format.read(value, context);
        return trace.ok ? ok({ trace: trace.value }) : trace;
      }),
  });
}

function forcedChoice(format: RowFormat, fieldMap: FieldMap | undefined): Chosen {
  return { format, sniff: { id: format.id, confidence: 1, reason: 'It was asked for.' }, isForced: true, ...(fieldMap && { fieldMap }) };
}

function rememberedChoice(source: RowSource, { remembered }: OpenOptions): Chosen | undefined {
  if (remembered === undefined || remembered.length === 0) return undefined;
  const fields = fieldNames(sampleRows(source, SNIFFED_ROWS));
  const found = remembered.find((known) => sameFields(known.fields, fields));
  const format = found && rowFormat(found.format ?? fieldsFormat.id);
  return format && { ...forcedChoice(format, found.fieldMap), sniff: { id: format.id, confidence: 1, reason: found.reason, isRemembered: true } };
}

function chooseFor(source: RowSource): Chosen {
  const sample = sampleRows(source, SNIFFED_ROWS);
  const [best] = sniffRows(sample);
  const format = best && rowFormat(best.id);
  if (best && format && format !== rowsFormat) return { format, sniff: best, isForced: false };
  if (source.container === 'csv') return tableChoice(source);
  return { format: rowsFormat, sniff: best ?? { id: rowsFormat.id, confidence: 0, reason: 'No row of it could be looked at.' }, isForced: false };
}

/** A table with names that say what they hold is read by the likeliest map; labels whose counting is open are left out of it. Any other needs a map. */
function tableChoice(source: RowSource): Chosen {
  const named = isRecord(source.header) && source.header['named'] === true;
  const [proposal] = named ? proposeMaps(sampleRows(source, SNIFFED_ROWS)) : [];
  if (!proposal) return { format: fieldsFormat, sniff: { id: fieldsFormat.id, confidence: 0, reason: 'No column is named like a question with a solution.' }, isForced: false };
  const open = proposal.open.length === 0 ? '' : ` Not used: ${proposal.open.map(({ path }) => `"${path}"`).join(', ')}, since the table does not say what it counts from.`;
  return { format: fieldsFormat, fieldMap: proposal.map, sniff: { id: fieldsFormat.id, confidence: proposal.confidence, reason: proposal.reason + open }, isForced: false };
}

/** The first rows that can be read. */
export function sampleRows(source: RowSource, most: number): unknown[] {
  const rows: unknown[] = [];
  for (let row = 0; row < Math.min(source.rows, most); row++) {
    const value = source.value(row);
    if (value.ok) rows.push(value.value);
  }
  return rows;
}

function noSuchVariant(where: string, variant: string, names: readonly string[]): Result<never, FormatErrorReason> {
  const has = names.length === 0 ? 'it is one trace' : `it has ${names.slice(0, 8).join(', ')}${names.length > 8 ? ' and more' : ''}`;
  return fail('no-such-variant', `${where} has no trace "${variant}": ${has}.`);
}
