/**
 * The bundled reasoner's planted bias and its control, measured as the bias lab does: npm run bench -- bias [N] [MASKED]
 * [CURVE] [FOLDER]. Guesses and traces of the first N problems, masks on the first MASKED of them, masks from each step on on
 * the first CURVE of them. Logs are kept in FOLDER, so that it may be stopped and goes on with the same command. Needs the shared data set of problems.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { openBiasLog } from '../../src/cli/bias-log.ts';
import { reportLines } from '../../src/cli/bias-output.ts';
import { biasHeader } from '../../src/cli/bias.ts';
import type { BiasEvent, BiasQuestion } from '../../src/core/bias/events.ts';
import { runBias } from '../../src/core/bias/experiment.ts';
import { biasHeadline } from '../../src/core/bias/headline.ts';
import { parsePlan } from '../../src/core/bias/plan.ts';
import { DEFAULT_BIAS_SETTINGS, type BiasSettings } from '../../src/core/bias/settings.ts';
import type { LanguageModel } from '../../src/core/model.ts';
import { openSource } from '../../src/formats/open.ts';
import { questionAt } from '../../src/formats/questions.ts';
import { bundledModelDirectory } from '../../src/models/catalog.ts';
import { createEngine } from '../../src/models/onnx/engine.ts';

const DATA = '../shared/data/synthetic/problems.jsonl';
const [PLANTED, CONTROL] = ['reflect when your first impression disagrees', 'reflect at random'];
const PLANS = ['nothing@answer', 'question@first', 'question@answer', 'question@start', 'random@answer'];
/** The mask from each step on: two plans a step. */
const CURVE_STEPS = 7;

export async function benchBias(): Promise<void> {
  const [count = '600', masked = '600', curved = '200', folder = 'bench-bias'] = process.argv.slice(3);
  mkdirSync(folder, { recursive: true });
  const questions = readQuestions(Number(count));
  const some = questions.slice(0, Number(masked));
  const engine = createEngine({ enginePath: path.resolve('dist', 'engine.js') });
  try {
    const model = await engine.load(bundledModelDirectory(path.resolve('.'), 'reasoner'));
    const curve = Array.from({ length: CURVE_STEPS }, (_, step) => [`question@step:${step + 1}`, `random@step:${step + 1}`]).flat();
    const planted = await measure(model, 'planted', PLANTED, [], questions, folder);
    const control = await measure(model, 'control', CONTROL, [], questions, folder);
    await measure(model, 'planted-masks', PLANTED, PLANS, some, folder, planted);
    await measure(model, 'control-masks', CONTROL, PLANS, some, folder, control);
    await measure(model, 'planted-steps', PLANTED, curve, questions.slice(0, Number(curved)), folder, planted);
  } finally {
    engine.dispose();
  }
}

function readQuestions(count: number): BiasQuestion[] {
  const source = openSource(path.basename(DATA), readFileSync(path.resolve(DATA)), {});
  if (!source.ok) throw new Error(source.error.message);
  return Array.from({ length: Math.min(count, source.value.rows) }, (_, row) => {
    const question = questionAt(source.value, row);
    if (!question.ok) throw new Error(question.error.message);
    return question.value;
  });
}

/** Runs one experiment and prints its report. Guesses and traces of `before`, which had the same system turn, are not asked again. */
async function measure(model: LanguageModel, name: string, system: string, plans: readonly string[], questions: readonly BiasQuestion[], folder: string, before: readonly BiasEvent[] = []): Promise<BiasEvent[]> {
  const settings: BiasSettings = {
    ...DEFAULT_BIAS_SETTINGS,
    system,
    // The longest right trace has under 400 tokens; what runs on is going round in circles.
    trace: { ...DEFAULT_BIAS_SETTINGS.trace, maxNewTokens: 400 },
    plans: plans.map((text) => {
      const plan = parsePlan(text, 'mask');
      if (!plan.ok) throw new Error(plan.error.message);
      return plan.value;
    }),
  };
  const log = openBiasLog(path.join(folder, `${name}-${questions.length}.jsonl`), biasHeader(DATA, questions, settings, model));
  const rows = new Set(questions.map(({ row }) => row));
  const events = [...before.filter((event) => 'row' in event && rows.has(event.row)), ...log.done];
  const [known, seconds] = [events.length, new Map<BiasEvent['type'], number>()];
  let last = performance.now();
  for await (const event of runBias(model, { questions, settings, done: [...events] })) {
    log.write(event);
    events.push(event);
    const now = performance.now();
    seconds.set(event.type, (seconds.get(event.type) ?? 0) + (now - last) / 1000);
    last = now;
    if (event.type !== 'report') continue;
    log.write({ type: 'run-end', reason: 'done', headline: biasHeadline(event.report), ended: new Date().toISOString() });
    console.log(`\n== ${name}: "${system}", ${model.info.name} (${model.info.weights}), ${settings.guesses.n} guesses at temperature 1, greedy traces, seed ${settings.seed}`);
    console.log(reportLines(event.report).join('\n'));
  }
  console.log(`seconds: ${[...seconds].map(([type, time]) => `${type} ${time.toFixed(0)}`).join(', ')}${known > 0 ? ' (of what was not there already)' : ''}`);
  return events;
}
