import { readFileSync } from 'node:fs';
import { DEFAULT_BIAS_SETTINGS, type BiasSettings } from '../core/bias/settings.ts';
import { GUESS_TEMPLATES, type GuessTemplateName } from '../core/bias/guess-templates.ts';
import { MASK_METHODS, parsePlan, type MaskMethod, type MaskPlan } from '../core/bias/plan.ts';
import { SEGMENTERS, type TextSegmenterName } from '../core/segment/segmenters.ts';
import { MODEL_OPTIONS } from './score-model.ts';
import { readArguments, readChoice, readNumber, UsageError } from './usage.ts';

const { model, endpoint, concurrency, 'key-env': keyEnv } = MODEL_OPTIONS;
const OPTIONS = {
  model,
  endpoint,
  concurrency,
  'key-env': keyEnv,
  data: { type: 'string' },
  row: { type: 'string' },
  limit: { type: 'string' },
  system: { type: 'string' },
  'prompt-template': { type: 'string' },
  samples: { type: 'string' },
  templates: { type: 'string' },
  temperatures: { type: 'string' },
  plans: { type: 'string' },
  method: { type: 'string' },
  layers: { type: 'string' },
  heads: { type: 'string' },
  segment: { type: 'string' },
  'max-tokens': { type: 'string' },
  attention: { type: 'string' },
  batch: { type: 'string' },
  seed: { type: 'string' },
  log: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const SEGMENTER_CHOICES = [DEFAULT_BIAS_SETTINGS.detectors.segmenter, ...(Object.keys(SEGMENTERS) as TextSegmenterName[])] as const;

export interface BiasCommand {
  readonly values: ReturnType<typeof readValues>;
  readonly data: string;
  /** The first so many rows. */
  readonly limit: number;
  readonly settings: BiasSettings;
}

/** Reads the command line of `stepscope bias`. Throws a UsageError. */
export function readBiasCommand(args: readonly string[]): BiasCommand {
  const values = readValues(args);
  if (values.data === undefined) throw new UsageError('bias needs --data FILE: rows with a "question" or "problem", and an "answer" where there is one.');
  const whole = (name: 'samples' | 'max-tokens' | 'attention' | 'batch' | 'seed' | 'limit', fallback: number, min: number, max: number) => readNumber(name, values[name], fallback, { min, max, integer: true });
  const base = DEFAULT_BIAS_SETTINGS;
  const templates = values.templates === undefined ? base.guesses.templates : values.templates.split(',').map(readTemplate);
  const temperatures = values.temperatures === undefined ? base.guesses.temperatures : values.temperatures.split(',').map((text) => readNumber('temperatures', text, 1, { min: 0.01, max: 10, integer: false }));
  return {
    values,
    data: values.data,
    limit: whole('limit', Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER),
    settings: {
      ...base,
      ...(values.system === undefined ? {} : { system: values.system }),
      ...(values['prompt-template'] === undefined ? {} : { promptTemplate: readTemplateFile(values['prompt-template']) }),
      guesses: { ...base.guesses, n: whole('samples', base.guesses.n, 1, 4096), templates, temperatures },
      trace: { ...base.trace, maxNewTokens: whole('max-tokens', base.trace.maxNewTokens, 1, 1_000_000) },
      detectors: { ...base.detectors, segmenter: readChoice('segment', values.segment, SEGMENTER_CHOICES) },
      plans: readPlans(values),
      attention: whole('attention', 0, 0, 1_000_000),
      batch: whole('batch', base.batch, 1, 1000),
      seed: whole('seed', 0, 0, 2 ** 31 - 1),
    },
  };
}

function readValues(args: readonly string[]) {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (positionals.length > 0) throw new UsageError(`bias takes options alone: "${positionals[0]}" is none. Name the questions by --data.`);
  return values;
}

function readTemplate(text: string): GuessTemplateName {
  const name = (Object.keys(GUESS_TEMPLATES) as GuessTemplateName[]).find((known) => known === text.trim());
  if (name === undefined) throw new UsageError(`--templates ${text} is not one of ${Object.keys(GUESS_TEMPLATES).join(', ')}.`);
  return name;
}

function readTemplateFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`${file} cannot be read: name a text file with {question} in it for --prompt-template.`);
  }
  if (!text.includes('{question}')) throw new UsageError(`${file} has no {question} in it: it is where each question is put.`);
  return text;
}

function readPlans({ plans, method, layers, heads }: Readonly<Partial<Record<'plans' | 'method' | 'layers' | 'heads', string | undefined>>>): MaskPlan[] {
  const how: MaskMethod = readChoice('method', method, MASK_METHODS);
  const where = { ...indices('layers', layers), ...indices('heads', heads) };
  if (how === 'remove' && Object.keys(where).length > 0) throw new UsageError('--layers and --heads go with --method mask: a text is removed for all of the model.');
  return (plans ?? '')
    .split(',')
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const plan = parsePlan(text, how);
      if (!plan.ok) throw new UsageError(plan.error.message);
      return { ...plan.value, ...where };
    });
}

function indices(name: 'layers' | 'heads', text: string | undefined): Partial<Record<'layers' | 'heads', number[]>> {
  if (text === undefined) return {};
  return { [name]: text.split(',').map((part) => readNumber(name, part, 0, { min: 0, max: 10_000, integer: true })) };
}
