import type { GenerateEvent, GenerateRequest, LanguageModel } from '../model.ts';
import { opensThinking } from '../trace/thinking.ts';
import { findSections, findVerdict } from './analysis.ts';
import { combineSamples, provenanceOf, summarize } from './combine.ts';
import type { ScoreEvent } from './events.ts';
import { VERDICT_READING, VERDICTS } from './prompt.ts';
import type { Sample, Score } from './score.ts';
import { effectiveTemperature, type VerifierSettings } from './settings.ts';
import { stepPrompts } from './step-prompts.ts';

export interface ScoreRequest {
  readonly problem: string;
  /** All step texts, in order. */
  readonly steps: readonly string[];
  /** 0-based indices of the steps to score, in the order in which they are wanted; all when absent. */
  readonly only?: readonly number[];
  readonly settings: VerifierSettings;
  /** Samples made earlier for the same key (see scoreKey); only the missing ones are made. */
  readonly known?: (step: number) => readonly Sample[];
}

/**
 * Scores the steps of one solution (R-PRM): K analyses a step, P(Yes) read at each one's verification question, or in
 * direct mode one reading a step without an analysis. All steps run as one batch over their shared prefix.
 *
 * Yields events as they happen. Throws what the model throws (`aborted` when the signal fires); whatever was yielded before
 * stays valid. A step that cannot be scored alone is a `step-failed` event.
 */
export async function* scoreTrace(model: LanguageModel, request: ScoreRequest, signal?: AbortSignal): AsyncGenerator<ScoreEvent> {
  for await (const { event } of scoreTraces(model, [request], signal)) yield event;
}

/** An event of one of several solutions that are scored together. */
export interface TraceScoreEvent {
  /** Index of the solution among the requests. */
  readonly trace: number;
  readonly event: ScoreEvent;
}

/** Scores several solutions as one batch, which keeps the model's batches full: the way to score a data set. */
export async function* scoreTraces(model: LanguageModel, requests: readonly ScoreRequest[], signal?: AbortSignal): AsyncGenerator<TraceScoreEvent> {
  const states = requests.map((request, trace) => createState(model, request, trace));
  for (const state of states) {
    yield* state.begin();
    yield* state.end();
  }
  const missing = states.flatMap((state) => state.missing.map((step): MissingStep => ({ state, step })));
  const jobs: Job[] = [];
  yield* await makePrompts(model, missing, jobs, signal);
  const isDirect = ({ state }: Job) => state.request.settings.mode === 'direct';
  yield* await readDirect(model, jobs.filter(isDirect), signal);
  yield* analyse(model, jobs.filter((job) => !isDirect(job)), signal);
}

/** A step that lacks samples. */
interface MissingStep {
  readonly state: TraceState;
  readonly step: number;
}

/** What the model is asked about a step. */
interface Job extends MissingStep {
  readonly prompt: string;
}

/** Adds a job for every step that can be asked about; returns what there is to say of the others, and each note once. */
async function makePrompts(model: LanguageModel, missing: readonly MissingStep[], jobs: Job[], signal: AbortSignal | undefined): Promise<TraceScoreEvent[]> {
  const questions = missing.map(({ state: { request: { problem, steps, settings } }, step }) => ({ problem, steps, step, mode: settings.mode, form: settings.prompt }));
  const prompts = await stepPrompts(model, questions, signal);
  const notes = new Set<string>();
  return missing.flatMap(({ state, step }, index) => {
    const made = prompts[index];
    if (made === undefined) return [];
    if (!made.ok) return [state.fail(step, made.reason, made.message), ...state.end()];
    jobs.push({ state, step, prompt: made.prompt });
    const { note } = made;
    if (note === undefined || notes.has(note)) return [];
    notes.add(note);
    return [{ trace: state.trace, event: { type: 'note', message: note } }];
  });
}

/** The analyses of all steps, as one batch. */
async function* analyse(model: LanguageModel, jobs: readonly Job[], signal: AbortSignal | undefined): AsyncGenerator<TraceScoreEvent> {
  if (jobs.length === 0) return;
  const requests = jobs.map(({ state, step, prompt }) => state.generateRequest(step, prompt));
  for await (const event of model.generate(requests, signal)) {
    const job = jobs[event.request];
    if (job === undefined) continue;
    yield* job.state.receive(job.step, event, opensThinking(job.prompt));
    yield* job.state.end();
  }
}

interface TraceState {
  readonly trace: number;
  readonly request: ScoreRequest;
  /** Steps that lack samples. */
  readonly missing: readonly number[];
  begin(): TraceScoreEvent[];
  /** Asks for the samples that a step lacks. */
  generateRequest(step: number, prompt: string): GenerateRequest;
  /** `opened`: the prompt ended in an open thinking block. */
  receive(step: number, event: GenerateEvent, opened: boolean): TraceScoreEvent[];
  add(step: number, index: number, sample: Sample): TraceScoreEvent[];
  fail(step: number, reason: string, message: string): TraceScoreEvent;
  /** The `finished` event, once, when no step is open any more. */
  end(): TraceScoreEvent[];
}

function createState(model: LanguageModel, request: ScoreRequest, trace: number): TraceState {
  const { settings, steps } = request;
  const wanted = request.only ?? steps.map((_, index) => index);
  const k = settings.mode === 'direct' ? 1 : settings.k;
  const samples = new Map(wanted.map((step) => [step, [...(request.known?.(step) ?? [])].slice(0, k)] as [number, (Sample | undefined)[]]));
  const complete = (step: number) => (samples.get(step) ?? []).filter((sample) => sample !== undefined);
  const missing = wanted.filter((step) => complete(step).length < k);
  /** Samples that were there at the start: `known` may read a store that this run fills. */
  const had = new Map(wanted.map((step) => [step, complete(step).length]));
  const scores: (Score | undefined)[] = steps.map(() => undefined);
  const open = new Set(missing);
  const started = Date.now();
  let ended = false;
  let tokens = 0;
  const wrap = (event: ScoreEvent): TraceScoreEvent => ({ trace, event });
  const score = (step: number): TraceScoreEvent => {
    const result = combineSamples(complete(step), provenanceOf(model.info, settings, new Date().toISOString()));
    scores[step] = result;
    open.delete(step);
    return wrap({ type: 'step', step, score: result });
  };

  const state: TraceState = {
    trace,
    request,
    missing,
    begin: () => [wrap({ type: 'started', steps: wanted, k }), ...wanted.filter((step) => !missing.includes(step)).map(score)],
    generateRequest(step, prompt) {
      const first = had.get(step) ?? 0;
      return generateRequest(prompt, settings, first, k - first);
    },
    receive(step, event, opened) {
      if (event.type === 'text') return [];
      if (event.type === 'failed') return [state.fail(step, event.reason, event.message)];
      return state.add(step, (had.get(step) ?? 0) + event.sample, toSample(event, opened));
    },
    add(step, index, sample) {
      tokens += sample.tokens;
      const list = samples.get(step) ?? [];
      list[index] = sample;
      samples.set(step, list);
      const made = wrap({ type: 'sample', step, index, sample });
      return complete(step).length < k ? [made] : [made, score(step)];
    },
    fail(step, reason, message) {
      open.delete(step);
      return wrap({ type: 'step-failed', step, reason, message: `Step ${step + 1}: ${message}` });
    },
    end() {
      if (ended || open.size > 0) return [];
      ended = true;
      return [wrap({ type: 'finished', summary: summarize(scores, settings.threshold, (Date.now() - started) / 1000, tokens) })];
    },
  };
  return state;
}

function generateRequest(prompt: string, settings: VerifierSettings, firstSample: number, n: number): GenerateRequest {
  const temperature = effectiveTemperature(settings);
  return {
    prompt,
    n,
    firstSample,
    maxNewTokens: settings.maxNewTokens,
    temperature,
    topP: temperature === 0 ? 1 : settings.topP,
    seed: settings.seed,
    ...VERDICT_READING,
  };
}

function toSample(event: Extract<GenerateEvent, { type: 'sample' }>, opened: boolean): Sample {
  return {
    pYes: event.readout?.[0],
    ...(event.bound === undefined ? {} : { pYesBound: event.bound }),
    ...(event.unread === undefined ? {} : { unread: event.unread }),
    verdict: findVerdict(event.text, opened),
    analysis: event.text,
    sections: findSections(event.text, opened),
    tokens: event.tokens,
  };
}

/** One forward pass over all steps of all solutions; there is no analysis to show, and the verdict is the larger probability. */
async function readDirect(model: LanguageModel, jobs: readonly Job[], signal: AbortSignal | undefined): Promise<TraceScoreEvent[]> {
  const readings = jobs.length === 0 ? [] : await model.nextTokenProbabilities(jobs.map(({ prompt }) => prompt), VERDICTS, signal);
  return readings.flatMap((reading, index) => {
    const job = jobs[index];
    if (job === undefined) return [];
    if (!reading.ok) return [job.state.fail(job.step, reading.reason, reading.message), ...job.state.end()];
    const pYes = reading.probabilities[0];
    const verdict = pYes === undefined ? undefined : pYes < 0.5 ? 'no' : 'yes';
    const bound = reading.bound === undefined ? {} : { pYesBound: reading.bound };
    return [...job.state.add(job.step, 0, { pYes, ...bound, verdict, analysis: '', sections: [], tokens: 0 }), ...job.state.end()];
  });
}
