import * as vscode from 'vscode';
import type { Failure, Result } from '../core/result.ts';
import type { StepNote } from '../core/trace/record.ts';
import type { Score } from '../core/verifier/score.ts';
import type { VerifierSettings } from '../core/verifier/settings.ts';
import type { Disposable } from './disposable.ts';
import { annotate, type StepScores, type TraceAnnotations } from './annotations.ts';
import { inBatches } from './in-batches.ts';
import type { ModelHashes } from './known-verifiers.ts';
import type { FoundNotes } from './notes-memory.ts';
import { BATCH_MS } from './pause.ts';
import { recordedScores } from './recorded-scores.ts';
import type { ScoreStore } from './score-store.ts';
import { storedScores } from './stored-scores.ts';
import { STREAMS, stepKeys, streamOf, type StepKeys } from './streams.ts';
import { LONG_DOCUMENT, type OpenTrace, type TraceDocuments } from './trace-documents.ts';

/** A run as it stands, counted in steps. */
export interface RunProgress {
  readonly phase: 'loading' | 'scoring';
  readonly done: number;
  readonly total: number;
  /** 0-based steps that have no result of this run yet. */
  readonly pending: ReadonlySet<number>;
}

/** Everything that is shown of a trace, as one immutable snapshot. No view computes anything. */
export interface TraceView {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly open: OpenTrace;
  readonly annotations: TraceAnnotations;
  /** Of people, in the order of the steps. */
  readonly notes: readonly StepNote[];
  /** Noted parts of the text that are no step as it is cut now. */
  readonly hiddenNotes: number;
  /** Where the keys of a step are known; undefined while a long trace is being hashed, or with no model yet. */
  readonly keys: readonly (StepKeys | undefined)[];
  readonly run: RunProgress | undefined;
}

/** What the scores of a trace depend on beside its text. */
export interface ScoringContext {
  readonly verifier: VerifierSettings;
  /** Of the model that is set, as far as it is known; it is known once it was loaded by anybody on this machine. */
  readonly hashes: ModelHashes | undefined;
}

/** The documents that were opened as traces, and what is known of each. */
export interface TraceSessions extends Disposable {
  /** Fires when what is shown of a document may have changed. */
  readonly onDidChange: vscode.Event<vscode.TextDocument>;
  /** Opens a document as a trace, or returns the view that is open already. */
  open(document: vscode.TextDocument): Promise<Result<TraceView>>;
  /** Undefined for a document that was not opened as a trace, or whose text holds none at the moment. */
  view(document: vscode.TextDocument): TraceView | undefined;
  isOpen(document: vscode.TextDocument): boolean;
  /** `finished` are the steps (0-based) that have a result since the last call. */
  setRun(document: vscode.TextDocument, run: RunProgress | undefined, finished?: readonly number[]): void;
  /** Remembers why a step could not be scored, until the text or the settings change. */
  setFailure(key: string, message: string | undefined): void;
  /** Shows what the store and the settings say now, of one document or of all; at once, but for long ones, which are read first. */
  refresh(document?: vscode.TextDocument): Promise<void>;
}

interface Session {
  readonly document: vscode.TextDocument;
  open: OpenTrace | undefined;
  error: Failure | undefined;
  keys: (StepKeys | undefined)[];
  keyedWith: ScoringContext | undefined;
  view: TraceView | undefined;
  run: RunProgress | undefined;
  /** Counts refreshes, so that hashing in the background stops when it is overtaken. */
  turn: number;
  /** The turn whose keys are being made. */
  hashing: number | undefined;
  /** Steps that a run has finished since the last update. */
  finished: number[];
  /** Waits for a pause in typing. */
  timer: NodeJS.Timeout | undefined;
  /** Waits for the next beat of a run. */
  beat: NodeJS.Timeout | undefined;
  /** When the view was last made (performance.now). */
  shownAt: number;
}

/** No verifier reads this many characters before a step, so such a step has no score to look for. */
const LONGEST_PREFIX = 400_000;
/** What a run adds is shown at this beat, and at once after a pause. */
const BEAT_MS = 40;
const TYPING_PAUSE_MS = 250;

export function createTraceSessions(
  documents: TraceDocuments,
  store: ScoreStore,
  context: () => ScoringContext,
  notes: (open: OpenTrace) => FoundNotes,
): TraceSessions {
  const sessions = new Map<string, Session>();
  const failures = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.TextDocument>();

  const sessionOf = (document: vscode.TextDocument): Session | undefined => sessions.get(document.uri.toString());

  /** Reads the text again and shows what is known of it; scores of changed steps are gone when this returns. */
  function reread(session: Session): void {
    const turn = ++session.turn;
    const now = context();
    const read = documents.read(session.document);
    if (!read.ok) {
      Object.assign(session, { open: undefined, error: read.error, keys: [], view: undefined });
      changed.fire(session.document);
      return;
    }
    const { value: open } = read;
    session.keys = keptKeys(session, open, now);
    Object.assign(session, { open, error: undefined, keyedWith: now });
    if (!store.isLoaded(open.trace.problem)) {
      void store.load(open.trace.problem).then(() => {
        if (session.turn === turn) update(session);
      });
    }
    update(session);
  }

  /** Reads a long text elsewhere first. What was asked for meanwhile, or typed, takes the place of this. */
  async function rereadLong(session: Session): Promise<void> {
    const turn = ++session.turn;
    await documents.prepare(session.document);
    if (session.turn === turn && sessionOf(session.document) === session) reread(session);
  }

  /** Shows what is known, and goes on hashing where keys are still missing. */
  function update(session: Session): void {
    clearTimeout(session.beat);
    session.beat = undefined;
    const { open, keyedWith, turn } = session;
    if (open === undefined || keyedWith === undefined) return;
    const { hashes, verifier } = keyedWith;
    const { problem } = open.trace;
    const lacksKey = (step: number): boolean => {
      const span = open.steps[step];
      return session.keys[step] === undefined && span !== undefined && span.end - open.problem.start <= LONGEST_PREFIX;
    };
    // Where nothing is stored for a question there is nothing to find.
    if (hashes !== undefined && (store.holds(problem) || failures.size > 0)) {
      const add = (step: number): void => {
        session.keys[step] ??= stepKeys({ problem, steps: open.texts, step }, hashes, verifier);
      };
      // What a run has just finished is shown now, however far the others are; where that takes too long, with the next beat.
      const end = performance.now() + BATCH_MS;
      while (session.finished.length > 0 && performance.now() < end) session.finished.splice(0, 1).filter(lacksKey).forEach(add);
      if (session.hashing !== turn) hashAll(session, turn, [...open.steps.keys()].filter(lacksKey), add);
    }
    show(session);
  }

  /** Makes the keys that are missing without holding up the editor, and shows what they bring. */
  function hashAll(session: Session, turn: number, missing: readonly number[], add: (step: number) => void): void {
    let later = false;
    session.hashing = turn;
    void inBatches(missing, add, () => session.turn === turn).then(() => {
      if (session.hashing === turn) session.hashing = undefined;
      if (later && session.turn === turn) show(session);
    });
    later = missing.some((step) => session.keys[step] === undefined);
  }

  function show(session: Session): void {
    const { open, keyedWith } = session;
    if (open === undefined || keyedWith === undefined) return;
    const { threshold } = keyedWith.verifier;
    const recorded = recordedScores(open, threshold);
    const scores = open.steps.map((_, step): StepScores => {
      const keys = session.keys[step];
      return {
        streams: { ...(keys === undefined ? {} : storedScores(store, keys, threshold)), ...searched(open.scores?.[step]) },
        recorded: recorded[step],
        failure: keys === undefined ? undefined : STREAMS.map((stream) => failures.get(keys[stream])).find((message) => message !== undefined),
        running: session.run?.pending.has(step) ?? false,
      };
    });
    const noted = notes(open);
    session.view = {
      document: session.document,
      version: session.document.version,
      open,
      annotations: annotate(scores, threshold, open.trace.label?.firstError),
      notes: noted.shown,
      hiddenNotes: noted.hidden,
      keys: [...session.keys],
      run: session.run,
    };
    changed.fire(session.document);
    session.shownAt = performance.now();
  }

  const subscriptions = vscode.Disposable.from(
    changed,
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const session = sessionOf(document);
      if (session === undefined || contentChanges.length === 0) return;
      clearTimeout(session.timer);
      if (document.getText().length <= LONG_DOCUMENT) {
        reread(session);
        return;
      }
      session.turn++;
      session.view = undefined;
      changed.fire(document);
      session.timer = setTimeout(() => void rereadLong(session), TYPING_PAUSE_MS);
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      const session = sessionOf(document);
      if (session === undefined) return;
      clearTimeout(session.timer);
      clearTimeout(session.beat);
      session.turn++;
      session.view = undefined;
      sessions.delete(document.uri.toString());
      changed.fire(document);
    }),
  );

  return {
    onDidChange: changed.event,
    async open(document) {
      await documents.prepare(document);
      let session = sessionOf(document);
      if (session === undefined) {
        session = { document, open: undefined, error: undefined, keys: [], keyedWith: undefined, view: undefined, run: undefined, turn: 0, hashing: undefined, finished: [], timer: undefined, beat: undefined, shownAt: -Infinity };
        sessions.set(document.uri.toString(), session);
      }
      if (session.view?.version !== document.version) reread(session);
      const { open, error } = session;
      if (open === undefined) {
        sessions.delete(document.uri.toString());
        return { ok: false, error: error ?? { reason: 'no-steps', message: vscode.l10n.t('There is no trace in this document.') } };
      }
      await store.load(open.trace.problem);
      update(session);
      // `update` has set the view, unless the text changed meanwhile to one without a trace.
      const { view } = session;
      return view === undefined
        ? { ok: false, error: { reason: 'no-steps', message: vscode.l10n.t('The text changed while it was being read: try again.') } }
        : { ok: true, value: view };
    },
    view: (document) => sessionOf(document)?.view,
    isOpen: (document) => sessionOf(document) !== undefined,
    setRun(document, run, finished = []) {
      const session = sessionOf(document);
      if (session === undefined) return;
      session.run = run;
      session.finished.push(...finished);
      if (run === undefined || run.phase === 'loading') update(session);
      // Not in this turn: more events may come with it.
      else session.beat ??= setTimeout(() => update(session), Math.max(0, session.shownAt + BEAT_MS - performance.now()));
    },
    setFailure(key, message) {
      if (message === undefined) failures.delete(key);
      else failures.set(key, message);
    },
    async refresh(document) {
      const shown = [...sessions.values()].filter((session) => document === undefined || session.document === document);
      const isLong = (session: Session): boolean => session.document.getText().length > LONG_DOCUMENT;
      for (const session of shown) if (!isLong(session)) reread(session);
      await Promise.all(shown.filter(isLong).map(rereadLong));
    },
    dispose() {
      for (const session of sessions.values()) {
        clearTimeout(session.timer);
        clearTimeout(session.beat);
      }
      subscriptions.dispose();
    },
  };
}

/** The score of the search that made the step, in the place of any other of its kind. */
function searched(score: Score | undefined): StepScores['streams'] {
  return score === undefined ? {} : { [streamOf(score.provenance)]: score };
}

/** The keys that still hold: those of the steps before the first one that differs. */
function keptKeys(session: Session, open: OpenTrace, now: ScoringContext): (StepKeys | undefined)[] {
  const { open: before, keyedWith } = session;
  const same = before?.trace.problem === open.trace.problem && keyedWith !== undefined && sameContext(keyedWith, now);
  const changedAt = same ? open.texts.findIndex((text, step) => text !== before.texts[step]) : 0;
  const kept = changedAt === -1 ? open.texts.length : changedAt;
  return open.texts.map((_, step) => (step < kept ? session.keys[step] : undefined));
}

function sameContext(one: ScoringContext, other: ScoringContext): boolean {
  return JSON.stringify(one.hashes) === JSON.stringify(other.hashes) && JSON.stringify(one.verifier) === JSON.stringify(other.verifier);
}
