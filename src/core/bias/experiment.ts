import { lackOf, type LanguageModel } from '../model.ts';
import { askGuesses, type PromptedQuestion } from './ask-guesses.ts';
import { readAttention } from './attention.ts';
import { estimateBias } from './estimate.ts';
import type { BiasEvent, BiasPart, BiasQuestion, BiasReport, Guesses, TraceMeasure } from './events.ts';
import { deviationOf } from './guesses.ts';
import { halvesOf } from './halves.ts';
import { readAnswerLens } from './lens.ts';
import { traceReader, type TraceReader } from './measure-trace.ts';
import { planLacks } from './plan-lacks.ts';
import { biasPrompts } from './prompts.ts';
import { biasReport } from './report.ts';
import { runPlans, type PlannedQuestion } from './run-plans.ts';
import type { BiasSettings } from './settings.ts';
import { writeTraces } from './write-traces.ts';

/** What a run is about. */
export interface BiasTask {
  readonly questions: readonly BiasQuestion[];
  readonly settings: BiasSettings;
  /** Events of an earlier run of the same task that was cut off: what they hold is not asked again. */
  readonly done?: readonly BiasEvent[];
  /** Makes the report of all that was emitted so far, where its thousands of resamples must not hold up who waits; by itself otherwise. */
  readonly summarize?: () => Promise<BiasReport>;
}

/** Events that hold a result of one question. Failures are tried again, summaries are made anew. */
const KEPT: ReadonlySet<BiasEvent['type']> = new Set(['guesses', 'trace', 'masked', 'not-applicable', 'attention']);

/**
 * The experiment on internal bias (methods, section 3): guesses, traces, the halves by deviation, masked runs, report; each
 * part in batches of questions. A question that fails costs itself, a part that the model cannot do is named once and left
 * out. Throws StepscopeError where nothing can be asked at all, and `aborted`; what was emitted before stays valid.
 */
export async function* runBias(model: LanguageModel, { questions, settings, done = [], summarize }: BiasTask, signal?: AbortSignal): AsyncGenerator<BiasEvent> {
  const log: BiasEvent[] = done.filter(({ type }) => KEPT.has(type));
  const reader = traceReader(settings.detectors);
  const { missing, plans } = planLacks(model, settings);
  const phases: readonly ((asked: readonly PromptedQuestion[]) => Promise<BiasEvent[]>)[] = [
    (asked) => guessEvents(model, asked, settings, reader, signal),
    (asked) => traceEvents(model, asked, settings, reader, log, signal),
    (asked) => runPlans(model, asked.flatMap((question) => planned(question, plans, log)), settings, reader, signal),
  ];
  const wants: readonly ((row: number) => boolean)[] = [
    (row) => !log.some((event) => event.type === 'guesses' && event.row === row),
    (row) => !log.some((event) => event.type === 'trace' && event.row === row),
    (row) => openPlans(row, plans, log).length > 0,
  ];
  if (done.length === 0) yield { type: 'started', rows: questions.map(({ row }) => row), questions, estimate: estimateBias(questions.length, settings) };
  yield* missing;
  for (const [phase, ask] of phases.entries()) {
    for (let start = 0; start < questions.length; start += settings.batch) {
      const open = questions.slice(start, start + settings.batch).filter(({ row }) => wants[phase]?.(row));
      if (open.length === 0) continue;
      const { asked, failures } = await prompted(model, open, settings, phase === 0 ? 'guesses' : phase === 1 ? 'trace' : 'masking', signal);
      const events = [...failures, ...(await ask(asked))];
      log.push(...events);
      yield* events;
    }
    if (phase !== 1) continue;
    const traces = log.flatMap((event) => (event.type === 'trace' && event.deviation !== undefined ? [{ trace: event.trace, deviation: event.deviation }] : []));
    yield { type: 'halves', halves: summarize ? (await summarize()).halves : halvesOf(traces, settings.seed) };
    for await (const event of attentionEvents(model, questions, settings, log, signal)) {
      log.push(event);
      yield event;
    }
  }
  yield { type: 'report', report: summarize ? await summarize() : biasReport(log, settings.plans, settings.seed) };
}

async function prompted(model: LanguageModel, questions: readonly BiasQuestion[], settings: BiasSettings, part: BiasPart, signal?: AbortSignal) {
  const written = await biasPrompts(model, questions.map(({ question }) => question), settings, signal);
  const asked: PromptedQuestion[] = [];
  const failures: BiasEvent[] = [];
  questions.forEach((question, index) => {
    const prompts = written[index];
    if (prompts?.ok === true) asked.push({ question, prompts: prompts.value });
    else failures.push({ type: 'failed', row: question.row, part, message: prompts?.error.message ?? 'There is no prompt.' });
  });
  return { asked, failures };
}

async function guessEvents(model: LanguageModel, asked: readonly PromptedQuestion[], settings: BiasSettings, reader: TraceReader, signal?: AbortSignal): Promise<BiasEvent[]> {
  const results = await askGuesses(model, asked, settings, reader.find, signal);
  return results.map((result, index) => {
    const row = asked[index]?.question.row ?? -1;
    return result.ok ? { type: 'guesses', row, guesses: result.value } : { type: 'failed', row, part: 'guesses', message: result.error.message };
  });
}

async function traceEvents(model: LanguageModel, asked: readonly PromptedQuestion[], settings: BiasSettings, reader: TraceReader, log: readonly BiasEvent[], signal?: AbortSignal): Promise<BiasEvent[]> {
  const traces = await writeTraces(model, asked, settings, reader, signal);
  return asked.map(({ question: { row, question, gold } }, index): BiasEvent => {
    const trace = traces[index];
    if (trace?.ok !== true) return { type: 'failed', row, part: 'trace', message: trace?.error.message ?? 'The model wrote nothing.' };
    const guesses = guessesOf(log, row);
    const deviation = guesses === undefined || trace.value.answer === undefined ? undefined : deviationOf(guesses, trace.value.answer);
    return { type: 'trace', row, question, ...(gold === undefined ? {} : { gold }), trace: trace.value, deviation };
  });
}

function guessesOf(log: readonly BiasEvent[], row: number): Guesses | undefined {
  for (const event of log) if (event.type === 'guesses' && event.row === row) return event.guesses;
  return undefined;
}

function traceOf(log: readonly BiasEvent[], row: number): TraceMeasure | undefined {
  for (const event of log) if (event.type === 'trace' && event.row === row) return event.trace;
  return undefined;
}

function openPlans(row: number, plans: readonly number[], log: readonly BiasEvent[]): number[] {
  if (traceOf(log, row) === undefined) return [];
  return plans.filter((plan) => !log.some((event) => (event.type === 'masked' || event.type === 'not-applicable') && event.row === row && event.plan === plan));
}

function planned(asked: PromptedQuestion, plans: readonly number[], log: readonly BiasEvent[]): PlannedQuestion[] {
  const trace = traceOf(log, asked.question.row);
  return trace === undefined ? [] : [{ ...asked, trace, plans: openPlans(asked.question.row, plans, log) }];
}

/** One question at a time: a trace is read with all of its attention, and the layers' answers at the first stated one. */
async function* attentionEvents(model: LanguageModel, questions: readonly BiasQuestion[], settings: BiasSettings, log: readonly BiasEvent[], signal?: AbortSignal): AsyncGenerator<BiasEvent> {
  if (lackOf(model, 'attention') !== undefined) return;
  for (const question of questions.slice(0, settings.attention)) {
    const trace = traceOf(log, question.row);
    if (trace === undefined || log.some((event) => event.type === 'attention' && event.row === question.row)) continue;
    const { asked, failures } = await prompted(model, [question], settings, 'attention', signal);
    yield* failures;
    const guess = guessesOf(log, question.row)?.greedy;
    for (const { prompts } of asked) {
      const summary = await readAttention(model, prompts, trace, signal);
      const lens = guess === undefined || lackOf(model, 'hidden') !== undefined ? undefined : await readAnswerLens(model, prompts, trace, guess, signal);
      yield { type: 'attention', row: question.row, summary, lens };
    }
  }
}
