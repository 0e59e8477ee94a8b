import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { BiasEvent, BiasQuestion } from '../core/bias/events.ts';
import { runBias } from '../core/bias/experiment.ts';
import { biasHeadline } from '../core/bias/headline.ts';
import type { BiasSettings } from '../core/bias/settings.ts';
import type { LanguageModel } from '../core/model.ts';
import { StepscopeError } from '../core/result.ts';
import type { RunEnd, RunHeader } from '../core/run/run.ts';
import { openRows } from '../formats/open-file.ts';
import { questionAt } from '../formats/questions.ts';
import { biasLogFile, writeBiasReports } from './bias-files.ts';
import { openBiasLog } from './bias-log.ts';
import { readBiasCommand, type BiasCommand } from './bias-options.ts';
import { biasOutput } from './bias-output.ts';
import { createProgress } from './eval-output.ts';
import { chosenRows, readBytes } from './open-input.ts';
import { policySource } from './score-model.ts';
import { UsageError } from './usage.ts';

const BAD_INPUT = 2;
const INTERRUPTED = 130;
/** The package's folder: the bundle lies in dist/. */
const ROOT = path.resolve(__dirname, '..');

/**
 * `stepscope bias --data FILE`: returns the exit code. 2 where a row is no question, a question failed, or a part was left out
 * that the model cannot do; 130 after Ctrl-C, with what was reached in the log.
 */
export async function biasCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const command = readBiasCommand(args);
  const { settings, values } = command;
  const { questions, faults } = await readQuestions(command);
  const parts = questions.length * (2 + settings.plans.length);
  const progress = createProgress(parts, 'parts');
  faults.forEach(progress.say);
  if (questions.length === 0) throw new UsageError(`${command.data} has no question: there is nothing to ask.`);
  const source = policySource(values, ROOT, progress.say, signal);
  let code = faults.length > 0 ? BAD_INPUT : 0;
  try {
    const model = await source.load();
    const file = biasLogFile(values);
    const log = file === undefined ? undefined : openBiasLog(file, biasHeader(command.data, questions, settings, model));
    const output = biasOutput(settings, values.json);
    let reached = 0;
    const take = (event: BiasEvent) => {
      output.add(event);
      if (event.type === 'guesses' || event.type === 'trace' || event.type === 'masked' || event.type === 'not-applicable') reached++;
      if (event.type === 'failed' || (event.type === 'lack' && event.part !== 'tokens')) code = BAD_INPUT;
    };
    log?.done.forEach(take);
    if (reached > 0) progress.say(`${reached} of ${parts} parts are there already and are not asked again.`);
    const timing = remainingTime(reached, parts);
    const end = (reason: RunEnd['reason'], headline: string, message?: string) => {
      log?.write({ type: 'run-end', reason, ...(message === undefined ? {} : { message }), headline, ended: new Date().toISOString() });
      if (values.out !== undefined && file !== undefined) writeBiasReports(values.out, file);
    };
    try {
      for await (const event of runBias(model, { questions, settings, ...(log && { done: log.done }) }, signal)) {
        log?.write(event);
        take(event);
        tell(event, progress.say);
        progress.show(reached, () => timing(reached));
        if (event.type === 'report') end('done', biasHeadline(event.report));
      }
    } catch (error) {
      const aborted = error instanceof StepscopeError && error.reason === 'aborted';
      end(aborted ? 'cancelled' : 'failed', `${reached} of ${parts} parts`, aborted ? undefined : String(error));
      if (!aborted) throw error;
      progress.say(file === undefined ? 'Stopped; without --log or --out nothing is kept.' : `Stopped: the same command goes on from ${file}.`);
      return INTERRUPTED;
    }
    return code;
  } finally {
    progress.end();
    source.dispose();
  }
}

/** The questions of the file's first rows; a row that is none costs only itself. */
async function readQuestions({ data, limit, values }: BiasCommand): Promise<{ readonly questions: readonly BiasQuestion[]; readonly faults: readonly string[] }> {
  const opened = await openRows(path.basename(data), await readBytes(data, 'name a JSONL, JSON, CSV or Parquet file of questions'));
  if (!opened.ok) throw new UsageError(opened.error.message);
  const questions: BiasQuestion[] = [];
  const faults: string[] = [];
  for (const row of chosenRows(opened.value, values).slice(0, limit)) {
    const question = questionAt(opened.value, row);
    if (question.ok) questions.push(question.value);
    else faults.push(question.error.message);
  }
  return { questions, faults };
}

export function biasHeader(file: string, questions: readonly BiasQuestion[], settings: BiasSettings, { info }: LanguageModel): RunHeader<BiasSettings> {
  const name = path.basename(file);
  return {
    type: 'run',
    version: 1,
    kind: 'bias',
    id: randomUUID(),
    title: ['internal bias', name, info.name].join(' · '),
    started: new Date().toISOString(),
    models: [{ role: 'policy', info }],
    settings,
    data: { file: name, rows: questions.map(({ row }) => row) },
  };
}

function tell(event: BiasEvent, say: (line: string) => void): void {
  if (event.type === 'started') say(`${event.rows.length} questions, ${event.estimate.samples} samples: about ${event.estimate.likelyTokens} tokens if the texts are as long as the bundled model's, at most ${event.estimate.mostTokens}.`);
  if (event.type === 'lack') say(event.message);
  if (event.type === 'failed') say(`row ${event.row}: ${event.message}`);
}

/** How long the rest takes if it goes on as it has so far; parts are not alike, so it is rough. */
function remainingTime(before: number, parts: number): (reached: number) => string | undefined {
  const started = Date.now();
  return (reached) => {
    const seconds = (Date.now() - started) / 1000;
    if (reached <= before || seconds < 5) return undefined;
    return `about ${Math.max(1, Math.round(((parts - reached) * seconds) / (reached - before) / 60))} min left`;
  };
}
