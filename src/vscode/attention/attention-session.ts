import * as vscode from 'vscode';
import type { ReadText } from '../../core/attention/groups.ts';
import { hiddenParts, hideName, type HideChoice } from '../../core/attention/hide.ts';
import type { AttentionUnit, HeadChoice } from '../../core/attention/matrix.ts';
import { readParts, readTokens, type PartReading, type TokenReading } from '../../core/attention/read-attention.ts';
import type { HiddenPart, LanguageModel, ModelInfo, ReadProgress } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import type { Activities } from '../activities.ts';
import type { Disposable } from '../disposable.ts';
import type { ModelRole } from '../model-role.ts';
import type { TraceView } from '../trace-sessions.ts';
import { attentionPlaces, type AttentionPlaces } from './attention-places.ts';

/** One reading of a trace, and the same with parts hidden. */
export interface AttentionData {
  /** What the model read; `version` is of the document. */
  readonly version: number;
  readonly role: ModelRole['name'];
  readonly info: ModelInfo;
  readonly text: ReadText;
  readonly places: AttentionPlaces;
  readonly plain: PartReading;
  readonly hidden?: { readonly name: string; readonly parts: readonly HiddenPart[]; readonly reading: PartReading };
  readonly pair?: { readonly row: number; readonly column: number; readonly plain: TokenReading; readonly hidden?: TokenReading };
}

/** Everything that the panel shows. */
export interface AttentionState {
  readonly view: TraceView | undefined;
  readonly role: ModelRole['name'];
  readonly heads: HeadChoice;
  readonly unit: AttentionUnit;
  readonly hide: HideChoice | undefined;
  readonly data: AttentionData | undefined;
  readonly running: { readonly loading: boolean; readonly progress?: ReadProgress } | undefined;
  /** Why there is nothing to show, or nothing with parts hidden; a sentence. */
  readonly trouble: string | undefined;
}

export interface AttentionSession extends Disposable {
  readonly onDidChange: vscode.Event<void>;
  state(): AttentionState;
  /** Shows another trace, or other choices; what was read of the same text stays. */
  set(change: Partial<Pick<AttentionState, 'view' | 'role' | 'heads' | 'unit' | 'hide'>>): void;
  /** Reads what the choices ask for and is not read yet. What runs is stopped first. Never rejects: see `trouble`. */
  read(): Promise<void>;
  /** Reads the tokens of a cell one by one. */
  readPair(row: number, column: number): Promise<void>;
  cancel(): void;
}

export interface AttentionSessionDependencies {
  readonly activities: Activities;
  /** The model of a role. Throws StepscopeError, `unsupported` with one sentence where it gives no attention. */
  readonly load: (role: ModelRole['name'], signal: AbortSignal) => Promise<LanguageModel>;
  /** The text that a model reads of a trace. Throws StepscopeError. */
  readonly textOf: (role: ModelRole['name'], model: LanguageModel, view: TraceView, signal: AbortSignal) => Promise<ReadText>;
}

/** What is read for the *Attention* panel. One reading runs at a time. */
export function createAttentionSession({ activities, load, textOf }: AttentionSessionDependencies): AttentionSession {
  const changed = new vscode.EventEmitter<void>();
  let state: AttentionState = { view: undefined, role: 'policy', heads: {}, unit: 'share', hide: undefined, data: undefined, running: undefined, trouble: undefined };
  let running: AbortController | undefined;

  function update(change: Partial<AttentionState>): void {
    state = { ...state, ...change };
    changed.fire();
  }

  /** Runs one piece of work; what ran before is stopped, and a stopped one says nothing more. */
  async function run(work: (signal: AbortSignal, onRead: (progress: ReadProgress) => void) => Promise<Partial<AttentionState>>): Promise<void> {
    running?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    running = controller;
    const activity = activities.start(vscode.l10n.t('Reading attention: {0}', state.view?.open.name ?? ''), () => controller.abort());
    update({ running: { loading: true }, trouble: undefined });
    const onRead = (progress: ReadProgress): void => {
      if (signal.aborted) return;
      activity.report(`${progress.tokens}/${progress.total}`);
      update({ running: { loading: false, progress } });
    };
    let outcome: Partial<AttentionState>;
    try {
      outcome = await work(signal, onRead);
    } catch (error) {
      outcome = { trouble: signal.aborted ? vscode.l10n.t('Reading was cancelled.') : error instanceof StepscopeError ? error.message : String(error) };
    }
    activity.end();
    if (running !== controller) return;
    running = undefined;
    update({ ...outcome, running: undefined });
  }

  async function readPlain(view: TraceView, model: LanguageModel, signal: AbortSignal, onRead: (progress: ReadProgress) => void): Promise<AttentionData> {
    const { data, role } = state;
    const text = await textOf(role, model, view, signal);
    const known = data?.role === role && data.info.hash === model.info.hash && data.text.text === text.text && JSON.stringify(data.text.parts) === JSON.stringify(text.parts);
    const places = attentionPlaces(text, view.open);
    if (known) return { ...data, version: view.version, places };
    return { version: view.version, role, info: model.info, text, places, plain: await readParts(model, text, { signal, onRead }) };
  }

  return {
    onDidChange: changed.event,
    state: () => state,
    set(change) {
      const other = change.view !== undefined && change.view.document !== state.view?.document;
      update({ ...(other && { data: undefined, hide: undefined, trouble: undefined }), ...change });
    },
    read: () =>
      run(async (signal, onRead) => {
        const { view, hide } = state;
        if (view === undefined) return {};
        const model = await load(state.role, signal);
        const { hidden: before, pair, ...data } = await readPlain(view, model, signal, onRead);
        const samePair = (name: string | undefined): Partial<AttentionData> => (before?.name === name && pair !== undefined ? { pair } : {});
        if (hide === undefined) return { data: { ...data, ...samePair(undefined) } };
        const parts = hiddenParts(hide, data.text);
        if (!parts.ok) return { data, trouble: parts.error.message };
        // The data is there before the second reading: it can be looked at meanwhile.
        update({ data });
        const same = before !== undefined && JSON.stringify(before.parts) === JSON.stringify(parts.value);
        const hidden = same ? before : { name: hideName(hide), parts: parts.value, reading: await readParts(model, data.text, { hide: parts.value, signal, onRead }) };
        return { data: { ...data, hidden, ...samePair(hidden.name) } };
      }),
    readPair: (row, column) =>
      run(async (signal, onRead) => {
        const { data } = state;
        if (data === undefined) return {};
        const model = await load(data.role, signal);
        const plain = await readTokens(model, data.text, row, column, { signal, onRead });
        const hidden = data.hidden && (await readTokens(model, data.text, row, column, { hide: data.hidden.parts, signal, onRead }));
        return { data: { ...data, pair: { row, column, plain, ...(hidden && { hidden }) } } };
      }),
    cancel: () => running?.abort(),
    dispose() {
      running?.abort();
      changed.dispose();
    },
  };
}
