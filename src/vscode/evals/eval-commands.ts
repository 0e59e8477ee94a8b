import * as vscode from 'vscode';
import { errorText } from '../../core/error-text.ts';
import type { EvalSettings } from '../../core/eval/eval.ts';
import type { SecondJudge } from '../../core/eval/judges.ts';
import { modelsAsked, type EvalRequest } from './eval-request.ts';
import { cancellable } from '../cancellable.ts';
import { chooseDataset } from '../dataset/choose-dataset.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import { EVAL_COMMANDS, type EvalCommandName } from '../manifest.ts';
import type { ReportPanels } from '../report/report-panel.ts';
import { chooseRun, chooseRuns } from '../runs/choose-run.ts';
import { runIdsOf } from '../runs/named-runs.ts';
import type { RunStore } from '../runs/run-store.ts';
import { runState } from '../runs/runs-tree.ts';
import { readSettings } from '../settings.ts';
import { documentName } from '../trace-documents.ts';
import { dayAndTime } from '../wording.ts';
import { openEvalContext, type EvalParts } from './eval-context.ts';
import { openEvalFile, type EvalFile } from './eval-file.ts';
import { askEval, findFits, fittingEval, QUICK_EVALS, QUICK_ROWS, requestOf, type EvalDraft, type FormDependencies } from './eval-form.ts';
import { rateKey, type EvalRates } from './eval-rates.ts';
import type { EvalRuns } from './eval-runs.ts';

export interface EvalCommandDependencies {
  readonly evals: EvalRuns;
  readonly parts: EvalParts;
  readonly runs: RunStore;
  readonly library: DatasetLibrary;
  readonly rates: EvalRates;
  readonly panels: ReportPanels;
  readonly second: FormDependencies['second'];
}

/** What a caller may name beforehand; with an eval named nothing is asked. */
interface EvalOptions extends Partial<Pick<EvalSettings, 'eval' | 'options'>> {
  readonly rows?: number;
  readonly verifier?: Partial<EvalSettings['verifier']>;
  readonly scores?: readonly vscode.Uri[];
  readonly withModel?: boolean;
  readonly second?: SecondJudge;
}

/** Registers the commands about evaluations. Each answers in every state: with what was asked for, or with one sentence. */
export function registerEvalCommands({ evals, parts, runs, library, rates, panels, second }: EvalCommandDependencies): vscode.Disposable {
  const say = (text: string): undefined => void vscode.window.showInformationMessage(text);

  async function withFile<T>(uri: vscode.Uri, act: (file: EvalFile) => Promise<T>): Promise<T | undefined> {
    const file = await cancellable(vscode.l10n.t('Reading {0}', documentName(uri)), (signal) => openEvalFile(library, uri, signal));
    if (!file.ok) {
      if (file.error.reason !== 'aborted') say(file.error.message);
      return undefined;
    }
    try {
      return await act(file.value);
    } finally {
      file.value.dispose();
    }
  }

  /** Resolves to the id of the run once it has ended, or undefined where none began. */
  async function begin(request: EvalRequest | undefined): Promise<string | undefined> {
    if (request === undefined) return undefined;
    const id = evals.start(request);
    panels.show('eval', id);
    await evals.ended(id);
    return id;
  }

  async function runEval(argument: unknown, chosen: unknown): Promise<string | undefined> {
    const uri = await chooseDataset(library, argument, vscode.l10n.t('Data set to evaluate on'));
    if (uri === undefined) return undefined;
    const options = typeof chosen === 'object' && chosen !== null && 'eval' in chosen ? (chosen as EvalOptions) : undefined;
    const request = await withFile(uri, async (file) => {
      if (options !== undefined) return requestOf(file, draftOf(options.eval, options));
      const fits = await findFits(file);
      return askEval(file, fits, draftOf(fittingEval(fits).name), form);
    });
    return begin(request);
  }

  /** Two of the rows, for their time and tokens. They are scored again with the others: nothing of them is kept. */
  async function measure(request: EvalRequest): Promise<void> {
    const rows = request.rows.length < 3 ? request.rows : [0, Math.floor(request.rows.length / 2)].map((at) => request.rows[at] ?? 0);
    await cancellable(vscode.l10n.t('Measuring with {0} rows', rows.length), async (signal) => {
      try {
        const opened = await openEvalContext(parts, { ...request, rows }, [], signal);
        if (!opened.ok) return say(opened.error.message);
        const begun = Date.now();
        const done = [];
        for await (const event of request.eval.run(opened.value.context)) if (event.type === 'row') done.push(event.row);
        opened.value.dispose();
        if (opened.value.reused()) return say(vscode.l10n.t('These rows have scores already, which take no time: nothing was measured.'));
        if (done.length === 0) return say(vscode.l10n.t('Neither of the rows could be evaluated: nothing was measured.'));
        const tokens = request.eval.summarize(done, request.settings).metrics.find(({ id }) => id === 'tokens')?.value;
        rates.put(rateKey(request.settings, modelsAsked(request, second)), { rows: done.length, seconds: (Date.now() - begun) / 1000, file: documentName(request.data), when: new Date().toISOString(), ...(tokens !== undefined && { tokens }) });
      } catch (error) {
        if (!signal.aborted) say(errorText(error));
      }
    });
  }

  const form: FormDependencies = { rates, measure, second };

  async function rerun(argument: unknown): Promise<string | undefined> {
    const id = await chooseRun(runs, 'eval', argument, { title: vscode.l10n.t('Run an Evaluation Again'), fits: 'any', none: NONE() });
    const content = id === undefined ? undefined : await evals.content(id);
    if (content === undefined) return undefined;
    if (!content.ok) return say(content.error.message);
    const { data, settings, title } = content.value.header;
    if (data?.uri === undefined) return say(vscode.l10n.t('{0} does not say where its data is: open the file and run Stepscope: Run Quick Eval… on it.', title));
    const draft = { ...draftOf(settings.eval, { rows: data.rows.length, scores: (data.scores ?? []).map((uri) => vscode.Uri.parse(uri)) }), settings };
    return begin(await withFile(vscode.Uri.parse(data.uri), async (file) => askEval(file, await findFits(file), draft, form)));
  }

  async function compareRuns(argument: unknown, selection: unknown): Promise<void> {
    const named = runIdsOf(argument, selection);
    const ids = named.length > 1 ? named : await pickRuns(named[0]);
    if (ids !== undefined) panels.show('comparison', [...ids].sort().join(' '));
  }

  async function pickRuns(first: string | undefined): Promise<readonly string[] | undefined> {
    const entries = (await runs.list()).flatMap((entry) => ('header' in entry && entry.header.kind === 'eval' ? [entry] : []));
    if (entries.length < 2) return say(vscode.l10n.t('A comparison takes two evaluations, and there are {0}: run Stepscope: Run Quick Eval… first.', entries.length));
    const about = entries.find(({ id }) => id === first)?.header;
    // Only runs of the same eval and data can be paired with the one that was named.
    const fitting = about === undefined ? entries : entries.filter(({ header }) => header.data?.file === about.data?.file && (header.settings as EvalSettings | undefined)?.eval === (about.settings as EvalSettings).eval);
    if (fitting.length < 2) return say(vscode.l10n.t('There is no other run of the same eval on {0}: run one to compare with.', about?.data?.file ?? ''));
    const items = fitting.map((entry) => ({ label: entry.header.title, description: dayAndTime(entry.header.started), detail: runState(entry).text, id: entry.id, picked: entry.id === first }));
    const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Compare Runs'), placeHolder: vscode.l10n.t('Choose two or more'), canPickMany: true, matchOnDescription: true });
    if (picked === undefined) return undefined;
    if (picked.length < 2) return say(vscode.l10n.t('A comparison takes two runs or more: choose another one.'));
    return picked.map(({ id }) => id);
  }

  const handlers: Readonly<Record<EvalCommandName, (argument?: unknown, second?: unknown) => Promise<unknown>>> = {
    runEval,
    async pauseEval(argument) {
      const id = await chooseRun(runs, 'eval', argument, { title: vscode.l10n.t('Pause or Continue an Evaluation'), fits: 'running', none: NO_RUNNING() });
      if (id !== undefined && !evals.pause(id, evals.state(id) === 'running')) say(vscode.l10n.t('This evaluation does not run.'));
    },
    async cancelEval(argument, selection) {
      const ids = await chooseRuns(runs, 'eval', argument, selection, { title: vscode.l10n.t('Cancel an Evaluation'), fits: 'running', none: NO_RUNNING() });
      if (ids.length > 0 && ids.filter((id) => evals.cancel(id)).length === 0) say(vscode.l10n.t('This evaluation does not run.'));
    },
    async resumeEval(argument) {
      const id = await chooseRun(runs, 'eval', argument, { title: vscode.l10n.t('Resume an Evaluation'), fits: 'unfinished', none: vscode.l10n.t('Every evaluation has come to its end: there is nothing to resume.') });
      if (id === undefined) return;
      const resumed = await evals.resume(id);
      if (!resumed.ok) return say(resumed.error.message);
      panels.show('eval', id);
      await evals.ended(id);
    },
    rerunEval: rerun,
    compareRuns,
  };
  return vscode.Disposable.from(...Object.entries(EVAL_COMMANDS).map(([name, id]) => vscode.commands.registerCommand(id, handlers[name as EvalCommandName])));
}

const NO_RUNNING = (): string => vscode.l10n.t('No evaluation runs.');
const NONE = (): string => vscode.l10n.t('There are no evaluations yet: Stepscope: Run Quick Eval… makes one.');

function draftOf(name: string | undefined, { options = {}, rows, verifier, scores = [], withModel, second }: EvalOptions = {}): EvalDraft {
  const about = QUICK_EVALS.find((one) => one.name === name);
  if (about === undefined) throw new Error(`There is no quick eval "${name ?? ''}": use one of ${QUICK_EVALS.map((one) => one.name).join(', ')}.`);
  return { eval: about, sample: rows ?? QUICK_ROWS, scores, settings: { eval: about.name, verifier: { ...readSettings().verifier, ...verifier }, options, scores: scores.map(documentName), withModel, second } };
}
