import type { Result } from '../../core/result.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { parseFieldMap, type FieldMap } from '../../formats/fields/field-map.ts';
import { parsePath, valueAt } from '../../formats/fields/field-path.ts';
import { fieldsFormat, listOf, wholeNumber } from '../../formats/fields/fields-format.ts';
import type { MapProposal } from '../../formats/fields/propose-maps.ts';
import type { FieldRole } from '../../formats/fields/roles.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import { isWholeNumber } from '../../formats/rows/read-fields.ts';

/** The labels of which a person has to say what they count from. */
export const COUNTED = ['firstError', 'wrongSteps'] as const;
export type CountedRole = (typeof COUNTED)[number];

/** A field map that is being made. A counted label without its base is not used. */
export interface MappingDraft {
  readonly fields: Readonly<Partial<Record<FieldRole, string>>>;
  readonly bases: Readonly<Partial<Record<CountedRole, 0 | 1>>>;
  /** What stands in the field of the first wrong step where no step is wrong; undefined where nothing does. */
  readonly none?: number | null;
}

/** The rows that a map is tried on. */
export interface SampleRows {
  /** The file's name. */
  readonly name: string;
  readonly rows: readonly unknown[];
}

export function draftOf(proposal: Pick<MapProposal, 'map' | 'open'> | undefined): MappingDraft {
  if (proposal === undefined) return { fields: {}, bases: {} };
  const plain = Object.entries(proposal.map).filter((entry): entry is [FieldRole, string] => typeof entry[1] === 'string');
  return { fields: { ...Object.fromEntries(plain), ...Object.fromEntries(proposal.open.map(({ key, path }) => [key, path])) }, bases: {} };
}

/** The draft with another field for a role, or with none. What was said about the field before does not hold for another. */
export function withField({ fields, bases, none }: MappingDraft, role: FieldRole, path: string | undefined): MappingDraft {
  const kept = Object.entries(fields).filter(([name]) => name !== role);
  return {
    fields: Object.fromEntries(path === undefined ? kept : [...kept, [role, path]]),
    bases: Object.fromEntries(Object.entries(bases).filter(([name]) => name !== role)),
    ...(role !== 'firstError' && none !== undefined && { none }),
  };
}

/** The counted labels of which nobody has said yet what they count from. */
export function openLabels({ fields, bases }: MappingDraft): CountedRole[] {
  return COUNTED.filter((role) => fields[role] !== undefined && bases[role] === undefined);
}

/** The map; an error where a field that it needs is missing. Labels that are still open are left out. */
export function mapOf({ fields, bases, none }: MappingDraft): Result<FieldMap, FormatErrorReason> {
  const { firstError, wrongSteps, ...plain } = fields;
  return parseFieldMap('The map', {
    version: 1,
    ...plain,
    ...(firstError !== undefined && bases.firstError !== undefined && { firstError: { path: firstError, indexBase: bases.firstError, ...(none !== undefined && { none }) } }),
    ...(wrongSteps !== undefined && bases.wrongSteps !== undefined && { wrongSteps: { path: wrongSteps, indexBase: bases.wrongSteps } }),
  });
}

/** Reads one of the sample rows by a map. */
export function readRow({ name, rows }: SampleRows, row: number, fieldMap: FieldMap): Result<Trace, FormatErrorReason> {
  return fieldsFormat.read(rows[row], { source: { file: name, row }, where: `${name} row ${row}`, fieldMap });
}

/** What the values of a counted label say if they are counted from one base. */
export interface BaseFacts {
  /** Rows that have a value and steps. */
  readonly rows: number;
  /** Rows of them whose value names a step, or whose values all do. */
  readonly used: number;
  /** Values that name no step, with how many rows have them, most first. */
  readonly others: readonly { readonly value: number | null; readonly rows: number }[];
}

/** Tries the label on the sample rows. */
export function baseFacts(sample: SampleRows, draft: MappingDraft, role: CountedRole, base: 0 | 1): BaseFacts {
  const map = mapOf({ ...draft, bases: {} });
  const path = parsePath(draft.fields[role] ?? '') ?? [];
  const others = new Map<number | null, number>();
  let rows = 0;
  let used = 0;
  for (const [index, row] of sample.rows.entries()) {
    const trace = map.ok ? readRow(sample, index, map.value) : map;
    const values = labelValues(valueAt(row, path), role);
    if (!trace.ok || values === undefined) continue;
    rows++;
    const outside = values.filter((value) => value === null || value < base || value >= trace.value.steps.length + base);
    if (outside.length === 0) used++;
    for (const value of new Set(outside)) others.set(value, (others.get(value) ?? 0) + 1);
  }
  return { rows, used, others: [...others].map(([value, count]) => ({ value, rows: count })).sort((a, b) => b.rows - a.rows) };
}

/** The values of a label in a row; undefined where it has none. */
function labelValues(value: unknown, role: CountedRole): readonly (number | null)[] | undefined {
  if (role === 'wrongSteps') {
    const list = listOf(value)?.map(wholeNumber);
    return list?.every(isWholeNumber) === true ? list : undefined;
  }
  const number = wholeNumber(value);
  return isWholeNumber(number) || number === null ? [number] : undefined;
}

/** What a map makes of the sample rows. */
export interface MappingPreview {
  /** Rows that are traces, of all of the sample. */
  readonly traces: number;
  readonly rows: number;
  /** The first trace, and why the first row that is none is none. */
  readonly first: Trace | undefined;
  readonly reason: string | undefined;
}

export function previewOf(sample: SampleRows, map: FieldMap): MappingPreview {
  const read = sample.rows.map((_, row) => readRow(sample, row, map));
  const traces = read.flatMap((trace) => (trace.ok ? [trace.value] : []));
  return { traces: traces.length, rows: read.length, first: traces[0], reason: read.flatMap((trace) => (trace.ok ? [] : [trace.error.message]))[0] };
}
