import * as vscode from 'vscode';
import type { Disposable } from './disposable.ts';

/** A run that a person started and may stop: what the status bar shows. */
export interface Activity {
  /** What runs, such as `Scoring photos.md`. */
  readonly title: string;
  /** How far it is, such as `3/6`; empty while that is not known. */
  readonly progress: string;
  readonly cancel: () => void;
}

export interface RunningActivity {
  report(progress: string): void;
  end(): void;
}

/** What runs now, over all views. Whoever starts a long run says so here. */
export interface Activities extends Disposable {
  readonly onDidChange: vscode.Event<void>;
  /** In the order in which they were started: one model computes for one after the other. */
  list(): readonly Activity[];
  start(title: string, cancel: () => void): RunningActivity;
}

export function createActivities(): Activities {
  const changed = new vscode.EventEmitter<void>();
  const running = new Set<{ title: string; progress: string; cancel: () => void }>();
  return {
    onDidChange: changed.event,
    list: () => [...running],
    start(title, cancel) {
      const activity = { title, progress: '', cancel };
      running.add(activity);
      changed.fire();
      return {
        report(progress) {
          if (activity.progress === progress) return;
          activity.progress = progress;
          changed.fire();
        },
        end() {
          if (running.delete(activity)) changed.fire();
        },
      };
    },
    dispose: () => changed.dispose(),
  };
}
