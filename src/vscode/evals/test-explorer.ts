import * as vscode from 'vscode';
import { errorText } from '../../core/error-text.ts';
import { spreadRows } from '../../core/eval/spread-rows.ts';
import { StepscopeError } from '../../core/result.ts';
import type { VerifierSettings } from '../../core/verifier/settings.ts';
import type { Activities } from '../activities.ts';
import type { Disposable } from '../disposable.ts';
import { documentName } from '../trace-documents.ts';
import { createTestItems, type RowTest, type TestPlace } from './test-explorer-items.ts';
import { runTests, type TestReport, type TestRunDependencies } from './test-explorer-run.ts';

export interface TestExplorerDependencies extends Omit<TestRunDependencies, 'onRow'> {
  /** The editor's, or one that is watched in a test. */
  readonly controller: vscode.TestController;
  readonly activities: Pick<Activities, 'start'>;
  readonly settings: () => VerifierSettings;
  /** Shows the document of a row of a file with the cursor at a step. */
  readonly openAt: (file: vscode.Uri, row: number, document: vscode.Uri, step: number) => Promise<void>;
  /** The scores of a row were stored. */
  readonly onScored: (document: vscode.Uri) => void;
  readonly chooseVerifier: () => Promise<void> | void;
  readonly state: Pick<vscode.Memento, 'get' | 'update'>;
}

/** Rows that one run takes: what is more is a benchmark, for which there is a terminal with a log that goes on. */
const MOST_ROWS = 1000;
const SAMPLE_KEY = 'stepscope.testSample';
const SAMPLE_ROWS = 20;

type Choice = (rows: readonly number[]) => readonly number[];

/**
 * The rows of the open data sets as tests: a row passes where the prediction agrees with its label. Running scores what is not
 * scored yet with the verifier that is set; debugging opens the trace at the step in question.
 */
export function createTestExplorer(dependencies: TestExplorerDependencies): Disposable {
  const { controller, library, activities, state } = dependencies;
  const items = createTestItems(controller, library);
  /** Where a row differed when it was last run. */
  const steps = new WeakMap<vscode.TestItem, number>();
  const sampleRows = (): number => state.get<number>(SAMPLE_KEY) ?? SAMPLE_ROWS;

  /** The tests that are asked for, each once, in the order of the files; too many of one file are refused with a sentence. */
  async function chosenTests(request: vscode.TestRunRequest, choose: Choice, refuse: (sentence: string) => void): Promise<RowTest[]> {
    items.list();
    const roots = request.include ?? [...controller.items].map(([, item]) => item);
    const left = await Promise.all((request.exclude ?? []).map((item) => items.place(item)));
    const tests = new Map<string, RowTest>();
    for (const root of roots) {
      const place = await items.place(root);
      if (place === undefined) continue;
      const rows = place.kind === 'row' ? [place.start] : choose(rowsOf(place).filter((row) => !left.some((other) => other && holds(other, place.uri, row))));
      if (rows.length > MOST_ROWS) {
        const file = documentName(place.uri);
        refuse(vscode.l10n.t('{0}: {1} rows are more than the {2} that one run of tests takes. Run a part of them, run a sample, or run stepscope eval with --data {0} in a terminal.', file, rows.length, MOST_ROWS));
        continue;
      }
      for (const row of rows) {
        const test = await items.test(place.uri, row);
        if (test) tests.set(test.item.id, test);
      }
    }
    return [...tests.values()];
  }

  async function run(request: vscode.TestRunRequest, token: vscode.CancellationToken, mode: VerifierSettings['mode'], choose: Choice): Promise<void> {
    const controlled = controller.createTestRun(request);
    const abort = new AbortController();
    const cancelling = token.onCancellationRequested(() => abort.abort());
    const activity = activities.start(vscode.l10n.t('Testing rows'), () => abort.abort());
    const tell = (sentence: string): void => {
      controlled.appendOutput(`${sentence}\r\n`);
      if (!abort.signal.aborted) void vscode.window.showWarningMessage(sentence);
    };
    try {
      const tests = await chosenTests(request, choose, tell);
      activity.report(`0/${tests.length}`);
      const onRow: TestRunDependencies['onRow'] = ({ item }, step, done) => {
        if (step === undefined) steps.delete(item);
        else steps.set(item, step);
        activity.report(`${done}/${tests.length}`);
        if (item.uri) dependencies.onScored(item.uri);
      };
      await runTests(controlled satisfies TestReport, tests, { ...dependencies.settings(), mode }, { ...dependencies, onRow }, abort.signal);
    } catch (error) {
      if (abort.signal.aborted || (error instanceof StepscopeError && error.reason === 'aborted')) controlled.appendOutput(`${vscode.l10n.t('Cancelled: the results until here stand.')}\r\n`);
      else tell(errorText(error));
    } finally {
      cancelling.dispose();
      activity.end();
      controlled.end();
    }
  }

  /** One trace at a time: a person can look at one. */
  async function open(request: vscode.TestRunRequest): Promise<void> {
    const [first, ...more] = request.include ?? [];
    const place = first && (await items.place(first));
    if (first === undefined || place?.kind !== 'row' || more.length > 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Debugging opens one trace at the step in question: choose one row.'));
      return;
    }
    if (first.uri) await dependencies.openAt(place.uri, place.start, first.uri, steps.get(first) ?? 0);
  }

  async function askSample(): Promise<void> {
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Run a Sample'),
      prompt: vscode.l10n.t('Rows of each data set, spread evenly over it.'),
      value: String(sampleRows()),
      validateInput: (value) => (/^\d{1,4}$/.test(value.trim()) && Number(value) >= 1 && Number(value) <= MOST_ROWS ? undefined : vscode.l10n.t('Write a whole number from 1 to {0}.', MOST_ROWS)),
    });
    if (text !== undefined) await state.update(SAMPLE_KEY, Number(text));
  }

  const all: Choice = (rows) => rows;
  const sample: Choice = (rows) => spreadRows(rows, sampleRows());
  const { Run, Debug } = vscode.TestRunProfileKind;
  const runProfile = controller.createRunProfile(vscode.l10n.t('Score and Compare'), Run, (request, token) => run(request, token, 'reasoned', all), true);
  const directProfile = controller.createRunProfile(vscode.l10n.t('Score and Compare (Direct)'), Run, (request, token) => run(request, token, 'direct', all), false);
  const sampleProfile = controller.createRunProfile(vscode.l10n.t('Run a Sample'), Run, (request, token) => run(request, token, 'reasoned', sample), false);
  const openProfile = controller.createRunProfile(vscode.l10n.t('Open at the Step'), Debug, open, true);
  for (const profile of [runProfile, directProfile]) profile.configureHandler = () => void dependencies.chooseVerifier();
  sampleProfile.configureHandler = () => void askSample();

  controller.resolveHandler = (item) => (item === undefined ? items.list() : items.resolve(item));
  controller.refreshHandler = () => {
    items.list();
    controller.items.forEach(({ uri }) => uri && library.refresh(uri));
  };
  items.list();

  const subscriptions = vscode.Disposable.from(
    controller,
    runProfile,
    directProfile,
    sampleProfile,
    openProfile,
    library.onDidChange(({ uri, type }) => {
      if (type === 'listed') items.list();
      else if (type === 'replaced') items.forget(uri);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      // What was found out under other settings is shown as such, not as what holds now.
      if (event.affectsConfiguration('stepscope.verifier')) controller.invalidateTestResults();
    }),
  );
  return { dispose: () => void subscriptions.dispose() };
}

function rowsOf({ start, end }: TestPlace): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function holds(place: TestPlace, uri: vscode.Uri, row: number): boolean {
  return place.uri.toString() === uri.toString() && row >= place.start && row < place.end;
}
