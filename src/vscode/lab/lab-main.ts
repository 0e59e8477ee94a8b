/**
 * Entry of the second bundle of the extension (dist/lab.js): what is needed for measuring and not for reading and scoring a
 * trace. It is loaded with the first of its commands, views or runs. See lazy-lab.ts.
 */
import { config } from '@vscode/l10n';
import * as vscode from 'vscode';
import { createSymbolicEquality } from '../../models/symbolic/symbolic-equality.ts';
import type { Disposable } from '../disposable.ts';
import { registerTestExplorer } from '../evals/register-test-explorer.ts';
import type { RunKindSupport } from '../runs/run-kinds.ts';
import { readSettings } from '../settings.ts';
import { rowsAtOnce } from '../verifier-choice.ts';
import type { LabServices } from './lab-services.ts';

/** What the first bundle uses of the second. */
export interface Lab extends Disposable {
  readonly kinds: Readonly<Partial<Record<'bias' | 'eval', RunKindSupport>>>;
}

/** Composes the adapters of the laboratory. Starts no model. */
export function openLab(services: LabServices): Lab {
  // The bundle has a copy of its own of the module.
  config({ contents: vscode.l10n.bundle ?? {} });
  const { context, library, store, activities, verifier, openAt, onScored, chooseVerifier } = services;
  const symbolic = createSymbolicEquality(context.asAbsolutePath('dist/symbolic.js'));
  const subscriptions = vscode.Disposable.from(
    symbolic,
    registerTestExplorer({
      library,
      store,
      activities,
      state: context.workspaceState,
      load: (mode, signal) => verifier.load(mode, signal),
      batch: rowsAtOnce,
      symbolic: (a, b) => symbolic.equal(a, b),
      settings: () => readSettings().verifier,
      openAt,
      onScored,
      chooseVerifier,
    }),
  );
  return { kinds: {}, dispose: () => void subscriptions.dispose() };
}
