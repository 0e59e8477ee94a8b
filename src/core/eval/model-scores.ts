import type { LanguageModel } from '../model.ts';
import type { Sample, Score } from '../verifier/score.ts';
import { scoreTraces, type ScoreRequest } from '../verifier/score-trace.ts';
import type { VerifierSettings } from '../verifier/settings.ts';
import { stepTexts } from '../trace/trace.ts';
import type { ScoreAnswer, ScoreSource, ScoreWish, StepScores } from './score-source.ts';

export interface ModelScoresOptions {
  /**
   * Traces that are scored as one batch. With 1 a trace scores the same whatever else is scored; larger batches of a local
   * model change the last bits (see the scheduler). For a served model: enough to keep it busy.
   */
  readonly batch: number;
  /** Samples made earlier for a step of a trace: only the missing ones are made. */
  readonly known?: (wish: ScoreWish, step: number) => readonly Sample[];
  /** Every sample that is made, with its place among the step's: for who keeps them. */
  readonly onSample?: (wish: ScoreWish, step: number, index: number, sample: Sample) => void;
}

/** Scores that a model makes when they are asked for. */
export function modelScores(model: LanguageModel, settings: VerifierSettings, { batch, known, onSample }: ModelScoresOptions): ScoreSource {
  return {
    name: model.info.name,
    batch,
    hard: true,
    async *score(wishes, signal) {
      const states = wishes.map(createState);
      const request = (wish: ScoreWish, only: readonly number[]): ScoreRequest => ({
        problem: wish.trace.problem,
        steps: stepTexts(wish.trace),
        only,
        settings,
        ...(known && { known: (step: number) => known(wish, step) }),
      });
      while (true) {
        const open = [...states.entries()].filter(([, state]) => state.next().length > 0);
        if (open.length === 0) break;
        const requests = open.flatMap(([index, state]) => (wishes[index] ? [request(wishes[index], state.next())] : []));
        const taken = open.map(([wish, state]) => ({ wish, state }));
        for await (const { trace, event } of scoreTraces(model, requests, signal)) {
          const one = taken[trace];
          if (event.type === 'note') yield { note: event.message };
          if (one === undefined) continue;
          const wish = wishes[one.wish];
          if (event.type === 'sample' && wish) onSample?.(wish, event.step, event.index, event.sample);
          if (event.type === 'step') one.state.add(event.step, event.score);
          if (event.type === 'step-failed') one.state.fail(event.step, event.message);
          if (event.type === 'finished' && one.state.next().length === 0) yield { wish: one.wish, answer: one.state.answer() };
        }
      }
    },
  };
}

interface WishState {
  /** Steps to ask for next; none when it is done. */
  next(): readonly number[];
  add(step: number, score: Score): void;
  fail(step: number, message: string): void;
  answer(): ScoreAnswer;
}

function createState(wish: ScoreWish): WishState {
  const wanted = Math.min(wish.until ?? Infinity, wish.trace.steps.length);
  const scores: (Score | undefined)[] = [];
  let done = 0;
  let failed: string | undefined;
  const settle = (step: number, score: Score | undefined) => {
    scores[step] = score;
    done++;
  };
  /** One step after the other where a low one ends it; else all at once. */
  const stopped = () => {
    if (wish.stopUnder === undefined) return false;
    const last = scores[done - 1];
    const value = wish.stopBy === 'hard' ? last?.hard : last?.pYes;
    // Without a score it is not known whether the next one matters.
    return done > 0 && (value === undefined || value < wish.stopUnder);
  };
  return {
    next() {
      if (done >= wanted || stopped()) return [];
      return wish.stopUnder === undefined ? Array.from({ length: wanted }, (_, step) => step) : [done];
    },
    add: (step, score) => settle(step, score),
    fail(step, message) {
      failed ??= message;
      settle(step, undefined);
    },
    answer() {
      const list = Array.from({ length: done }, (_, step) => scores[step]);
      if (list.every((score) => score === undefined)) return { ok: false, reason: 'not-scored', message: failed ?? 'No step could be scored.' };
      return { ok: true, scores: toStepScores(list, failed) };
    },
  };
}

function toStepScores(scores: readonly (Score | undefined)[], failed: string | undefined): StepScores {
  const samples = scores.flatMap((score) => score?.samples ?? []);
  const several = scores.some((score) => (score?.samples.length ?? 0) > 1);
  return {
    soft: scores.map((score) => score?.pYes),
    hard: scores.map((score) => score?.hard),
    ...(failed !== undefined && { failed }),
    tokens: samples.reduce((sum, { tokens }) => sum + tokens, 0),
    unparsed: samples.filter(({ pYes }) => pYes === undefined).length,
    samples: samples.length,
    ...(several && {
      readings: scores.map((score) => (score?.samples ?? []).map(({ pYes }) => pYes)),
      readingTokens: scores.map((score) => (score?.samples ?? []).map(({ tokens }) => tokens)),
    }),
  };
}
