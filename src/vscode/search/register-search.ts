import type * as vscode from 'vscode';
import type { Result } from '../../core/result.ts';
import { PROBLEMS_AT_ONCE } from '../../core/search/lockstep.ts';
import type { TraceRecord } from '../../core/trace/record.ts';
import type { FormatErrorReason } from '../../formats/trace-file.ts';
import type { Disposable } from '../disposable.ts';
import type { LabServices } from '../lab/lab-services.ts';
import { POLICY } from '../model-role.ts';
import type { RunKindSupport } from '../runs/run-kinds.ts';
import { readVerifierChoice } from '../verifier-choice.ts';
import { createComparePanel } from './compare-panel.ts';
import { registerSearchCommands } from './search-commands.ts';
import { createSearchDocuments, readSearchTrace } from './search-documents.ts';
import { searchExports } from './search-exports.ts';
import { createSearchPanel } from './search-panel.ts';
import { createSearchRuns } from './search-runs.ts';

/** Searches, with their panels, documents and commands. */
export interface Searches extends Disposable {
  readonly kind: RunKindSupport;
  /** The solution of a problem (0-based) of the run at this address, as far as it has come. */
  trace(file: vscode.Uri, problem: number): Promise<Result<TraceRecord, FormatErrorReason>>;
}

export function registerSearch({ context, activities, library, store, runs, active, target, rowDocuments, textJobs, policy, verifier, choosePolicy }: LabServices): Searches {
  const extension = context.extensionUri;
  const searches = createSearchRuns({
    runs,
    scores: store,
    activities,
    atOnce: () => {
      const choice = readVerifierChoice(POLICY);
      return choice.ok && choice.value.type === 'server' ? PROBLEMS_AT_ONCE.served : PROBLEMS_AT_ONCE.local;
    },
    policy: (signal) => policy.load('reasoned', signal),
    verifier: (settings, signal) => verifier.load(settings.verifier.mode, signal),
  });
  const documents = createSearchDocuments(searches, rowDocuments, target);
  const panel = createSearchPanel({ extension, searches, runs, showTrace: (id, problem, preserveFocus) => documents.show(id, problem, preserveFocus) });
  const compare = createComparePanel({ extension, searches, panel, jobs: textJobs });
  const commands = registerSearchCommands({ searches, runs, panel, compare, documents, library, active, choosePolicy });
  return {
    kind: { open: (id) => panel.show(id), exports: searchExports() },
    trace: (file, problem) => readSearchTrace(searches, file, problem),
    dispose() {
      for (const part of [commands, compare, panel, documents, searches]) part.dispose();
    },
  };
}
