import type { GenerateEvent, GenerateRequest, LanguageModel } from '../../../src/core/model.ts';
import { createRandom } from '../../../src/core/random.ts';
import type { LoggedSearchEvent, RoundRecord, SearchEvent, SearchFinished, StepRound } from '../../../src/core/search/events.ts';
import { defaultSearchSettings, type SearchSettings, type Strategy } from '../../../src/core/search/settings.ts';
import { solve, type SearchModels, type SearchOptions, type SearchProblem } from '../../../src/core/search/solve.ts';
import { VERDICT_MARKER } from '../../../src/core/verifier/prompt.ts';

/** What a fake policy says: a text up to its stop, or a whole sample. */
type Said = string | { readonly text: string; readonly finish: 'stop' | 'end' | 'length' };

export interface Asked {
  readonly asked: GenerateRequest[];
  readonly batches: number[];
}

function fakeModel(name: string, answer: (request: GenerateRequest, index: number) => GenerateEvent[]): LanguageModel & Asked {
  const asked: GenerateRequest[] = [];
  const batches: number[] = [];
  return {
    asked,
    batches,
    info: { name, hash: name, weights: 'none', parameters: 1, context: 1000 },
    capabilities: { probabilities: true },
    async *generate(requests, signal) {
      asked.push(...requests);
      batches.push(requests.length);
      await Promise.resolve();
      signal?.throwIfAborted();
      for (const [index, request] of requests.entries()) yield* answer(request, index);
    },
    nextTokenProbabilities: (prompts) => Promise.resolve(prompts.map(() => ({ ok: true, probabilities: [0.5, 0.5], tokens: 1 }))),
  };
}

/** For faults and edges: what the policy writes is written down, by the prompt and the number of the sample's stream. */
export function fakePolicy(say: (prompt: string, stream: number, request: GenerateRequest) => Said): LanguageModel & Asked {
  return fakeModel('fake policy', (request, index) =>
    Array.from({ length: request.n }, (_, sample): GenerateEvent => {
      const said = say(request.prompt, (request.firstSample ?? 0) + sample, request);
      const { text, finish } = typeof said === 'string' ? { text: said, finish: said.endsWith('\n\n') ? ('stop' as const) : ('end' as const) } : said;
      return { type: 'sample', request: index, sample, text, tokens: Math.max(1, text.length), finish, readout: undefined };
    }),
  );
}

/** Judges the now step; undefined: an analysis that never asks the question. */
export function fakeVerifier(judge: (step: string) => number | undefined): LanguageModel & Asked {
  return fakeModel('fake verifier', (request, index) => {
    const step = /Now Step: Step \d+: ([\s\S]*)\nPlease/.exec(request.prompt)?.[1] ?? '';
    const pYes = judge(step);
    const verdict = pYes === undefined ? 'I wonder.' : `${VERDICT_MARKER} ${pYes >= 0.5 ? 'Yes' : 'No'}`;
    return Array.from({ length: request.n }, (_, sample) => ({ type: 'sample', request: index, sample, text: verdict, tokens: 7, finish: 'stop', readout: pYes === undefined ? undefined : [pYes, 1 - pYes] }));
  });
}

function hashOf(text: string, start: number): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = (hash * 31 + text.charCodeAt(at)) % 1_000_003;
  return hash;
}

/** A policy and a verifier that depend on nothing but a seed: steps `a1` … of which some repeat, scores all over [0, 1], an end after four to seven steps. */
export function randomModels(seed: number): SearchModels {
  const draw = (text: string, stream: number) => createRandom(seed, hashOf(text, stream))();
  return {
    policy: fakePolicy((prompt, stream) => {
      const depth = prompt.split('\n\n').length - 1;
      const which = Math.floor(draw(prompt, stream) * 5);
      const step = `step ${depth} way ${which}`;
      return depth > 3 && draw(`${prompt}end`, stream) < 0.5 ? `${step} \\boxed{${which}}` : `${step}\n\n`;
    }),
    verifier: fakeVerifier((step) => draw(step, 0)),
  };
}

export const PROBLEM: SearchProblem = { question: 'How many?', gold: '5' };

/** Settings for fakes, which have no chat template. */
export function fakeSettings(strategy: Strategy, more: Partial<SearchSettings> = {}): SearchSettings {
  const settings = defaultSearchSettings(strategy);
  return { ...settings, policy: { ...settings.policy, prompt: 'plain' }, ...more };
}

export interface Ran {
  readonly events: readonly SearchEvent[];
  readonly rounds: readonly RoundRecord[];
  readonly finished: SearchFinished;
}

export async function run(models: SearchModels, settings: SearchSettings, options: SearchOptions = {}, problem: SearchProblem = PROBLEM): Promise<Ran> {
  const events: SearchEvent[] = [];
  for await (const event of solve(models, problem, settings, options)) events.push(event);
  return ranOf(events);
}

export function ranOf(events: readonly (SearchEvent | LoggedSearchEvent)[]): Ran {
  const finished = events.at(-1);
  if (finished?.type !== 'finished') throw new Error('the last event is not the end');
  return { events, rounds: events.flatMap((event) => (event.type === 'round' ? [event.record] : [])), finished };
}

export function stepRounds({ rounds }: Pick<Ran, 'rounds'>): StepRound[] {
  return rounds.filter((record) => record.kind === 'step');
}

/** Without what the clock decides. */
export function timeless(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, part: unknown) => (key === 'seconds' || key === 'date' ? undefined : part)));
}
