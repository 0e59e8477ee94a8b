import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type * as vscode from 'vscode';
import { MILESTONES, type StepDone } from '../../src/vscode/milestones.ts';
import type { TraceView } from '../../src/vscode/trace-sessions.ts';
import { now } from './seen.ts';

const isView = (message: unknown): message is TraceView => typeof message === 'object' && message !== null && 'annotations' in message;
const isDone = (message: unknown): message is StepDone => typeof message === 'object' && message !== null && 'step' in message;

/** Follows what the extension tells of itself; returns what ends that. */
function listen(channel: string, hear: (message: unknown) => void): () => void {
  const listener = (message: unknown): void => hear(message);
  subscribe(channel, listener);
  return () => void unsubscribe(channel, listener);
}

/** Resolves to when decorations with a score are next handed to an editor. */
export function nextScoreDrawn(): Promise<number> {
  return new Promise((resolve) => {
    const stop = listen(MILESTONES.viewDrawn, (view) => {
      if (!isView(view) || view.annotations.scored === 0) return;
      stop();
      resolve(now());
    });
  });
}

/** When a step had its result, and when decorations that show it were handed to an editor. */
export interface ShownStep {
  readonly done: number;
  readonly drawn: number;
}

/** Follows each step of a document that is scored from now on. */
export function watchSteps(document: vscode.TextDocument): { end(): readonly ShownStep[] } {
  const waiting = new Map<number, number>();
  const shown: ShownStep[] = [];
  const stops = [
    listen(MILESTONES.stepDone, (done) => {
      if (isDone(done) && done.document === document) waiting.set(done.step, now());
    }),
    listen(MILESTONES.viewDrawn, (view) => {
      if (!isView(view) || view.document !== document) return;
      for (const [step, done] of [...waiting]) {
        if (view.annotations.steps[step]?.score === undefined) continue;
        shown.push({ done, drawn: now() });
        waiting.delete(step);
      }
    }),
  ];
  return {
    end() {
      stops.forEach((stop) => stop());
      return shown;
    },
  };
}
