import { channel } from 'node:diagnostics_channel';
import type * as vscode from 'vscode';
import type { TraceView } from './trace-sessions.ts';

/** A step has a result of the run that goes on. */
export interface StepDone {
  readonly document: vscode.TextDocument;
  /** 0-based. */
  readonly step: number;
}

/**
 * What the benchmark of the host (test/bench-host) times, told synchronously as it happens, so that nothing has to be asked
 * again and again for it. Nobody else listens, and then telling is an empty call. Messages are a StepDone and a TraceView.
 */
export const MILESTONES = { stepDone: 'stepscope:step-done', viewDrawn: 'stepscope:view-drawn' } as const;

const stepDone = channel(MILESTONES.stepDone);
const viewDrawn = channel(MILESTONES.viewDrawn);

export function tellStepDone(done: StepDone): void {
  stepDone.publish(done);
}

/** The decorations of the view were handed to an editor that shows it. */
export function tellViewDrawn(view: TraceView): void {
  viewDrawn.publish(view);
}
