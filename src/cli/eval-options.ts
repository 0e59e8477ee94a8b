import path from 'node:path';
import type { Eval, EvalOption, EvalSettings } from '../core/eval/eval.ts';
import { EVALS, evalNamed } from '../core/eval/evals.ts';
import { judgingModels, type SecondJudge } from '../core/eval/judges.ts';
import { VERIFIER_MODES } from '../core/verifier/score.ts';
import { PROMPT_FORMS } from '../core/verifier/settings.ts';
import { INPUT_OPTIONS } from './open-input.ts';
import { MODEL_OPTIONS, promptForm } from './score-model.ts';
import { checkTemplate } from './solve-options.ts';
import { readArguments, readChoice, readNumber, UsageError } from './usage.ts';
import { readVerifierSettings, VERIFIER_OPTIONS } from './verifier-options.ts';

const OPTIONS = {
  ...INPUT_OPTIONS,
  ...MODEL_OPTIONS,
  ...VERIFIER_OPTIONS,
  policy: { type: 'string' },
  'policy-endpoint': { type: 'string', multiple: true },
  data: { type: 'string' },
  scores: { type: 'string', multiple: true },
  'second-model': { type: 'string' },
  'second-endpoint': { type: 'string', multiple: true },
  'second-mode': { type: 'string' },
  'second-prompt': { type: 'string' },
  limit: { type: 'string' },
  batch: { type: 'string' },
  out: { type: 'string' },
  resume: { type: 'boolean', default: false },
  min: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const;

export type EvalArguments = ReturnType<typeof readOptions>['values'];

/** A least value of a metric. */
export interface Minimum {
  readonly metric: string;
  readonly value: number;
}

export interface EvalCommand {
  readonly eval: Eval;
  readonly values: EvalArguments;
  readonly data: string;
  readonly settings: EvalSettings;
  readonly minima: readonly Minimum[];
}

/** Reads the command line of `stepscope eval`. Throws a UsageError. */
export function readEvalCommand(args: readonly string[]): EvalCommand {
  const { own, values, positionals } = readOptions(args);
  const names = EVALS.map(({ name }) => name).join(', ');
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError(`eval takes one name: stepscope eval NAME --data FILE. There are ${names}.`);
  const chosen = evalNamed(name);
  if (name === 'bias' || name === 'overthinking') throw new UsageError('Internal bias and overthinking is an experiment of its own: stepscope bias --data FILE --out DIR.');
  if (!chosen) throw new UsageError(`There is no eval "${name}": use one of ${names}.`);
  if (values.data === undefined) throw new UsageError(`eval ${name} needs --data FILE: ${chosen.needs.policy ? 'questions' : 'a data set'} with ${LABELS[chosen.needs.label]}.`);
  if (values.resume && values.out === undefined) throw new UsageError('--resume goes with --out: name the folder of the run that is to go on.');
  refuseForeign(chosen, values, own);
  const { min, max } = chosen.needs.scores;
  const scores = values.scores ?? [];
  if (scores.length > max) throw new UsageError(`eval ${name} takes at most ${max} --scores: ${scores.length} were given.`);
  const second = readSecond(chosen, values);
  if (scores.length > 0 && scores.length < min - 1) throw new UsageError(`eval ${name} takes ${min} sets of scores: name more --scores.`);
  // A score file is one judge; a model that is named beside it is the other.
  const named = values.model !== undefined || (values.endpoint ?? []).length > 0;
  const settings: EvalSettings = { eval: name, verifier: { ...readVerifierSettings(values), prompt: promptForm(values) }, options: readOwn(chosen, own), scores: scores.map((file) => path.basename(file)), ...(named && { withModel: true }), ...(second && { second }) };
  if (second && !judgingModels(chosen.needs, settings).includes('second')) throw new UsageError(`eval ${name} takes two judges: leave a file of --scores, the model or the second model out.`);
  return {
    eval: chosen,
    values,
    data: values.data,
    settings,
    minima: (values.min ?? []).map(readMinimum),
  };
}

const SECOND_OPTIONS = ['second-model', 'second-endpoint', 'second-mode', 'second-prompt'] as const;

/** The second model that judges; with no name of its own it is the first one, asked in another way. */
function readSecond({ name, needs }: Eval, values: EvalArguments): SecondJudge | undefined {
  const [given] = SECOND_OPTIONS.filter((option) => values[option] !== undefined);
  if (given === undefined) return undefined;
  if (needs.scores.max < 2) throw new UsageError(`--${given} is no option of eval ${name}: it takes one judge (eval agreement takes two).`);
  const [endpoint, model] = [values['second-endpoint'], values['second-model']];
  return {
    model: endpoint === undefined ? (model ?? '') : [...endpoint, ...(model === undefined ? [] : [model])].join(' '),
    mode: readChoice('second-mode', values['second-mode'] ?? values.mode, VERIFIER_MODES),
    prompt: readChoice('second-prompt', values['second-prompt'] ?? (endpoint === undefined && model === undefined ? promptForm(values) : undefined), PROMPT_FORMS),
  };
}

const LABELS = { 'first-error': 'a label of the first wrong step', 'step-ratings': 'a judgement of every step', 'gold-answer': 'right final answers', none: 'traces' } as const;

function readOptions(args: readonly string[]) {
  const declared = new Map(EVALS.flatMap(({ options }) => options).map((option) => [option.name, { type: option.kind === 'flag' ? 'boolean' : 'string' } as const]));
  const { values, positionals } = readArguments(args, { ...Object.fromEntries(declared), ...OPTIONS });
  return { values, own: values as Readonly<Record<string, unknown>>, positionals };
}

/** The eval's own options that were given; one of another eval is refused. */
function readOwn(chosen: Eval, values: Readonly<Record<string, unknown>>): EvalSettings['options'] {
  const mine = new Set(chosen.options.map(({ name }) => name));
  const foreign = EVALS.flatMap(({ options }) => options).find(({ name }) => !mine.has(name) && values[name] !== undefined);
  if (foreign) throw new UsageError(`--${foreign.name} is no option of eval ${chosen.name}.`);
  return Object.fromEntries(chosen.options.map((option) => [option.name, readOption(option, values[option.name])]));
}

function readOption(option: EvalOption, value: unknown): string | number | boolean {
  if (option.kind === 'flag') return typeof value === 'boolean' ? value : option.default;
  if (typeof value !== 'string') return option.default;
  if (option.kind === 'text') return value;
  if (option.kind === 'list') return readList(option, value);
  if (option.kind === 'choice') return readChoice(option.name, value, option.choices);
  return readNumber(option.name, value, option.default, option);
}

/** Options about a policy where there is none, and about traces where the rows are questions. */
function refuseForeign({ name, needs }: Eval, values: EvalArguments, own: Readonly<Record<string, unknown>>): void {
  if (needs.policy) {
    for (const option of ['format', 'fields', 'variant'] as const) if (values[option] !== undefined) throw new UsageError(`--${option} is no option of eval ${name}: its rows are questions, not traces.`);
    const template = own['policy-template'];
    checkTemplate(typeof template === 'string' ? template : undefined, { served: (values['policy-endpoint'] ?? []).length > 0, system: own['policy-system'] === undefined ? undefined : '--policy-system' });
    return;
  }
  for (const option of ['policy', 'policy-endpoint'] as const) if (values[option] !== undefined) throw new UsageError(`--${option} is no option of eval ${name}: it asks no policy.`);
}

/** Known names, each once. */
function readList({ name, choices }: Extract<EvalOption, { kind: 'list' }>, value: string): string {
  const named = value.split(',').map((part) => part.trim());
  const unknown = named.find((part) => !choices.includes(part));
  if (unknown !== undefined) throw new UsageError(`--${name} names "${unknown}": use some of ${choices.join(', ')}, with commas between.`);
  return [...new Set(named)].join(',');
}

function readMinimum(text: string): Minimum {
  const at = text.lastIndexOf('=');
  const value = at < 1 || text.slice(at + 1).trim() === '' ? NaN : Number(text.slice(at + 1));
  if (!Number.isFinite(value)) throw new UsageError(`--min ${text} is no METRIC=VALUE, such as f1=60.`);
  return { metric: text.slice(0, at), value };
}
