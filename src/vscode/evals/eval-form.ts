import * as vscode from 'vscode';
import { optionValue, type Eval, type EvalOption, type EvalSettings } from '../../core/eval/eval.ts';
import { agreementEval } from '../../core/eval/agreement.ts';
import { EVALS } from '../../core/eval/evals.ts';
import { judgingModels, type SecondJudge } from '../../core/eval/judges.ts';
import { processBenchEval } from '../../core/eval/process-bench.ts';
import { spreadRows } from '../../core/eval/spread-rows.ts';
import { COMMANDS, EXPERIMENT_COMMANDS, SEARCH_COMMANDS } from '../manifest.ts';
import { documentName } from '../trace-documents.ts';
import { modelsAsked, type EvalRequest } from './eval-request.ts';
import { estimateText } from './eval-estimate.ts';
import type { EvalFile } from './eval-file.ts';
import { rateKey, type EvalRate, type EvalRates, type ModelNames } from './eval-rates.ts';
import { askSecondJudge } from './ask-second-judge.ts';

/** What a person may change before an evaluation starts. */
export interface EvalDraft extends Pick<EvalRequest, 'eval' | 'settings' | 'scores'> {
  /** Rows that are spread over the file; all of them where the file has no more. */
  readonly sample: number;
}

export interface FormDependencies {
  readonly rates: EvalRates;
  /** Measures how long rows take, with two of them. Says why where it cannot. */
  readonly measure: (request: EvalRequest) => Promise<void>;
  /** Says which models are asked, and asks for a second one. */
  readonly second: ModelNames & { readonly choose: () => Promise<SecondJudge | undefined> };
}

/** How many of the first rows each eval can take. */
export type EvalFits = ReadonlyMap<Eval, { readonly fit: number; readonly of: number; readonly why?: string }>;

type Act = 'go' | 'measure' | 'eval' | 'sample' | 'scores' | 'judges' | 'model' | 'mode' | 'k' | 'temperature' | 'threshold' | 'seed';
type Line = vscode.QuickPickItem & { readonly act: Act | EvalOption };

/** Evals that judge what the data has; searching needs a policy, and has a form of its own (Compare Strategies). */
export const QUICK_EVALS: readonly Eval[] = EVALS.filter(({ needs }) => needs.policy !== true);

/** Rows of a quick eval unless a person says otherwise. */
export const QUICK_ROWS = 100;
/** Rows that are looked at to know which evals fit. */
const LOOKED_AT = 20;

/** Looks at the first rows. */
export async function findFits(file: EvalFile): Promise<EvalFits> {
  const fits = new Map<Eval, { fit: number; of: number; why?: string }>();
  for (let row = 0; row < Math.min(file.rows, LOOKED_AT); row++) {
    const trace = await file.trace(row);
    for (const one of QUICK_EVALS) {
      const known = fits.get(one) ?? { fit: 0, of: 0 };
      const why = trace.ok ? one.unfit(trace.value) : trace.error.message;
      fits.set(one, { ...known, fit: known.fit + (why === undefined ? 1 : 0), of: known.of + 1, ...(why !== undefined && known.why === undefined && { why }) });
    }
  }
  return fits;
}

/** The eval whose label the rows have, the more telling one first; one that takes any trace comes last. */
export function fittingEval(fits: EvalFits): Eval {
  const labelled = QUICK_EVALS.filter(({ needs }) => needs.label !== 'none');
  const rank = (one: Eval): number => fits.get(one)?.fit ?? 0;
  const best = labelled.reduce((chosen, one) => (rank(one) > rank(chosen) ? one : chosen), processBenchEval);
  return rank(best) > 0 ? best : agreementEval;
}

export function requestOf(file: Pick<EvalFile, 'uri' | 'rows'>, { sample, ...draft }: EvalDraft): EvalRequest {
  return { ...draft, data: file.uri, rows: spreadRows(Array.from({ length: file.rows }, (_, row) => row), sample) };
}

/**
 * One list with all that an evaluation is told, each with what it is now: Enter on the first starts, on another changes it. So
 * the usual case is one key. Resolves to the request, or undefined after Escape.
 */
export async function askEval(file: EvalFile, fits: EvalFits, first: EvalDraft, { rates, measure, second }: FormDependencies): Promise<EvalRequest | undefined> {
  let draft = first;
  for (;;) {
    const request = requestOf(file, draft);
    const picked = await vscode.window.showQuickPick(linesOf(file, fits, request, second, rates.get(rateKey(draft.settings, modelsAsked(draft, second)))), { title: vscode.l10n.t('Quick eval on {0}', file.name), placeHolder: vscode.l10n.t('Enter starts the evaluation; choose a line to change it'), ignoreFocusOut: true });
    if (picked === undefined) return undefined;
    const { act } = picked;
    if (act === 'go') return request;
    if (act === 'eval') {
      const chosen = await askWhich(draft.eval, fits);
      if (typeof chosen === 'string') {
        void vscode.commands.executeCommand(chosen, file.uri);
        return undefined;
      }
      draft = withEval(draft, chosen);
    } else if (act === 'measure') await measure(request);
    else if (act === 'judges') draft = { ...draft, settings: await askSecondJudge(draft.settings, second) };
    else draft = typeof act === 'string' ? await change(draft, act, file) : withOption(draft, act, await askOption(act, draft.settings));
  }
}

function linesOf(file: EvalFile, fits: EvalFits, request: EvalRequest, names: ModelNames, rate: EvalRate | undefined): Line[] {
  const { eval: about, settings, rows, scores } = request;
  const { verifier, second } = settings;
  const fit = fits.get(about);
  const models = judgingModels(about.needs, settings);
  const asks = models.length > 0;
  const verifies = models.includes('verifier');
  const reasoned = models.some((model) => (model === 'verifier' ? verifier : second)?.mode === 'reasoned');
  const judges = [...scores.map(documentName), ...modelsAsked(request, names)];
  const doubt = fit === undefined || fit.fit > 0 ? '' : vscode.l10n.t('None of the first {0} rows fits: {1}', fit.of, fit.why ?? '');
  const lines: (Line | undefined)[] = [
    { act: 'go', label: vscode.l10n.t('$(play) Start'), detail: doubt === '' ? estimateText(rows.length, asks, rate) : `$(warning) ${doubt}` },
    asks && rate === undefined ? { act: 'measure', label: vscode.l10n.t('$(dashboard) Measure'), detail: vscode.l10n.t('scores 2 of the rows to estimate time and tokens') } : undefined,
    { act: 'eval', label: vscode.l10n.t('$(checklist) Eval'), description: about.title, ...(fit !== undefined && { detail: vscode.l10n.t('{0} of the first {1} rows fit', fit.fit, fit.of) }) },
    { act: 'sample', label: vscode.l10n.t('$(list-filter) Rows'), description: rows.length === file.rows ? vscode.l10n.t('all {0}', file.rows) : vscode.l10n.t('{0} of {1}, spread evenly', rows.length, file.rows) },
    about.needs.scores.max === 0 ? undefined : { act: 'scores', label: vscode.l10n.t('$(file) Scores'), description: scores.length === 0 ? vscode.l10n.t('from the verifier') : scores.map(documentName).join(', ') },
    about.needs.scores.max > 1 && scores.length < about.needs.scores.max ? { act: 'judges', label: vscode.l10n.t('$(law) Second judge'), description: judges[1] ?? vscode.l10n.t('none: the first is held against the labels') } : undefined,
    verifies ? { act: 'model', label: vscode.l10n.t('$(law) Verifier'), description: names.verifier() } : undefined,
    verifies ? { act: 'mode', label: vscode.l10n.t('$(comment-discussion) Mode'), description: verifier.mode === 'reasoned' ? vscode.l10n.t('reasoned: analyses, then the verdict') : vscode.l10n.t('direct: one reading a step') } : undefined,
    asks && reasoned ? { act: 'k', label: vscode.l10n.t('$(versions) K'), description: verifier.k === 1 ? vscode.l10n.t('1 analysis a step, greedy') : vscode.l10n.t('{0} analyses a step', verifier.k) } : undefined,
    asks && reasoned && verifier.k > 1 ? { act: 'temperature', label: vscode.l10n.t('$(flame) Temperature'), description: String(verifier.temperature) } : undefined,
    about.needs.scores.max === 0 ? undefined : { act: 'threshold', label: vscode.l10n.t('$(symbol-ruler) Threshold'), description: vscode.l10n.t('{0}: a score under it is an error', verifier.threshold) },
    asks && reasoned && verifier.k > 1 ? { act: 'seed', label: vscode.l10n.t('$(symbol-numeric) Seed'), description: String(verifier.seed) } : undefined,
    ...about.options.map((option): Line => ({ act: option, label: `$(settings) ${option.name}`, description: String(optionValue(option, settings)), detail: option.title })),
  ];
  return lines.filter((line) => line !== undefined);
}

/** Which eval; or the command of one that asks for more than this form does. */
async function askWhich(now: Eval, fits: EvalFits): Promise<Eval | string> {
  const others = [
    { label: vscode.l10n.t('Search strategies: accuracy against tokens'), description: 'search', detail: vscode.l10n.t('Strategies of search on the same problems, with a policy and a verifier: Compare Strategies…'), one: SEARCH_COMMANDS.compareStrategies },
    { label: vscode.l10n.t('Internal bias: overthinking and masking'), description: 'bias', detail: vscode.l10n.t('Guesses, traces, and what hiding a part of the input changes, with a policy: Run Bias Experiment…'), one: EXPERIMENT_COMMANDS.runBiasExperiment },
  ];
  const items = QUICK_EVALS.map((one) => ({ label: one.title, description: one.name, detail: `${one.description} ${vscode.l10n.t('{0} of the first {1} rows fit.', fits.get(one)?.fit ?? 0, fits.get(one)?.of ?? 0)}`, one }));
  return (await vscode.window.showQuickPick<vscode.QuickPickItem & { readonly one: Eval | string }>([...items, ...others], { title: vscode.l10n.t('Eval'), matchOnDetail: true }))?.one ?? now;
}

function withEval(draft: EvalDraft, chosen: Eval): EvalDraft {
  if (chosen === draft.eval) return draft;
  const most = chosen.needs.scores.max;
  return { ...draft, eval: chosen, scores: draft.scores.slice(0, most), settings: { ...draft.settings, eval: chosen.name, options: {}, scores: draft.settings.scores.slice(0, most) } };
}

async function change(draft: EvalDraft, act: Exclude<Act, 'go' | 'measure' | 'eval' | 'judges'>, file: EvalFile): Promise<EvalDraft> {
  const { verifier } = draft.settings;
  const set = (changes: Partial<EvalSettings['verifier']>): EvalDraft => ({ ...draft, settings: { ...draft.settings, verifier: { ...verifier, ...changes } } });
  switch (act) {
    case 'sample': {
      const text = await vscode.window.showInputBox({ title: vscode.l10n.t('Rows to evaluate'), prompt: vscode.l10n.t('A number, or "all". Fewer rows than the file has are spread evenly over it.'), value: String(Math.min(draft.sample, file.rows)), validateInput: (typed) => (sampleOf(typed) === undefined ? vscode.l10n.t('Write a whole number from 1 on, or all.') : undefined) });
      return { ...draft, sample: (text === undefined ? undefined : sampleOf(text)) ?? draft.sample };
    }
    case 'scores': {
      const files = await askScores(draft.eval);
      return files === undefined ? draft : { ...draft, scores: files, settings: { ...draft.settings, scores: files.map(documentName) } };
    }
    case 'model':
      await vscode.commands.executeCommand(COMMANDS.chooseVerifier);
      return draft;
    case 'mode':
      return set({ mode: verifier.mode === 'reasoned' ? 'direct' : 'reasoned' });
    case 'k':
      return set({ k: (await askNumber(vscode.l10n.t('K: analyses a step'), verifier.k, [1, 64], true)) ?? verifier.k });
    case 'temperature':
      return set({ temperature: (await askNumber(vscode.l10n.t('Temperature'), verifier.temperature, [0.05, 2], false)) ?? verifier.temperature });
    case 'threshold':
      return set({ threshold: (await askNumber(vscode.l10n.t('Threshold'), verifier.threshold, [0, 1], false)) ?? verifier.threshold });
    case 'seed':
      return set({ seed: (await askNumber(vscode.l10n.t('Seed'), verifier.seed, [0, 0xffff_ffff], true)) ?? verifier.seed });
  }
}

function sampleOf(typed: string): number | undefined {
  const text = typed.trim().toLowerCase();
  if (text === 'all') return Number.MAX_SAFE_INTEGER;
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** Files of scores, or none for the verifier's; undefined after Escape. */
async function askScores({ needs: { scores } }: Eval): Promise<readonly vscode.Uri[] | undefined> {
  const items = [
    { label: vscode.l10n.t('From the verifier'), files: false },
    { label: vscode.l10n.t('From a file…'), detail: vscode.l10n.t('scores by id or row: PRMBench score files, R-PRM outputs, stepscope score --json, logs of evals'), files: true },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Where the scores come from') });
  if (picked === undefined) return undefined;
  if (!picked.files) return [];
  const chosen = await vscode.window.showOpenDialog({ title: vscode.l10n.t('Scores'), canSelectMany: scores.max > 1 });
  return chosen?.slice(0, scores.max);
}

function withOption(draft: EvalDraft, { name }: EvalOption, value: string | number | boolean | undefined): EvalDraft {
  return value === undefined ? draft : { ...draft, settings: { ...draft.settings, options: { ...draft.settings.options, [name]: value } } };
}

async function askOption(option: EvalOption, settings: EvalSettings): Promise<string | number | boolean | undefined> {
  const now = optionValue(option, settings);
  switch (option.kind) {
    case 'flag':
      return now !== true;
    case 'choice':
      return vscode.window.showQuickPick(option.choices, { title: option.name, placeHolder: option.title });
    case 'list':
    case 'text':
      return vscode.window.showInputBox({ title: option.name, prompt: option.title, value: String(now) });
    case 'number':
      return askNumber(option.title, Number(now), [option.min, option.max], option.integer);
  }
}

async function askNumber(title: string, value: number, [low, high]: readonly [number, number], whole: boolean): Promise<number | undefined> {
  const rule = whole ? vscode.l10n.t('A whole number from {0} to {1}.', low, high) : vscode.l10n.t('A number from {0} to {1}.', low, high);
  const fits = (typed: string): boolean => typed.trim() !== '' && Number(typed) >= low && Number(typed) <= high && (!whole || Number.isInteger(Number(typed)));
  const text = await vscode.window.showInputBox({ title, prompt: rule, value: String(value), validateInput: (typed) => (fits(typed) ? undefined : rule) });
  return text === undefined || !fits(text) ? undefined : Number(text);
}
