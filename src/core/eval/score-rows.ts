import { sourceName, type Trace } from '../trace/trace.ts';
import { checkRows, stopIfAborted } from './check-rows.ts';
import type { EvalContext } from './eval.ts';
import type { EvalEvent } from './events.ts';
import type { ScoreSource, ScoreWish, StepScores } from './score-source.ts';

/** How an eval turns a trace and its scores into a row. */
export interface RowPlan<Item> {
  readonly unfit: (trace: Trace) => string | undefined;
  /** What is asked of each source of scores. */
  readonly wish: (trace: Trace) => ScoreWish;
  /** `scores`: one for each source, in their order. */
  readonly item: (trace: Trace, scores: readonly StepScores[]) => Item;
}

/** Runs an eval of scored steps: checks all rows, then scores them batch by batch and yields each row as it is done. */
export async function* scoreRows<Item>(context: EvalContext, plan: RowPlan<Item>): AsyncGenerator<EvalEvent<Item>> {
  yield { type: 'started', rows: context.data.rows.length };
  const checked = await checkRows(context, plan.unfit);
  yield* checked.events;
  const rows = checked.rows.filter((row) => context.done?.has(row) !== true);
  const size = Math.max(1, ...context.scores.map(({ batch }) => batch));
  const told = new Set<string>();
  for (let start = 0; start < rows.length; start += size) {
    for await (const event of scoreBatch(context, plan, rows.slice(start, start + size))) {
      if (event.type === 'note' && told.has(event.message)) continue;
      if (event.type === 'note') told.add(event.message);
      yield event;
    }
  }
}

interface OpenRow {
  readonly row: number;
  readonly trace: Trace;
  readonly scores: StepScores[];
}

/** One source after the other; a row that one of them has nothing for is not asked of the next. */
async function* scoreBatch<Item>({ data, scores: sources, signal }: EvalContext, plan: RowPlan<Item>, rows: readonly number[]): AsyncGenerator<EvalEvent<Item>> {
  let open: OpenRow[] = [];
  for (const row of rows) {
    const read = await data.trace(row);
    if (read.ok) open.push({ row, trace: read.value, scores: [] });
    else yield { type: 'row-failed', row, reason: 'unreadable', message: read.error.message };
  }
  const finish = ({ row, trace, scores }: OpenRow): EvalEvent<Item> => {
    const subset = trace.given?.subset?.value;
    return { type: 'row', row: { row, ...nameOf(trace), ...(subset !== undefined && { subset }), item: plan.item(trace, scores) } };
  };
  if (sources.length === 0) yield* open.map(finish);
  for (const [index, source] of sources.entries()) {
    const asked = open;
    open = [];
    for await (const event of askInParts(source, asked, plan.wish, signal)) {
      if ('type' in event) yield event;
      else if (index === sources.length - 1) yield finish(event);
      else open.push(event);
    }
  }
}

/** The rows with what the source has for them, in parts of its own size: another source of the eval may take more at once. */
async function* askInParts(source: ScoreSource, rows: readonly OpenRow[], wish: RowPlan<unknown>['wish'], signal: AbortSignal | undefined): AsyncGenerator<OpenRow | Extract<EvalEvent<never>, { readonly type: 'note' | 'row-failed' }>> {
  const size = Math.max(1, source.batch);
  for (let start = 0; start < rows.length; start += size) {
    stopIfAborted(signal);
    const part = rows.slice(start, start + size);
    for await (const event of source.score(part.map(({ trace }) => wish(trace)), signal)) {
      if ('note' in event) {
        yield { type: 'note', message: event.note };
        continue;
      }
      const one = part[event.wish];
      if (one === undefined) continue;
      const { answer } = event;
      if (answer.ok) {
        one.scores.push(answer.scores);
        yield one;
      } else yield { type: 'row-failed', row: one.row, ...nameOf(one.trace), reason: answer.reason, message: `${sourceName(one.trace.source)}: ${answer.message}` };
    }
  }
}

function nameOf({ source }: Trace): { readonly id?: string } {
  return source.id === undefined ? {} : { id: source.id };
}
