import { StepscopeError } from '../result.ts';
import { shortened } from '../shortened.ts';
import { sourceName, stepTexts, type Trace } from '../trace/trace.ts';
import type { EvalContext } from './eval.ts';
import type { EvalEvent, RowFailed } from './events.ts';

/** Rows that can take part, and what there is to say of the data before anything is scored. */
export interface CheckedRows {
  readonly rows: readonly number[];
  readonly events: readonly EvalEvent<never>[];
}

/**
 * Looks at all rows once, before the first is scored: what cannot take part, ids that are there twice, and labels that
 * contradict how the file is said to count.
 */
export async function checkRows({ data, scores, signal }: EvalContext, unfit: (trace: Trace) => string | undefined): Promise<CheckedRows> {
  const rows: number[] = [];
  const failures: RowFailed[] = [];
  const ids = new Map<string, number>();
  const contents = new Set<number>();
  const labels = createLabelCheck();
  const joined = scores.some(({ byId }) => byId === true);
  let repeated = 0;
  for (const row of data.rows) {
    stopIfAborted(signal);
    const read = await data.trace(row);
    if (!read.ok) {
      failures.push({ type: 'row-failed', row, reason: 'unreadable', message: read.error.message });
      continue;
    }
    const trace = read.value;
    const { id } = trace.source;
    labels.look(trace);
    const content = hash(`${trace.problem}\n\n${stepTexts(trace).join('\n\n')}`);
    // Pairs of answers have no question: equal ones are no repetition.
    if (trace.problem !== '' && contents.has(content)) repeated++;
    contents.add(content);
    const first = id === undefined ? undefined : ids.get(id);
    if (id !== undefined && first === undefined) ids.set(id, row);
    const about = { type: 'row-failed', row, ...(id !== undefined && { id }) } as const;
    const why = unfit(trace);
    if (why !== undefined) failures.push({ ...about, reason: 'no-label', message: `${sourceName(trace.source)}: ${why}` });
    else if (joined && first !== undefined)
      failures.push({ ...about, reason: 'duplicate', message: `${sourceName(trace.source)} has the id "${shortened(id ?? '', 60)}" of row ${first}: scores that are joined by id could be of either, so only the first is used.` });
    else rows.push(row);
  }
  const notes = [...labels.notes(data.name)];
  if (repeated > 0) notes.push(`${repeated} of the ${data.rows.length} rows of ${data.name} ${repeated === 1 ? 'has' : 'have'} the same question and steps as an earlier row: they are counted as the file has them.`);
  return { rows, events: [...notes.map((message) => ({ type: 'note', message }) as const), ...failures] };
}

/** Throws StepscopeError `aborted` once the signal has fired. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new StepscopeError('aborted', 'The run was cancelled: what it reached is kept.');
}

/** Labels that name no step tell how a file counts: the number of steps in a file that is said to count from 0, 0 in one from 1. */
function createLabelCheck() {
  let [fromOne, fromZero, zeros, errors] = [0, 0, 0, 0];
  return {
    look({ label, given, steps }: Trace): void {
      const unused = given?.unusedLabel;
      if (unused?.indexBase === 0 && unused.value === steps.length) fromOne++;
      if (unused?.indexBase === 1 && unused.value === 0) fromZero++;
      if (label?.firstError !== undefined) errors++;
      if (label?.firstError === 0) zeros++;
    },
    notes(name: string): string[] {
      const nothing = 'Nothing was shifted: those rows are left out, and the labels of the others are probably off by one, too. Correct the file, or read it with a field map that says where counting starts.';
      if (fromOne > 0 && zeros === 0)
        return [`${name} seems to count steps from 1, though its format counts from 0: ${times(fromOne, 'label')} named the step after the last, and none of the other ${errors} the first. ${nothing}`];
      if (fromZero > 0) return [`${name} seems to count steps from 0, though its format counts from 1: ${times(fromZero, 'label')} named a step 0. ${nothing}`];
      return [];
    },
  };
}

function times(count: number, word: string): string {
  return count === 1 ? `one ${word}` : `${count} ${word}s`;
}

/** 53 bits of a text, two rounds of FNV-1a: for counting repetitions, where a rare chance agreement does no harm. */
function hash(text: string): number {
  let [a, b] = [0x811c9dc5, 0x9dc5811c];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
  }
  return (b >>> 11) * 2 ** 32 + (a >>> 0);
}
