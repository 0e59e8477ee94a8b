import { fail, ok, type Result } from '../../core/result.ts';
import type { FirstErrorLabel, Given, GivenData, Maker } from '../../core/trace/given.ts';
import { joinSteps } from '../../core/trace/steps.ts';
import type { Trace, TraceSource } from '../../core/trace/trace.ts';
import { isRecord } from '../../core/is-record.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { isWholeNumber } from './read-fields.ts';
import type { RowContext, RowResult } from './row-format.ts';

/**
 * The texts of a list of steps: strings, or objects with `text` or `content`. `field` names the list
 * for the message. An empty step is an error and not left out, since that would shift every label.
 */
export function stepTextsOf(where: string, field: string, given: readonly unknown[]): Result<string[], FormatErrorReason> {
  if (given.length === 0)
    return fail('no-steps', `${where} has a question but its list of steps is empty: put the solution's steps into it.`);
  const texts: string[] = [];
  for (const [index, item] of given.entries()) {
    const text = typeof item === 'string' ? item : isRecord(item) ? (item['text'] ?? item['content']) : undefined;
    // People count steps from 1.
    if (typeof text !== 'string')
      return fail('unknown-shape', `${where} has a step ${index + 1} that is no text: write it as a string, or as an object with "text".`);
    if (text.trim() === '') return fail('no-steps', `${where} has an empty step ${index + 1}: fill it in or take it out of "${field}".`);
    texts.push(text);
  }
  return ok(texts);
}

/** A trace of steps that came apart from each other: the response is the texts joined with a blank line, each step exactly its text. */
export function traceOfSteps(context: RowContext, problem: string, texts: readonly string[], rest: Pick<Trace, 'label' | 'given'> = {}): RowResult {
  return ok({ source: context.source, problem, ...joinSteps(texts), ...withoutEmpty(rest) });
}

/** Leaves out what is undefined or says nothing, so that a trace only has what its file has. */
export function withoutEmpty({ label, given }: { readonly label?: FirstErrorLabel | undefined; readonly given?: GivenData | undefined }): Pick<Trace, 'label' | 'given'> {
  const kept = given === undefined ? [] : Object.entries(given).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  return { ...(label && { label }), ...(kept.length > 0 && { given: Object.fromEntries(kept) }) };
}

/** The source with the row's id, where it has one. */
export function withId(source: TraceSource, id: unknown): TraceSource {
  return typeof id === 'string' || typeof id === 'number' ? { ...source, id: String(id) } : source;
}

/** What is said of a label that names no step. */
type UnreadLabel = Required<Pick<GivenData, 'remarks'>> & Pick<GivenData, 'unusedLabel'>;

/**
 * A first-error label that is counted from `indexBase` and written as `none` where no step is wrong.
 * Undefined where the value is no such label; `unread` then says so, unless there is no value at all.
 */
export function firstErrorOf(
  value: unknown,
  steps: number,
  source: { readonly field: string; readonly madeBy: Maker; readonly maker?: string; readonly indexBase: 0 | 1; readonly none: number | null },
): { readonly label?: FirstErrorLabel; readonly unread?: UnreadLabel } {
  const { none, ...rest } = source;
  if (value === none) return { label: { firstError: undefined, ...rest } };
  if (value === undefined || value === null) return {};
  const index = isWholeNumber(value) ? value - source.indexBase : -1;
  if (index >= 0 && index < steps) return { label: { firstError: index, ...rest } };
  const remark = `"${source.field}" is not used: it names no step of the ${steps}.`;
  const unused: Given<number> | undefined = isWholeNumber(value) ? { ...rest, value } : undefined;
  return { unread: { remarks: [remark], ...(unused && { unusedLabel: unused }) } };
}
