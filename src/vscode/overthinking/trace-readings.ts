import * as vscode from 'vscode';
import { errorText } from '../../core/error-text.ts';
import type { LanguageModel } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import { TRACE_PARTS, type TracePart } from '../../core/bias/trace-part.ts';
import { readTracePart, type TraceReading, type TraceTask } from '../../core/bias/trace-parts.ts';
import type { Activities } from '../activities.ts';
import type { Disposable } from '../disposable.ts';

/** What models have said of the traces of this window, and what they are asked now. */
export interface TraceReadings extends Disposable {
  readonly onDidChange: vscode.Event<void>;
  /** What is known of the trace in this document, read in this way (see readingKey). */
  find(uri: string, key: string): ReadingState;
  /** Asks the model for these parts, one after the other. Never rejects: what went wrong is in the state. */
  compute(request: ReadingRequest): Promise<void>;
  /** Stops what is computed of a document; what was computed before stays. Returns whether there was anything. */
  cancel(uri: string): boolean;
  /** Another model is set: what the one before could not do is asked again. */
  forgetFailures(): void;
}

export interface ReadingRequest {
  readonly uri: string;
  readonly name: string;
  readonly key: string;
  readonly task: TraceTask;
  readonly parts: readonly TracePart[];
}

export interface ReadingState {
  readonly reading: TraceReading | undefined;
  readonly failures: ReadonlyMap<TracePart, PartFailure>;
  readonly running: TracePart | undefined;
}

export interface PartFailure {
  readonly message: string;
  /** The model cannot do it: another would have to. */
  readonly lacking: boolean;
}

interface Entry {
  readonly key: string;
  reading: TraceReading | undefined;
  readonly failures: Map<TracePart, PartFailure>;
  running: TracePart | undefined;
  readonly controller: AbortController;
}

/** Everything that the answers of a model depend on, the model aside: what it said of another text is not shown. */
export function readingKey({ question, measure, settings }: TraceTask): string {
  return JSON.stringify([question, measure.text, measure.steps, settings]);
}

export function createTraceReadings(load: (signal: AbortSignal) => Promise<LanguageModel>, activities: Activities): TraceReadings {
  const entries = new Map<string, Entry>();
  const changed = new vscode.EventEmitter<void>();

  /** One part; false: the rest is not asked either. */
  async function computePart(entry: Entry, part: TracePart, task: TraceTask, signal: AbortSignal): Promise<boolean> {
    entry.failures.delete(part);
    entry.running = part;
    changed.fire();
    try {
      const read = await readTracePart(await load(signal), part, task, entry.reading, signal);
      if (signal.aborted) return false;
      if (read.ok) entry.reading = read.value;
      else entry.failures.set(part, { message: read.error.message, lacking: read.error.reason === 'unsupported' });
      return true;
    } catch (error) {
      if (!signal.aborted) entry.failures.set(part, { message: errorText(error), lacking: error instanceof StepscopeError && error.reason === 'unsupported' });
      return false;
    }
  }

  return {
    onDidChange: changed.event,
    find(uri, key) {
      const entry = entries.get(uri);
      return entry?.key === key ? entry : { reading: undefined, failures: new Map(), running: undefined };
    },
    async compute({ uri, name, key, task, parts }) {
      const before = entries.get(uri);
      if (before?.key === key && before.running !== undefined) return;
      before?.controller.abort();
      const controller = new AbortController();
      const kept = before?.key === key ? before : undefined;
      const entry: Entry = { key, reading: kept?.reading, failures: new Map(kept?.failures), running: undefined, controller };
      entries.set(uri, entry);
      const activity = activities.start(vscode.l10n.t('Overthinking of {0}', name), () => controller.abort());
      const wanted = TRACE_PARTS.filter((part) => parts.includes(part));
      try {
        for (const [index, part] of wanted.entries()) {
          activity.report(`${index}/${wanted.length}`);
          if (!(await computePart(entry, part, task, controller.signal))) break;
        }
      } finally {
        entry.running = undefined;
        activity.end();
        changed.fire();
      }
    },
    cancel(uri) {
      const entry = entries.get(uri);
      if (entry?.running === undefined) return false;
      entry.controller.abort();
      return true;
    },
    forgetFailures() {
      for (const { failures } of entries.values()) failures.clear();
      changed.fire();
    },
    dispose() {
      for (const { controller } of entries.values()) controller.abort();
      changed.dispose();
    },
  };
}
