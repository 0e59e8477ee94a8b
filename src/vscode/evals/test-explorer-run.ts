import * as vscode from 'vscode';
import type { Eval, EvalContext, EvalSettings } from '../../core/eval/eval.ts';
import type { EvalEvent, EvalRow, RowFailed } from '../../core/eval/events.ts';
import { createRunState } from '../../core/eval/run-state.ts';
import type { ScoreSource } from '../../core/eval/score-source.ts';
import type { LanguageModel } from '../../core/model.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { sourceName } from '../../core/trace/trace.ts';
import { effectiveTemperature, type VerifierSettings } from '../../core/verifier/settings.ts';
import { visibleText } from '../../formats/visible-text.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import { interruptible } from '../interruptible.ts';
import type { ScoreStore } from '../score-store.ts';
import { renderRecord } from '../trace-content-provider.ts';
import { documentName } from '../trace-documents.ts';
import { storedModelScores } from './stored-model-scores.ts';
import type { RowTest } from './test-explorer-items.ts';

/** What of the editor's TestRun a run writes to. */
export type TestReport = Pick<vscode.TestRun, 'enqueued' | 'started' | 'passed' | 'failed' | 'errored' | 'skipped' | 'appendOutput'>;

export interface TestRunDependencies {
  readonly library: DatasetLibrary;
  readonly store: ScoreStore;
  readonly load: (mode: VerifierSettings['mode'], signal: AbortSignal) => Promise<LanguageModel>;
  /** Rows that are scored as one batch. */
  readonly batch: () => number;
  readonly symbolic: NonNullable<EvalContext['symbolic']>;
  /** A row is done, at the step that it differs at. */
  readonly onRow: (test: RowTest, step: number | undefined, done: number) => void;
}

/** Runs tests, those of a file and an eval together as that eval would. Rejects with what stopped it; the results until then stand. */
export async function runTests(report: TestReport, tests: readonly RowTest[], verifier: VerifierSettings, dependencies: TestRunDependencies, signal: AbortSignal): Promise<void> {
  let model: LanguageModel | undefined;
  let done = 0;
  const say = (line: string, test?: RowTest, location?: vscode.Location): void => report.appendOutput(`${visibleText(line)}\r\n`, location, test?.item);
  for (const test of tests) {
    if (typeof test.eval !== 'string') {
      report.enqueued(test.item);
      continue;
    }
    report.skipped(test.item);
    say(test.eval, test);
  }
  for (const group of groupsOf(tests)) {
    if (group.eval.needs.scores.min > 0) model ??= await dependencies.load(verifier.mode, signal);
    await runGroup(group, model);
  }

  async function runGroup({ uri, eval: about, tests: members }: TestGroup, judge: LanguageModel | undefined): Promise<void> {
    const settings: EvalSettings = { eval: about.name, verifier, options: {}, scores: [] };
    const byRow = new Map(members.map((test) => [test.row, test]));
    const traces = new Map<number, Trace>();
    const use = dependencies.library.use(uri);
    try {
      const opened = await use.current();
      if (!opened.ok) {
        for (const { item } of members) report.errored(item, new vscode.TestMessage(opened.error.message));
        return;
      }
      const dataset = opened.value;
      const context: EvalContext = {
        data: {
          name: dataset.name,
          rows: [...byRow.keys()],
          async trace(row) {
            const read = await dataset.trace(row);
            if (read.ok) traces.set(row, read.value);
            return read;
          },
        },
        settings,
        scores: judge && about.needs.scores.min > 0 ? [announcing(storedModelScores(judge, verifier, dependencies.store, dependencies.batch()), (row) => start(byRow.get(row)))] : [],
        symbolic: dependencies.symbolic,
        signal,
        ...(judge && { verifier: judge }),
      };
      const state = createRunState();
      const events = about.run(context)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await interruptible(events.next(), signal);
          if (next.done === true) break;
          state.add(next.value);
          tell(next.value);
        }
      } finally {
        // Not awaited: a run that was stopped ends on its own time.
        void events.return?.().catch(() => undefined);
      }
      if (state.rows.length > 1) say(vscode.l10n.t('{0}: {1}. {2}', documentName(uri), about.title, about.headline(state.rows, settings) ?? vscode.l10n.t('No number: {0}', about.summarize(state.rows, settings).metrics[0]?.why ?? '')));
      if (judge?.info.demonstration !== undefined && about.needs.scores.min > 0) say(vscode.l10n.t('{0} is a demonstration model, made for {1}: on anything else its numbers show that the instrument works, not what a verifier can do.', judge.info.name, judge.info.demonstration));
    } finally {
      use.dispose();
    }

    function start(test: RowTest | undefined): void {
      if (test) report.started(test.item);
    }

    function tell(event: EvalEvent): void {
      switch (event.type) {
        case 'started':
          return;
        case 'note':
          say(event.message);
          return;
        case 'row':
          tellRow(event.row);
          return;
        case 'row-failed':
          tellFailure(event);
      }
    }

    function tellRow(row: EvalRow): void {
      const test = byRow.get(row.row);
      const trace = traces.get(row.row);
      traces.delete(row.row);
      if (test === undefined) return;
      const { state, text, step } = about.outcome(row, settings);
      const location = trace && placeOf(test, trace, step);
      if (state === 'right') report.passed(test.item);
      else if (state === 'open') report.errored(test.item, messageOf(text, undefined, location));
      else report.failed(test.item, messageOf(text, about.needs.scores.min > 0 && judge ? judgeText(judge, verifier) : undefined, location));
      say(`${MARKS[state]} ${trace ? sourceName(trace.source) : vscode.l10n.t('row {0}', row.row)}: ${text}`, test, location);
      dependencies.onRow(test, step, ++done);
    }

    function tellFailure({ row, message }: RowFailed): void {
      const test = byRow.get(row);
      if (test === undefined) return;
      report.errored(test.item, new vscode.TestMessage(message));
      say(`! ${message}`, test);
      dependencies.onRow(test, undefined, ++done);
    }
  }
}

const MARKS = { right: '✓', wrong: '✗', open: '–' } as const;

interface TestGroup {
  readonly uri: vscode.Uri;
  readonly eval: Eval;
  readonly tests: RowTest[];
}

function groupsOf(tests: readonly RowTest[]): TestGroup[] {
  const groups = new Map<string, TestGroup>();
  for (const test of tests) {
    if (typeof test.eval === 'string') continue;
    const key = `${test.eval.name} ${test.uri.toString()}`;
    const group = groups.get(key) ?? { uri: test.uri, eval: test.eval, tests: [] };
    group.tests.push(test);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The source, which says of each row that it begins with it. */
function announcing(source: ScoreSource, start: (row: number) => void): ScoreSource {
  return {
    ...source,
    score(wishes, signal) {
      for (const { trace } of wishes) if (trace.source.row !== undefined) start(trace.source.row);
      return source.score(wishes, signal);
    },
  };
}

/** Where the step stands in the row's document; its beginning where the difference is about no step. */
function placeOf({ item }: RowTest, trace: Trace, step: number | undefined): vscode.Location | undefined {
  const rendered = item.uri && renderRecord(sourceName(trace.source), { trace });
  if (item.uri === undefined || rendered?.ok !== true) return undefined;
  const { text, open } = rendered.value;
  const span = step === undefined ? undefined : open.steps[step];
  if (span === undefined) return new vscode.Location(item.uri, new vscode.Position(0, 0));
  return new vscode.Location(item.uri, new vscode.Range(positionAt(text, span.start), positionAt(text, span.end)));
}

function positionAt(text: string, offset: number): vscode.Position {
  const before = text.slice(0, offset);
  const lines = before.split('\n');
  return new vscode.Position(lines.length - 1, lines.at(-1)?.length ?? 0);
}

/** What differs, and who judged how: texts of the file and of models are shown as text. */
function messageOf(text: string, judge: string | undefined, location: vscode.Location | undefined): vscode.TestMessage {
  const message = new vscode.TestMessage(visibleText(judge === undefined ? text : `${text}\n${judge}`));
  if (location) message.location = location;
  return message;
}

function judgeText({ info }: LanguageModel, settings: VerifierSettings): string {
  const { mode, k, temperature, topP, threshold, seed } = settings;
  const how = mode === 'direct'
    ? vscode.l10n.t('direct, one reading a step')
    : effectiveTemperature(settings) === 0 ? vscode.l10n.t('K = {0} greedy', k) : vscode.l10n.t('K = {0}, temperature {1}, top-p {2}, seed {3}', k, temperature, topP, seed);
  return vscode.l10n.t('Verifier: {0} ({1}), {2}, threshold {3}.', info.name, info.weights, how, threshold);
}
