import type { BiasEvent } from '../../core/bias/events.ts';
import type { BiasSettings } from '../../core/bias/settings.ts';

/** The parts of an experiment, in the order in which they are done. */
export const STAGES = ['guesses', 'traces', 'attention', 'masking', 'report'] as const;
export type Stage = (typeof STAGES)[number];

/** How far an experiment is. */
export interface ExperimentProgress {
  readonly stage: Stage;
  /** Parts of the stage that are done, of so many; both 0 for the report. */
  readonly done: number;
  readonly of: number;
  /** Share of all parts, in [0, 1]. Parts are not alike, so it is rough. */
  readonly share: number;
}

export interface ProgressCounter {
  add(event: BiasEvent): void;
  now(): ExperimentProgress;
}

const STAGE_OF: Readonly<Partial<Record<BiasEvent['type'], Stage>>> = { guesses: 'guesses', trace: 'traces', attention: 'attention', masked: 'masking', 'not-applicable': 'masking' };
const FAILED_STAGE: Readonly<Record<Extract<BiasEvent, { type: 'failed' }>['part'], Stage | undefined>> = { guesses: 'guesses', trace: 'traces', attention: 'attention', masking: 'masking', tokens: undefined };

/** Counts the events of an experiment on so many questions, those of an earlier part of the run first. What failed is done, too. */
export function countProgress(questions: number, { plans, attention }: Pick<BiasSettings, 'plans' | 'attention'>): ProgressCounter {
  const of: Record<Stage, number> = { guesses: questions, traces: questions, attention: Math.min(attention, questions), masking: questions * plans.length, report: 0 };
  const done: Record<Stage, number> = { guesses: 0, traces: 0, attention: 0, masking: 0, report: 0 };
  let reached = 0;
  return {
    add(event) {
      if (event.type === 'lack' && (event.part === 'attention' || event.part === 'masking')) of[event.part] = done[event.part];
      const stage = event.type === 'failed' ? FAILED_STAGE[event.part] : event.type === 'report' ? 'report' : STAGE_OF[event.type];
      if (stage === undefined) return;
      done[stage] = Math.min(of[stage], done[stage] + 1);
      reached = Math.max(reached, STAGES.indexOf(stage));
    },
    now() {
      // A stage is over when the next one has begun, also where not all of it could be done.
      const stage = STAGES.find((name, index) => index >= reached && done[name] < of[name]) ?? 'report';
      const all = STAGES.reduce((sum, name) => sum + of[name], 0);
      const parts = STAGES.reduce((sum, name, index) => sum + (index < STAGES.indexOf(stage) ? of[name] : done[name]), 0);
      return { stage, done: done[stage], of: of[stage], share: all === 0 ? 1 : parts / all };
    },
  };
}
