import * as vscode from 'vscode';
import { estimateBias } from '../../core/bias/estimate.ts';
import { isControl, MASK_METHODS, parsePlan, planName, type MaskMethod, type MaskPlan } from '../../core/bias/plan.ts';
import type { BiasSettings } from '../../core/bias/settings.ts';
import type { DatasetProgress } from '../../formats/dataset.ts';
import { readBiasSettings } from '../bias/bias-settings.ts';
import type { PolicyAbilities } from '../bias/policy-abilities.ts';
import { SEARCH_COMMANDS } from '../manifest.ts';
import { POLICY } from '../model-role.ts';
import { askRows, FIRST_ROWS, rowsText, type RowSpan } from '../search/rows-task.ts';
import { durationText } from '../time-left.ts';
import { choiceText } from '../search/solve-command.ts';
import { readVerifierChoice } from '../verifier-choice.ts';
import type { ExperimentSpeed } from './experiment-speed.ts';

/** What an experiment is told before it starts. */
export interface ExperimentChoice {
  readonly rows: RowSpan;
  readonly settings: BiasSettings;
}

/** What has to be known to ask. */
export interface ExperimentQuestion {
  readonly name: string;
  readonly known: DatasetProgress;
  /** Unless others are chosen. */
  readonly rows: RowSpan;
  /** Asked anew each time, since the policy may be changed meanwhile. */
  readonly abilities: () => Promise<PolicyAbilities | undefined>;
  readonly speed: ExperimentSpeed;
}

/** Plans unless others are chosen: the question hidden from the step on that states the answer, and both controls. */
const DEFAULT_PLANS = ['question@answer', 'random@answer', 'nothing@answer'];
/** Plans that a list offers; any other can be written. */
const OFFERED_PLANS = [...DEFAULT_PLANS, 'question@start', 'question@first', 'numbers@answer', 'system@answer', 'random@start', 'random:numbers@answer', 'nothing@start'];

/** An experiment in the editor unless others are chosen: small enough for a first look, asked in small batches so that little is lost when it is stopped. */
export function defaultExperiment(rows: RowSpan = FIRST_ROWS, method: MaskMethod = 'mask'): ExperimentChoice {
  const settings = readBiasSettings();
  return { rows, settings: { ...settings, guesses: { ...settings.guesses, n: 32 }, plans: plansOf(DEFAULT_PLANS, method), batch: 4 } };
}

/** Plans by their names; what is none is left out. */
export function plansOf(names: readonly string[], method: MaskMethod): MaskPlan[] {
  return names.flatMap((name) => {
    const plan = parsePlan(name, method);
    return plan.ok ? [plan.value] : [];
  });
}

type Row = vscode.QuickPickItem & { readonly act: 'go' | 'rows' | 'guesses' | 'plans' | 'method' | 'system' | 'attention' | 'seed' | 'policy' };

/**
 * One list with all that an experiment is told, each with what it is now: Enter on the first starts, on another changes it.
 * Resolves to the choice, or undefined after Escape.
 */
export async function askExperiment({ name, known, rows, abilities, speed }: ExperimentQuestion): Promise<ExperimentChoice | undefined> {
  let choice = defaultExperiment(rows, (await abilities())?.lack('masks') === undefined ? 'mask' : 'remove');
  for (;;) {
    const items = rowsOf(choice, await abilities(), speed);
    const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Bias experiment on {0}', name), placeHolder: vscode.l10n.t('Enter starts the experiment; choose a line to change it'), ignoreFocusOut: true });
    if (picked === undefined) return undefined;
    if (picked.act === 'go') return choice;
    if (picked.act === 'policy') await vscode.commands.executeCommand(SEARCH_COMMANDS.choosePolicy);
    else if (picked.act === 'rows') choice = { ...choice, rows: (await askRows(name, known, choice.rows)) ?? choice.rows };
    else choice = { ...choice, settings: (await changed(choice.settings, picked.act)) ?? choice.settings };
  }
}

function rowsOf({ rows, settings }: ExperimentChoice, abilities: PolicyAbilities | undefined, speed: ExperimentSpeed): Row[] {
  const { plans, guesses, system, attention, seed } = settings;
  const own = plans.filter((plan) => !isControl(plan)).map(planName);
  const controls = plans.filter(isControl).map(planName);
  const method = plans[0]?.method ?? 'mask';
  const { time, amount } = expected(rows, settings, speed);
  const lacks = [method === 'mask' && plans.length > 0 ? abilities?.lack('masks') : undefined, attention > 0 ? abilities?.lack('attention') : undefined].filter((lack) => lack !== undefined);
  return [
    { act: 'go', label: vscode.l10n.t('$(play) Start'), description: time, detail: [...lacks, amount].join(' ') },
    { act: 'rows', label: vscode.l10n.t('$(list-ordered) Rows'), description: rowsText(rows) },
    { act: 'guesses', label: vscode.l10n.t('$(comment-discussion) Guesses a question'), description: `n = ${guesses.n}`, detail: vscode.l10n.t('Answers with the thinking closed at once, at temperature {0}, and one greedy', guesses.temperatures.join(', ')) },
    { act: 'plans', label: vscode.l10n.t('$(eye-closed) Plans'), description: own.join(', ') || vscode.l10n.t('none: nothing is hidden'), detail: controls.length > 0 ? vscode.l10n.t('Controls: {0}', controls.join(', ')) : vscode.l10n.t('No control: what hiding anything at all would do is not known') },
    { act: 'method', label: vscode.l10n.t('$(shield) Method'), description: method === 'mask' ? vscode.l10n.t('keys are hidden, positions kept') : vscode.l10n.t('the text is removed and the context read anew') },
    { act: 'system', label: vscode.l10n.t('$(megaphone) System turn'), description: system ?? vscode.l10n.t('none') },
    { act: 'attention', label: vscode.l10n.t('$(eye) Attention'), description: attention === 0 ? vscode.l10n.t('not read') : vscode.l10n.t('of the first {0} traces', attention) },
    { act: 'policy', label: vscode.l10n.t('$(edit) Policy'), description: choiceText(POLICY), detail: vscode.l10n.t('The model under test') },
    { act: 'seed', label: vscode.l10n.t('$(symbol-numeric) Seed'), description: String(seed) },
  ];
}

/** What to expect: how long, and how much. A list shows about a hundred characters of a line. */
function expected({ first, last }: RowSpan, settings: BiasSettings, speed: ExperimentSpeed): { readonly time: string; readonly amount: string } {
  const questions = last - first + 1;
  const estimate = estimateBias(questions, settings);
  const policy = readVerifierChoice(POLICY);
  const time = speed.seconds(choiceText(POLICY), policy.ok && policy.value.type === 'bundled', estimate);
  const amount = vscode.l10n.t('{0} questions, {1} samples; {2} tokens if as short as the bundled model’s, {3} at most.', questions, estimate.samples, estimate.likelyTokens, estimate.mostTokens);
  if (time === undefined) return { time: vscode.l10n.t('how long that takes is known after the first guesses'), amount };
  const duration = durationText(time.seconds);
  return { time: time.measured ? vscode.l10n.t('about {0}, as fast as the last experiment', duration) : vscode.l10n.t('about {0} on two slow cores', duration), amount };
}

/** Asks for another value; undefined after Escape. */
async function changed(settings: BiasSettings, act: Exclude<Row['act'], 'go' | 'policy' | 'rows'>): Promise<BiasSettings | undefined> {
  const whole = async (title: string, value: number, least: number, most: number): Promise<number | undefined> => {
    const rule = vscode.l10n.t('A whole number from {0} to {1}.', least, most);
    const text = await ask(title, rule, String(value), (typed) => (/^\d{1,10}$/.test(typed) && Number(typed) >= least && Number(typed) <= most ? undefined : rule));
    return text === undefined ? undefined : Number(text);
  };
  const { guesses, plans } = settings;
  switch (act) {
    case 'guesses': {
      const n = await whole(vscode.l10n.t('Guesses a question'), guesses.n, 1, 4096);
      return n === undefined ? undefined : { ...settings, guesses: { ...guesses, n } };
    }
    case 'plans': {
      const chosen = await pickPlans(plans);
      return chosen === undefined ? undefined : { ...settings, plans: chosen };
    }
    case 'method': {
      const [mask, remove] = MASK_METHODS;
      const items = [
        { label: mask, detail: vscode.l10n.t('The keys are hidden from later tokens, positions are kept: needs a local model'), method: mask },
        { label: remove, detail: vscode.l10n.t('The text is deleted and the context read anew: the only way through a server'), method: remove },
      ];
      const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Method'), ignoreFocusOut: true });
      return picked === undefined ? undefined : { ...settings, plans: plans.map((plan) => ({ ...plan, method: picked.method })) };
    }
    case 'system': {
      const text = await ask(vscode.l10n.t('System turn'), vscode.l10n.t('Empty: none. The bundled reasoner knows “reflect when your first impression disagrees” and, as its control, “reflect at random”.'), settings.system ?? '', () => undefined);
      if (text === undefined) return undefined;
      return withSystem(settings, text.trim());
    }
    case 'attention': {
      const attention = await whole(vscode.l10n.t('Traces whose attention is read'), settings.attention, 0, 10_000);
      return attention === undefined ? undefined : { ...settings, attention };
    }
    case 'seed': {
      const seed = await whole(vscode.l10n.t('Seed'), settings.seed, 0, 2 ** 31 - 1);
      return seed === undefined ? undefined : { ...settings, seed };
    }
  }
}

/** An empty turn is none. */
function withSystem(settings: BiasSettings, system: string): BiasSettings {
  const rest: { -readonly [Name in keyof BiasSettings]: BiasSettings[Name] } = { ...settings };
  delete rest.system;
  return system === '' ? rest : { ...rest, system };
}

/** Several of the usual plans, and others that are written. */
async function pickPlans(plans: readonly MaskPlan[]): Promise<readonly MaskPlan[] | undefined> {
  const method = plans[0]?.method ?? 'mask';
  const names = plans.map(planName);
  const items = [...new Set([...OFFERED_PLANS, ...names])].map((label) => ({ label, picked: names.includes(label), description: plansOf([label], method).some(isControl) ? vscode.l10n.t('control') : '' }));
  const other = { label: vscode.l10n.t('$(add) Another plan…'), picked: false, description: 'TARGET@START' };
  const picked = await vscode.window.showQuickPick([...items, other], { title: vscode.l10n.t('Plans: what is hidden, and from where on'), canPickMany: true, ignoreFocusOut: true });
  if (picked === undefined) return undefined;
  const chosen = plansOf(picked.filter((item) => item !== other).map(({ label }) => label), method);
  if (!picked.includes(other)) return chosen;
  const text = await ask(vscode.l10n.t('Another plan'), vscode.l10n.t('What is hidden: question, sentence:N, numbers, system, step:N, random, nothing. From where on: start, step:N, answer, first.'), 'question@step:2', (typed) => problemOf(parsePlan(typed, method)));
  return text === undefined ? chosen : [...chosen, ...plansOf([text], method)];
}

function problemOf(result: { readonly ok: true } | { readonly ok: false; readonly error: { readonly message: string } }): string | undefined {
  return result.ok ? undefined : result.error.message;
}

function ask(title: string, prompt: string, value: string, validateInput: (text: string) => string | undefined): Thenable<string | undefined> {
  return vscode.window.showInputBox({ title, prompt, value, ignoreFocusOut: true, validateInput: (text) => validateInput(text.trim()) });
}
