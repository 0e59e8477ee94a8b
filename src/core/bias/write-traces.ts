import type { LanguageModel } from '../model.ts';
import { fail, ok, type Result } from '../result.ts';
import { SEGMENTERS, type TextSegmenterName } from '../segment/segmenters.ts';
import { opensThinking, splitThinking, thinkingStart } from '../trace/thinking.ts';
import type { Span } from '../trace/trace.ts';
import type { PromptedQuestion } from './ask-guesses.ts';
import { collectSamples } from './collect-samples.ts';
import { tokenizeTraces, withTokens } from './count-tokens.ts';
import type { TraceMeasure } from './events.ts';
import type { TraceReader } from './measure-trace.ts';
import { questionSeed, type BiasSettings } from './settings.ts';

/** Has the model think about some questions, in one batch: the measured traces in their order; a question that fails does so alone. */
export async function writeTraces(model: LanguageModel, asked: readonly PromptedQuestion[], settings: BiasSettings, reader: TraceReader, signal?: AbortSignal): Promise<Result<TraceMeasure>[]> {
  const results = await collectSamples(
    model,
    asked.map(({ question, prompts }) => ({ prompt: prompts.thinking, n: 1, ...settings.trace, seed: questionSeed(settings.seed, question.row), stop: [] })),
    signal,
  );
  const written = results.map((result) => (result.ok ? result.value[0] : undefined));
  const tokenized = await tokenizeTraces(model, asked.map(({ prompts }, index) => ({ prompt: prompts.thinking, text: written[index]?.text ?? '' })), signal);
  return asked.map(({ question, prompts }, index) => {
    const [result, sample] = [results[index], written[index]];
    if (sample !== undefined) return ok(withTokens(reader.measure(sample.text, question.gold), sample.finish, prompts.thinking, tokenized[index]));
    return result?.ok === false ? result : fail('engine-failed', 'The model wrote nothing.');
  });
}

/**
 * Measures a solution that is given as text as if the model had written it. It counts as cut off where its thinking has no
 * end, else as written to its end. Throws StepscopeError, reason `context-exceeded`, where the model cannot read so much.
 */
export async function readGivenTrace(model: LanguageModel, { question, prompts }: PromptedQuestion, response: string, reader: TraceReader, signal?: AbortSignal): Promise<TraceMeasure> {
  const text = response.slice(givenStart(prompts.thinking, response));
  const [tokenized] = await tokenizeTraces(model, [{ prompt: prompts.thinking, text }], signal);
  const opened = opensThinking(prompts.thinking) || thinkingStart(text) !== undefined;
  const finish = opened && splitThinking(text).answer === undefined ? 'length' : 'end';
  return withTokens(reader.measure(text, question.gold), finish, prompts.thinking, tokenized);
}

/** Where in a response the part begins that goes on from the prompt, UTF-16 units: a block that the prompt has opened is not opened twice. */
export function givenStart(prompt: string, response: string): number {
  if (!opensThinking(prompt)) return 0;
  const body = thinkingStart(response)?.body ?? 0;
  return response.length - response.slice(body).trimStart().length;
}

/** `auto` may cut what a model writes under a mask in another way than the original, so it is none of these. */
const COMPARABLE: readonly TextSegmenterName[] = ['blank-lines', 'lines', 'numbered', 'sentences', 'planning-words'];

/** The segmenter that cuts a response into exactly these steps, so that what is compared with it is cut alike; undefined where none does. */
export function segmenterOf(response: string, steps: readonly Span[]): TextSegmenterName | undefined {
  const { thinking } = splitThinking(response);
  return COMPARABLE.find((name) => {
    const cut = SEGMENTERS[name].cut(response, thinking);
    return cut.length === steps.length && cut.every(({ start, end }, index) => start === steps[index]?.start && end === steps[index].end);
  });
}
