import { AGGREGATES, defaultSearchSettings, PENALTIES, STRATEGIES, type SearchSettings, type Strategy } from '../core/search/settings.ts';
import { PROMPT_FORMS, type VerifierSettings } from '../core/verifier/settings.ts';
import { VERIFIER_MODES } from '../core/verifier/score.ts';
import { readArguments, readChoice, readNumber, UsageError } from './usage.ts';

/** The thresholds of the mode controller, and what else a replay may change. */
export const CONTROLLER_OPTIONS = {
  good: { type: 'string' },
  low: { type: 'string' },
  bad: { type: 'string' },
  penalty: { type: 'string' },
  'initial-mode': { type: 'string' },
} as const;

const OPTIONS = {
  ...CONTROLLER_OPTIONS,
  strategy: { type: 'string' },
  question: { type: 'string' },
  data: { type: 'string' },
  limit: { type: 'string' },
  row: { type: 'string' },
  policy: { type: 'string' },
  verifier: { type: 'string' },
  'policy-endpoint': { type: 'string', multiple: true },
  'verifier-endpoint': { type: 'string', multiple: true },
  'policy-template': { type: 'string' },
  system: { type: 'string' },
  prompt: { type: 'string' },
  concurrency: { type: 'string' },
  'key-env': { type: 'string' },
  seed: { type: 'string' },
  temperature: { type: 'string' },
  'top-p': { type: 'string' },
  'step-tokens': { type: 'string' },
  mode: { type: 'string' },
  k: { type: 'string' },
  threshold: { type: 'string' },
  samples: { type: 'string' },
  beams: { type: 'string' },
  aggregate: { type: 'string' },
  rounds: { type: 'string' },
  tokens: { type: 'string' },
  seconds: { type: 'string' },
  open: { type: 'string' },
  log: { type: 'string' },
  resume: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

export type SolveArguments = ReturnType<typeof readOptions>['values'];

function readOptions(args: readonly string[]) {
  return readArguments(args, OPTIONS);
}

/** Reads the command line of `stepscope solve`. Throws a UsageError. */
export function readSolveCommand(args: readonly string[]): { readonly values: SolveArguments; readonly settings: SearchSettings } {
  const { values, positionals } = readOptions(args);
  if (positionals.length > 0) throw new UsageError('solve takes --question TEXT, or --data FILE.');
  if ((values.question === undefined) === (values.data === undefined)) throw new UsageError('solve needs a problem: --question TEXT, or --data FILE.');
  if (values.data === undefined && (values.limit ?? values.row) !== undefined) throw new UsageError('--limit and --row choose rows of a file: name it by --data.');
  if (values.resume && values.log === undefined) throw new UsageError('--resume goes with --log: name the log of the run that is to go on.');
  if (values.policy !== undefined && values.policy.trim() === '') throw new UsageError('--policy is empty: name a model folder, or leave it out for the bundled one.');
  return { values, settings: readSettings(values) };
}

function readSettings(values: SolveArguments): SearchSettings {
  const strategy = readChoice<Strategy>('strategy', values.strategy, STRATEGIES);
  const base = defaultSearchSettings(strategy);
  const number = (name: 'seed' | 'samples' | 'beams' | 'step-tokens', fallback: number, min: number, max: number) => readNumber(name, values[name], fallback, { min, max, integer: true });
  const served = (values['policy-endpoint'] ?? []).length > 0;
  const template = values['policy-template'];
  checkTemplate(template, { served, system: values.system === undefined ? undefined : '--system' });
  return {
    ...base,
    ...readController(values, base),
    policy: {
      ...base.policy,
      prompt: template === undefined ? 'chat' : 'plain',
      ...(template === undefined ? {} : { template: template.replaceAll('\\n', '\n') }),
      ...(values.system === undefined ? {} : { system: values.system }),
      temperature: readNumber('temperature', values.temperature, base.policy.temperature, { min: 0, max: 10, integer: false }),
      topP: readNumber('top-p', values['top-p'], base.policy.topP, { min: 0.01, max: 1, integer: false }),
      maxStepTokens: number('step-tokens', base.policy.maxStepTokens, 1, 100_000),
    },
    verifier: readJudge(values, base.verifier),
    samples: number('samples', base.samples, 1, 256),
    beams: number('beams', base.beams, 1, 64),
    aggregate: readChoice('aggregate', values.aggregate, AGGREGATES),
    budget: readBudget(values, base),
    seed: number('seed', base.seed, 0, 2 ** 31 - 1),
  };
}

/** Throws a UsageError where a policy cannot be asked by its template; `system` is the option that gives a system turn, where it does. */
export function checkTemplate(template: string | undefined, { served, system }: { readonly served: boolean; readonly system: string | undefined }): void {
  if (served && template === undefined) throw new UsageError('--policy-endpoint needs --policy-template: what comes before the reply, {question} in it, since a server that continues a text keeps its chat template to itself.');
  if (template !== undefined && !template.includes('{question}')) throw new UsageError('--policy-template has no {question}: write it where the question goes.');
  if (template !== undefined && system !== undefined) throw new UsageError(`${system} goes with the chat template of a local model: write it into --policy-template.`);
}

/** Temperature and top-p of the verifier's K analyses are the published ones: --temperature is the policy's. */
function readJudge(values: SolveArguments, base: VerifierSettings): VerifierSettings {
  return {
    ...base,
    mode: readChoice('mode', values.mode, VERIFIER_MODES),
    prompt: readChoice('prompt', values.prompt, PROMPT_FORMS),
    k: readNumber('k', values.k, base.k, { min: 1, max: 256, integer: true }),
    threshold: readNumber('threshold', values.threshold, base.threshold, { min: 0, max: 1, integer: false }),
  };
}

function readBudget(values: SolveArguments, { budget }: SearchSettings): SearchSettings['budget'] {
  const limit = (name: 'tokens' | 'seconds') => (values[name] === undefined ? {} : { [name]: readNumber(name, values[name], 0, { min: 1, max: 1e12, integer: name === 'tokens' }) });
  return { rounds: readNumber('rounds', values.rounds, budget.rounds, { min: 1, max: 10_000, integer: true }), ...limit('tokens'), ...limit('seconds') };
}

type ControllerValues = { readonly [Name in keyof typeof CONTROLLER_OPTIONS]?: string | undefined };

/** What of the controller is given, over what it was. Throws a UsageError where the thresholds are not in order. */
export function readController(values: ControllerValues, base: Pick<SearchSettings, 'thresholds' | 'penalty' | 'initialMode'>): Pick<SearchSettings, 'thresholds' | 'penalty' | 'initialMode'> {
  const threshold = (name: 'good' | 'low' | 'bad') => readNumber(name, values[name], base.thresholds[name], { min: 0, max: 1, integer: false });
  const thresholds = { good: threshold('good'), low: threshold('low'), bad: threshold('bad') };
  if (thresholds.bad > thresholds.low || thresholds.low > thresholds.good) throw new UsageError(`The thresholds are not in order: bad ${thresholds.bad}, low ${thresholds.low}, good ${thresholds.good} must not fall.`);
  return {
    thresholds,
    penalty: values.penalty === undefined ? base.penalty : readChoice('penalty', values.penalty, PENALTIES),
    initialMode: values['initial-mode'] === undefined ? base.initialMode : readChoice('initial-mode', values['initial-mode'], ['complex', 'medium', 'simple']),
  };
}
