import type { GenerateRequest, LanguageModel } from '../model.ts';
import { createRandom } from '../random.ts';
import { collectSamples } from './collect-samples.ts';
import { comparePair } from './compare.ts';
import { tokenizeTraces, withTokens, type TokenizedTrace } from './count-tokens.ts';
import type { PromptedQuestion } from './ask-guesses.ts';
import type { BiasEvent, EffectiveMask, TraceMeasure } from './events.ts';
import type { TraceReader } from './measure-trace.ts';
import type { MaskPlan } from './plan.ts';
import { renderPlan, type RenderedPlan } from './render-plan.ts';
import { questionSeed, type BiasSettings } from './settings.ts';

/** A question whose trace is to be continued under some plans. */
export interface PlannedQuestion extends PromptedQuestion {
  readonly trace: TraceMeasure;
  /** Indices among the settings' plans. */
  readonly plans: readonly number[];
}

interface Continuation {
  readonly asked: PlannedQuestion;
  readonly original: TokenizedTrace | undefined;
  readonly plan: number;
  readonly rendered: RenderedPlan;
}

/** Continues the traces of some questions under their plans, in one batch: plans of a question share what comes before their masks. */
export async function runPlans(model: LanguageModel, asked: readonly PlannedQuestion[], settings: BiasSettings, reader: TraceReader, signal?: AbortSignal): Promise<BiasEvent[]> {
  const events: BiasEvent[] = [];
  const originals = await tokenizeTraces(model, asked.map(({ prompts, trace }) => ({ prompt: prompts.thinking, text: trace.text })), signal);
  const continuations = asked.flatMap((question, index) =>
    question.plans.flatMap((plan): Continuation[] => {
      const rendered = render(question, settings.plans[plan], plan, originals[index], settings);
      if (rendered?.ok === true) return [{ asked: question, original: originals[index], plan, rendered: rendered.value }];
      if (rendered !== undefined) events.push({ type: 'not-applicable', row: question.question.row, plan, message: rendered.error.message });
      return [];
    }),
  );
  const effective = await effectiveMasks(model, continuations, settings.plans, signal);
  const samples = await collectSamples(model, continuations.map((continuation) => requestOf(continuation, settings)), signal);
  const texts = continuations.map(({ asked: { trace }, rendered }, index) => {
    const result = samples[index];
    const [sample] = result?.ok === true ? result.value : [];
    return sample && { text: trace.text.slice(0, rendered.kept) + sample.text, finish: sample.finish };
  });
  const tokenized = await tokenizeTraces(model, continuations.map(({ asked: { prompts } }, index) => ({ prompt: prompts.thinking, text: texts[index]?.text ?? '' })), signal);
  continuations.forEach(({ asked: { question, prompts, trace }, plan, original }, index) => {
    const [result, written, mask] = [samples[index], texts[index], effective[index]];
    if (written === undefined || mask === undefined) {
      events.push({ type: 'failed', row: question.row, part: 'masking', plan, message: result?.ok === false ? result.error.message : 'The model wrote nothing.' });
      return;
    }
    const masked = withTokens(reader.measure(written.text, question.gold), written.finish, prompts.thinking, tokenized[index]);
    const comparison = comparePair(trace, masked, { original: original?.texts, masked: tokenized[index]?.texts });
    events.push({ type: 'masked', row: question.row, plan, mask, trace: masked, comparison });
  });
  return events;
}

function render({ question, prompts, trace }: PlannedQuestion, plan: MaskPlan | undefined, index: number, original: TokenizedTrace | undefined, { seed }: BiasSettings) {
  if (plan === undefined) return undefined;
  const situation = { prompt: prompts.thinking, question: prompts.question, ...(prompts.system && { system: prompts.system }), trace: trace.text, steps: trace.steps, first: trace.first, tokens: original?.tokens };
  return renderPlan(plan, situation, createRandom(questionSeed(seed, question.row), index));
}

/** Greedy as the trace was, and no longer than it could have become: then the mask is all that differs. */
function requestOf({ asked: { question, prompts }, original, rendered }: Continuation, { trace, seed }: BiasSettings): GenerateRequest {
  const kept = original?.tokens.filter(({ start, end }) => end > prompts.thinking.length && start < rendered.whole.length).length ?? 0;
  return { prompt: rendered.prompt, hide: rendered.hide, n: 1, temperature: trace.temperature, topP: trace.topP, maxNewTokens: Math.max(1, trace.maxNewTokens - kept), seed: questionSeed(seed, question.row), stop: [] };
}

/** The exact tokens that each plan hides, as the model itself finds them. */
async function effectiveMasks(model: LanguageModel, continuations: readonly Continuation[], plans: readonly MaskPlan[], signal?: AbortSignal): Promise<EffectiveMask[]> {
  const texts = continuations.map(({ rendered: { whole, spans } }) => ({ text: whole, hide: spans.map((span) => ({ span })) }));
  const tokenized = await model.tokenize?.(texts, signal);
  return continuations.map(({ rendered, plan }, index) => {
    const found = tokenized?.[index];
    const positions = new Set(found?.hidden.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)));
    const hidden = found && [...positions].sort((a, b) => a - b).map((position) => ({ position, text: rendered.whole.slice(found.tokens[position]?.start, found.tokens[position]?.end) }));
    return { method: plans[plan]?.method ?? 'mask', hidden, from: found?.hidden[0]?.from, kept: rendered.kept };
  });
}
