import { sameAnswer } from '../answers/same-answer.ts';
import { SEGMENTERS } from '../segment/segmenters.ts';
import { answerStart, splitThinking } from '../trace/thinking.ts';
import type { Span } from '../trace/trace.ts';
import type { FirstAnswer, TraceMeasure } from './events.ts';
import { redundantSteps } from './redundancy.ts';
import { reflectionFinder } from './reflections.ts';
import { repetitionLoops } from './repetition.ts';
import type { DetectorSettings } from './settings.ts';
import { answerFinder, ownAnswer, type AnswerFinder } from './stated-answer.ts';

/** What can be said of a trace from its text. Tokens are counted elsewhere: only its model knows them. */
export type TextMeasure = Omit<TraceMeasure, 'finish' | 'tokens' | 'pFirst'>;

/** Reads traces with these detectors. */
export interface TraceReader {
  readonly find: AnswerFinder;
  /** `text` is what the model wrote from the start of thinking on. */
  measure(text: string, gold: string | undefined, given?: GivenMeasure): TextMeasure;
}

/** What is known of a trace and not to be found. */
export interface GivenMeasure {
  /** A person's correction of the first answer; null: there is none, whatever the detector says. */
  readonly first?: FirstAnswer | null;
  /** How the steps are cut already, as an editor shows them. */
  readonly steps?: readonly Span[];
}

export function traceReader({ segmenter, reflectionWords, answerPatterns }: DetectorSettings): TraceReader {
  const find = answerFinder(answerPatterns);
  const reflectionsOf = reflectionFinder(reflectionWords);
  return {
    find,
    measure(text, gold, given = {}) {
      const steps = given.steps ?? SEGMENTERS[segmenter].cut(text, thinkingOf(text));
      const first = given.first === undefined ? firstAnswer(find, text, steps) : (given.first ?? undefined);
      const answer = ownAnswer(find, text);
      return {
        text,
        steps,
        first,
        reflections: reflectionsOf(text, steps),
        redundant: redundantSteps(text, steps, first?.step, find),
        loops: repetitionLoops(text, steps),
        answer,
        correct: gold === undefined ? undefined : answer !== undefined && sameAnswer(answer, gold),
      };
    },
  };
}

/** Where the steps lie: nowhere where the thinking was ended at once, though splitThinking then takes the answer for it. */
function thinkingOf(text: string): Span {
  const { thinking } = splitThinking(text);
  return thinking.start < (answerStart(text, true) ?? Infinity) ? thinking : { start: 0, end: 0 };
}

/** The first statement of an answer in the steps; what is stated after the thinking is no first answer. */
function firstAnswer(find: AnswerFinder, text: string, steps: readonly Span[]): FirstAnswer | undefined {
  for (const [step, { start, end }] of steps.entries()) {
    const [stated] = find(text.slice(start, end));
    if (stated !== undefined) return { answer: stated.answer, span: { start: start + stated.span.start, end: start + stated.span.end }, step, by: stated.by };
  }
  return undefined;
}
