import path from 'node:path';
import process from 'node:process';
import type { LanguageModel } from '../core/model.ts';
import { StepscopeError } from '../core/result.ts';
import { segmentTrace, type SegmentationChoice } from '../core/segment/segment-trace.ts';
import { SEGMENTER_NAMES } from '../core/segment/segmenters.ts';
import { stepTexts, type Trace } from '../core/trace/trace.ts';
import { scoreTrace } from '../core/verifier/score-trace.ts';
import type { VerifierSettings } from '../core/verifier/settings.ts';
import { jsonOutput } from './json-output.ts';
import { chosenRows, INPUT_OPTIONS, openInput } from './open-input.ts';
import type { RowOutput } from './output.ts';
import { inParallel, rowOrder } from './row-order.ts';
import { MODEL_OPTIONS, modelSource, promptForm } from './score-model.ts';
import { tableOutput } from './table-output.ts';
import { readArguments, readChoice, UsageError } from './usage.ts';
import { readVerifierSettings, VERIFIER_OPTIONS } from './verifier-options.ts';

const OPTIONS = {
  ...INPUT_OPTIONS,
  ...MODEL_OPTIONS,
  ...VERIFIER_OPTIONS,
  segment: { type: 'string' },
  language: { type: 'string' },
  'planning-words': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const BAD_INPUT = 2;
/** The package's folder: the bundle lies in dist/. */
const ROOT = path.resolve(__dirname, '..');

/** `stepscope score FILE`: returns the exit code. A row or a step that cannot be scored costs only itself, and the exit code. */
export async function scoreCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError('score takes one file: stepscope score FILE.');
  const settings = { ...readVerifierSettings(values), prompt: promptForm(values) };
  const segmentation = readSegmentation(values);
  const file = await openInput(name, values);
  const rows = chosenRows(file, values);

  let code = 0;
  const say = (message: string) => process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${message}\n`);
  const complain = (message: string) => {
    say(message);
    code = BAD_INPUT;
  };
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const source = modelSource(values, settings, ROOT, say, until);
  const order = rowOrder();
  const told = new Set<string>();
  const tellOnce = (message: string) => {
    if (!told.has(message)) say(message);
    told.add(message);
  };
  try {
    await inParallel(rows, source.rows, async (index) => {
      const place = order.row();
      try {
        const trace = file.trace(index, values.variant);
        if (!trace.ok) return complain(trace.error.message);
        const cut = segmentation && segmentTrace(trace.value, segmentation);
        if (cut?.ok === false) return complain(cut.error.message);
        const model = await source.load();
        const output = inOrder((values.json ? jsonOutput : tableOutput)(model.info, settings), place.print);
        output.begin(index, cut?.value.trace ?? trace.value, cut?.value);
        await scoreRow(model, index, cut?.value.trace ?? trace.value, settings, output, rows.length, { complain, note: tellOnce }, until);
      } finally {
        place.end();
      }
    });
    return code;
  } finally {
    // A row that failed for all ends the others.
    failed.abort();
    source.dispose();
  }
}

function inOrder(output: RowOutput, print: (job: () => void) => void): RowOutput {
  return {
    begin: (...row) => print(() => output.begin(...row)),
    step: (...step) => print(() => output.step(...step)),
    summary: (...row) => print(() => output.summary(...row)),
  };
}

/** Where messages go: what makes the exit code 2, and what is only good to know. */
interface Messages {
  readonly complain: (message: string) => void;
  readonly note: (message: string) => void;
}

/** How the steps are to be cut; undefined where they stay as the file is read. */
function readSegmentation(values: { readonly segment?: string; readonly language?: string; readonly 'planning-words'?: string }): SegmentationChoice | undefined {
  const { segment, language, 'planning-words': words } = values;
  if (segment === undefined) {
    if (language !== undefined || words !== undefined) throw new UsageError('--language and --planning-words change how --segment cuts: name a segmenter as well.');
    return undefined;
  }
  const segmenter = readChoice('segment', segment, SEGMENTER_NAMES);
  if (words !== undefined && segmenter !== 'planning-words') throw new UsageError('--planning-words wants --segment planning-words.');
  if (language !== undefined && segmenter !== 'sentences') throw new UsageError('--language wants --segment sentences.');
  if (language !== undefined && !isLanguageTag(language)) throw new UsageError(`--language ${language} is no language: name its code, such as en, de or zh.`);
  return { segmenter, edits: [], ...(language !== undefined && { language }), ...(words !== undefined && { planningWords: words.split(',') }) };
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/**
 * Scores one row and prints its steps in order, each as soon as those before it are done. A row is a batch of its own, so
 * that its numbers do not depend on which other rows were asked for.
 */
async function scoreRow(model: LanguageModel, row: number, trace: Trace, settings: VerifierSettings, output: RowOutput, rows: number, { complain, note }: Messages, signal: AbortSignal): Promise<void> {
  const steps = stepTexts(trace);
  const ready = new Map<number, () => void>();
  let printed = 0;
  let done = 0;
  const progress = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  };
  const settle = (step: number, print: () => void) => {
    ready.set(step, print);
    done++;
    progress('');
    for (let next = ready.get(printed); next !== undefined; next = ready.get(printed)) {
      next();
      printed++;
    }
    progress(`${rows > 1 ? `row ${row}: ` : ''}${done}/${steps.length} steps`);
  };
  const describe = (message: string) => `${trace.source.file}${trace.source.row === undefined ? '' : ` row ${row}`}: ${message}`;
  try {
    for await (const event of scoreTrace(model, { problem: trace.problem, steps, settings }, signal)) {
      switch (event.type) {
        case 'started':
          break;
        case 'note':
          note(event.message);
          break;
        case 'sample':
          if (event.sample.unread !== undefined) complain(describe(`Step ${event.step + 1}: ${event.sample.unread}`));
          break;
        case 'step':
          settle(event.step, () => output.step(row, event.step, steps[event.step] ?? '', event.score));
          break;
        case 'step-failed':
          complain(describe(event.message));
          settle(event.step, () => output.step(row, event.step, steps[event.step] ?? '', undefined));
          break;
        case 'finished':
          progress('');
          output.summary(row, event.summary, trace);
          break;
      }
    }
  } catch (error) {
    progress('');
    throw error instanceof StepscopeError ? error : new StepscopeError('engine-failed', describe(String(error)));
  }
}
