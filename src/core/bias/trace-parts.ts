import { lackOf, type Capability, type LanguageModel, type ModelInfo } from '../model.ts';
import { fail, ok, type Result } from '../result.ts';
import { opensThinking } from '../trace/thinking.ts';
import type { Span } from '../trace/trace.ts';
import { askGuesses } from './ask-guesses.ts';
import { readTokenAttention, type TokenAttention } from './attention.ts';
import { tokenizeTraces, withTokens } from './count-tokens.ts';
import type { Guesses } from './events.ts';
import { readAnswerLens, type AnswerLens } from './lens.ts';
import { traceReader, type TextMeasure } from './measure-trace.ts';
import { biasPrompts, type BiasPrompts } from './prompts.ts';
import type { BiasSettings } from './settings.ts';
import type { TracePart } from './trace-part.ts';

/** What a part needs of the model. Guesses need nothing but a prompt. */
export const PART_NEEDS: Readonly<Partial<Record<TracePart, Capability>>> = { lens: 'hidden', attention: 'attention' };

/** A trace with its question, and how it is read. */
export interface TraceTask {
  readonly question: string;
  /** What the detectors say of it. */
  readonly measure: TextMeasure;
  readonly settings: BiasSettings;
  /** A tag that opens the thinking stood before the text: the prompt ends with it, whatever the chat template does. */
  readonly opened: boolean;
}

/** The layers' answers. `first` is the first answer that they were read before; no lens: why. */
export interface TraceLens {
  readonly first: Span | undefined;
  readonly read: Result<AnswerLens>;
}

/** What a model has said of a trace so far. */
export interface TraceReading {
  readonly model: ModelInfo;
  /** The trace's tokens, UTF-16 offsets into its text; undefined where the model keeps them to itself. */
  readonly tokens: readonly Span[] | undefined;
  /** P_first in tokens. */
  readonly pFirst: number | undefined;
  readonly guesses?: Guesses;
  readonly lens?: TraceLens;
  readonly attention?: readonly TokenAttention[];
}

/**
 * Computes one part; the lens asks for the guesses where they are not there yet. A failure, reason `unsupported`, says what
 * the model lacks. Rejects with StepscopeError where the model cannot be asked at all.
 */
export async function readTracePart(model: LanguageModel, part: TracePart, task: TraceTask, known: TraceReading | undefined, signal?: AbortSignal): Promise<Result<TraceReading>> {
  const needs = PART_NEEDS[part];
  const lack = needs && lackOf(model, needs);
  if (lack !== undefined) return fail('unsupported', lack);
  const { question, measure, settings, opened } = task;
  const [written] = await biasPrompts(model, [question], settings, signal);
  if (written?.ok !== true) return fail(written?.error.reason ?? 'template-invalid', written?.error.message ?? 'There is no prompt.');
  const prompts = opened && !opensThinking(written.value.thinking) ? { ...written.value, thinking: `${written.value.thinking}<think>\n` } : written.value;
  const [tokenized] = await tokenizeTraces(model, [{ prompt: prompts.thinking, text: measure.text }], signal);
  // How it ended is not known of a trace in a file: its end of sequence is not counted.
  const { pFirst } = withTokens(measure, 'stop', prompts.thinking, tokenized);
  const from = prompts.thinking.length;
  const tokens = tokenized?.tokens.filter(({ end }) => end > from).map(({ start, end }) => ({ start: Math.max(0, start - from), end: end - from }));
  const same = known?.model.hash === model.info.hash ? known : undefined;
  const reading: TraceReading = { ...same, model: model.info, tokens, pFirst };
  if (part === 'attention') return ok({ ...reading, attention: await readTokenAttention(model, prompts, measure, signal) });
  if (part === 'lens' && reading.guesses !== undefined) return ok({ ...reading, lens: await lensOf(model, prompts, task, reading.guesses, signal) });
  const { find } = traceReader(settings.detectors);
  const [guesses] = await askGuesses(model, [{ question: { row: 0, question }, prompts: prompts }], settings, find, signal);
  if (guesses?.ok !== true) return fail(guesses?.error.reason ?? 'engine-failed', guesses?.error.message ?? 'The model wrote nothing.');
  return ok({ ...reading, guesses: guesses.value, ...(part === 'lens' && { lens: await lensOf(model, prompts, task, guesses.value, signal) }) });
}

async function lensOf(model: LanguageModel, prompts: BiasPrompts, { measure }: TraceTask, { greedy }: Guesses, signal?: AbortSignal): Promise<TraceLens> {
  const first = measure.first?.span;
  if (measure.first === undefined) return { first, read: fail('no-answer', 'The trace states no answer before which the layers could be read.') };
  if (greedy === undefined) return { first, read: fail('no-guess', 'The greedy guess states no answer that could be compared.') };
  const lens = await readAnswerLens(model, prompts, { ...measure, finish: 'stop', tokens: undefined, pFirst: undefined }, greedy, signal);
  return { first, read: lens === undefined ? fail('same', `The greedy guess is the first answer itself (${greedy}): there is nothing to tell apart.`) : ok(lens) };
}
