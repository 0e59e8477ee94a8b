import * as v from 'valibot';
import type * as vscode from 'vscode';
import type { StepNote } from '../core/trace/record.ts';
import type { Span, Trace } from '../core/trace/trace.ts';
import { sha256 } from './streams.ts';

/** A note without its step: it belongs to a part of the response. */
export type SpanNote = Omit<StepNote, 'step'>;

/** What is noted at a part of a response, UTF-16 offsets into it. An empty list: what a file brought was cleared. */
export interface NotedSpan {
  readonly span: Span;
  readonly notes: readonly SpanNote[];
}

/**
 * Notes of this workspace, kept by question and response. Each belongs to the text of its step, so one at a step
 * that is cut otherwise now is not shown, and comes back with the step.
 */
export interface NotesMemory {
  /** The notes at the steps as they are cut now. `brought` came with the file; what was noted here stands in its place. */
  find(trace: Trace, brought: readonly NotedSpan[]): FoundNotes;
  keep(trace: Trace, step: number, notes: readonly SpanNote[]): void;
}

export interface FoundNotes {
  /** In the order of the steps. */
  readonly shown: readonly StepNote[];
  /** Noted parts of the response that are no step as it is cut now. */
  readonly hidden: number;
}

const NONE: FoundNotes = { shown: [], hidden: 0 };

interface Entry {
  readonly text: string;
  readonly spans: readonly NotedSpan[];
}

const KEY = 'stepscope.notes';
/** Traces; the one noted at least recently is forgotten first. */
const MOST = 1000;

const note = v.object({ mark: v.exactOptional(v.picklist(['right', 'wrong'])), comment: v.exactOptional(v.string()), author: v.exactOptional(v.string()), date: v.exactOptional(v.string()) });
const offset = v.pipe(v.number(), v.integer(), v.minValue(0));
const entry = v.object({ text: v.string(), spans: v.array(v.object({ span: v.object({ start: offset, end: offset }), notes: v.array(note) })) });

export function createNotesMemory(state: Pick<vscode.Memento, 'get' | 'update'>): NotesMemory {
  let entries = read(state.get<unknown>(KEY));
  const keys = new WeakMap<Trace, string>();

  const keyOf = (trace: Trace): string => {
    let key = keys.get(trace);
    if (key === undefined) keys.set(trace, (key = sha256(JSON.stringify([trace.problem, trace.response]))));
    return key;
  };
  // Hashing a long text takes milliseconds, so it is left out where nothing was ever noted.
  const spansOf = (trace: Trace): readonly NotedSpan[] => (entries.length === 0 ? [] : (entries.find(({ text }) => text === keyOf(trace))?.spans ?? []));

  return {
    find(trace, brought) {
      const own = spansOf(trace);
      if (own.length === 0 && brought.length === 0) return NONE;
      // What was noted here comes last, and so stands.
      const noted = new Map([...brought, ...own].map(({ span, notes }) => [spanKey(span), notes]));
      const shown = trace.steps.flatMap(({ index, span }) => (noted.get(spanKey(span)) ?? []).map((each) => ({ step: index, ...each })));
      const held = [...noted.values()].filter((notes) => notes.length > 0).length;
      return { shown, hidden: held - new Set(shown.map(({ step }) => step)).size };
    },
    keep(trace, step, notes) {
      const span = trace.steps[step]?.span;
      if (span === undefined) return;
      const text = keyOf(trace);
      const others = spansOf(trace).filter((noted) => spanKey(noted.span) !== spanKey(span));
      entries = [...entries.filter((known) => known.text !== text), { text, spans: [...others, { span, notes }] }].slice(-MOST);
      void state.update(KEY, entries);
    },
  };
}

/** Notes of a record, by the parts of the response that its steps are. */
export function notedSpans(trace: Trace, notes: readonly StepNote[]): NotedSpan[] {
  return trace.steps.flatMap(({ index, span }) => {
    const here = notes.filter(({ step }) => step === index).map(withoutStep);
    return here.length === 0 ? [] : [{ span, notes: here }];
  });
}

export function withoutStep({ mark, comment, author, date }: StepNote): SpanNote {
  return { ...(mark !== undefined && { mark }), ...(comment !== undefined && { comment }), ...(author !== undefined && { author }), ...(date !== undefined && { date }) };
}

function spanKey({ start, end }: Span): string {
  return `${start} ${end}`;
}

/** Whatever a newer version or a damaged state holds that cannot be read is passed over. */
function read(value: unknown): Entry[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown): Entry[] => {
    const parsed = v.safeParse(entry, item);
    return parsed.success ? [parsed.output] : [];
  });
}
