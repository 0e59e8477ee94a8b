import { finalAnswer } from '../answers/final-answer.ts';
import type { GenerateEvent, GenerateRequest, LanguageModel } from '../model.ts';
import { answerStart } from '../trace/thinking.ts';
import type { SearchEvent, StepCandidate } from './events.ts';
import { identityOf, pathText, type Path } from './path.ts';
import type { RoundPlan } from './plan.ts';
import type { SearchSettings } from './settings.ts';

/** What ends a step (PATS, section 4.1; R-PRM's guided search). */
export const STEP_END = '\n\n';
/** Rounds draw from streams of their own: the same prompt in another round gives other samples. More than a round ever asks for. */
const STREAMS = 4096;
const CLOSE = '</think>';

type Sample = Extract<GenerateEvent, { type: 'sample' }>;

/**
 * Samples the candidates of a round: one batch over the shared prefix. A candidate that closes the policy's thinking is final;
 * the answer after it is written in a second, short batch. Yields each as it is complete; returns all, in their order, those
 * that are out marked so.
 */
export async function* propose(policy: LanguageModel, prompt: string, plan: RoundPlan, settings: SearchSettings, signal?: AbortSignal): AsyncGenerator<SearchEvent, StepCandidate[]> {
  const { width, open, round } = plan;
  const found: StepCandidate[] = [];
  const closing: { readonly index: number; readonly path: Path; readonly sample: Sample }[] = [];
  const requests = open.map((path, at) => request(prompt + pathText(path), width, round * STREAMS + at * width, [STEP_END], settings));
  for await (const event of policy.generate(requests, signal)) {
    const path = open[event.request];
    if (event.type === 'text' || path === undefined) continue;
    const first = event.request * width;
    if (event.type === 'failed') {
      for (let index = first; index < first + width; index++) found[index] = failed(index, path, event.message);
      continue;
    }
    const index = first + event.sample;
    if (event.finish === 'stop' && closesThinking(prompt + pathText(path), event.text)) closing.push({ index, path, sample: event });
    else {
      found[index] = toCandidate(index, path, event, settings);
      yield { type: 'candidate', round, candidate: found[index] };
    }
  }
  // The order of arrival is the model's; the batch must not depend on it.
  closing.sort((a, b) => a.index - b.index);
  const answers = closing.map(({ index, path, sample }) => request(prompt + pathText(path) + sample.text, 1, round * STREAMS + index, [], settings));
  if (answers.length > 0) {
    for await (const event of policy.generate(answers, signal)) {
      const closed = closing[event.request];
      if (event.type === 'text' || closed === undefined) continue;
      const { index, path, sample } = closed;
      found[index] = event.type === 'failed' ? failed(index, path, event.message) : toCandidate(index, path, { ...event, text: sample.text + event.text, tokens: sample.tokens + event.tokens, finish: event.finish === 'length' ? 'length' : 'end' }, settings);
      yield { type: 'candidate', round, candidate: found[index] };
    }
  }
  return withoutRepeats(Array.from({ length: open.length * width }, (_, index) => found[index] ?? failed(index, open[Math.floor(index / width)], `${policy.info.name} gave nothing for it.`)), open);
}

function request(prompt: string, n: number, firstSample: number, stop: readonly string[], { policy, seed }: SearchSettings): GenerateRequest {
  return { prompt, n, firstSample, maxNewTokens: policy.maxStepTokens, temperature: policy.temperature, topP: policy.temperature === 0 ? 1 : policy.topP, seed, stop };
}

/** A thinking block was open, and the text closes it: what comes after the blank line is the answer, not another step. */
function closesThinking(before: string, text: string): boolean {
  const start = answerStart(text, true);
  if (start === undefined) return false;
  const written = before + text.slice(0, start - CLOSE.length);
  return written.lastIndexOf('<think>') > written.lastIndexOf(CLOSE);
}

function toCandidate(index: number, path: Path, { text, tokens, finish }: Sample, settings: SearchSettings): StepCandidate {
  const step = stepOf(text);
  const final = finish === 'end';
  const answer = final ? finalAnswer(text) : undefined;
  const base = { kind: 'step' as const, index, text, step, final, tokens, verifierTokens: 0, ...parentOf(path), ...(answer === undefined ? {} : { answer }) };
  if (finish === 'length') return { ...base, dropped: 'cut', message: `It ran into the limit of ${settings.policy.maxStepTokens} tokens a step, or the end of the context, before its blank line.` };
  return step === '' ? { ...base, dropped: 'empty' } : base;
}

/** What of a candidate is judged: its thinking; where it only closes its thinking, the answer. */
function stepOf(text: string): string {
  const start = answerStart(text, true);
  if (start === undefined) return text.trim();
  const thought = text.slice(0, start - CLOSE.length).trim();
  return thought === '' ? text.slice(start).trim() : thought;
}

function failed(index: number, path: Path | undefined, message: string): StepCandidate {
  return { kind: 'step', index, text: '', step: '', final: false, tokens: 0, verifierTokens: 0, ...(path && parentOf(path)), dropped: 'failed', message };
}

function parentOf({ end }: Path): Pick<StepCandidate, 'parent'> {
  return end === undefined ? {} : { parent: end };
}

/** Marks what repeats an earlier candidate of the same path, or a step of the path. */
function withoutRepeats(candidates: readonly StepCandidate[], paths: readonly Path[]): StepCandidate[] {
  const width = candidates.length / paths.length;
  return paths.flatMap((path, at) => {
    const used = new Set(path.candidates.map(identityOf));
    const first = new Map<string, number>();
    return candidates.slice(at * width, (at + 1) * width).map((candidate): StepCandidate => {
      if (candidate.dropped !== undefined) return candidate;
      const identity = identityOf(candidate);
      if (used.has(identity)) return { ...candidate, dropped: 'used' };
      const same = first.get(identity);
      if (same !== undefined) return { ...candidate, dropped: 'duplicate', sameAs: same };
      first.set(identity, candidate.index);
      return candidate;
    });
  });
}
