import type { LanguageModel } from '../model.ts';
import type { Result } from '../result.ts';
import type { PromptedQuestion } from './ask-guesses.ts';
import type { BiasEvent, BiasQuestion, TraceMeasure } from './events.ts';
import { traceReader, type TraceReader } from './measure-trace.ts';
import { planLacks } from './plan-lacks.ts';
import { biasPrompts } from './prompts.ts';
import { runPlans } from './run-plans.ts';
import type { BiasSettings } from './settings.ts';
import { readGivenTrace, writeTraces } from './write-traces.ts';

/** One question, and the trace whose continuations are compared. */
export interface MaskingTask {
  readonly question: BiasQuestion;
  readonly settings: BiasSettings;
  /** A solution as somebody wrote it. Without one, and without a trace, the model writes it. */
  readonly response?: string;
  /** The trace as this model has written, or read, it before. */
  readonly trace?: TraceMeasure;
}

/**
 * Continues one trace under the settings' plans. Each plan runs alone, so that what it gives does not depend on which others
 * were chosen, and is there as soon as it is done. Throws StepscopeError where nothing can be asked at all, and `aborted`.
 */
export async function* runMasking(model: LanguageModel, task: MaskingTask, signal?: AbortSignal): AsyncGenerator<BiasEvent> {
  const { question, settings, response } = task;
  const { row, gold } = question;
  const reader = traceReader(settings.detectors);
  const { missing, plans } = planLacks(model, settings);
  yield* missing;
  const [prompts] = await biasPrompts(model, [question.question], settings, signal);
  if (prompts?.ok !== true) {
    yield { type: 'failed', row, part: 'trace', message: prompts?.error.message ?? 'There is no prompt.' };
    return;
  }
  const asked = { question, prompts: prompts.value };
  const trace = await traceOf(model, asked, task, reader, signal);
  if (!trace.ok) {
    yield { type: 'failed', row, part: 'trace', message: trace.error.message };
    return;
  }
  yield { type: 'trace', row, question: question.question, ...(gold !== undefined && { gold }), ...(response !== undefined && { given: true }), trace: trace.value, deviation: undefined };
  for (const plan of plans) yield* await runPlans(model, [{ ...asked, trace: trace.value, plans: [plan] }], settings, reader, signal);
}

async function traceOf(model: LanguageModel, asked: PromptedQuestion, { trace, response, settings }: MaskingTask, reader: TraceReader, signal?: AbortSignal): Promise<Result<TraceMeasure>> {
  if (trace !== undefined) return { ok: true, value: trace };
  if (response !== undefined) return { ok: true, value: await readGivenTrace(model, asked, response, reader, signal) };
  const [written] = await writeTraces(model, [asked], settings, reader, signal);
  return written ?? { ok: false, error: { reason: 'engine-failed', message: 'The model wrote nothing.' } };
}
