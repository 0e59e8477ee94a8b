import type * as vscode from 'vscode';
import type { TextJobs } from '../../formats/worker/text-jobs.ts';
import type { ActiveTrace } from '../active-trace.ts';
import type { Activities } from '../activities.ts';
import type { DatasetLibrary } from '../dataset/dataset-library.ts';
import type { KnownVerifiers } from '../known-verifiers.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { ScoreStore } from '../score-store.ts';
import type { SecondVerifier } from '../second-verifier.ts';
import type { RowDocuments } from '../trace-content-provider.ts';
import type { TraceTarget } from '../trace-target.ts';
import type { VerifierModel } from '../verifier-model.ts';

/** What the first bundle lends to the laboratory: there is one of each. */
export interface LabServices {
  readonly context: vscode.ExtensionContext;
  readonly activities: Activities;
  readonly library: DatasetLibrary;
  readonly store: ScoreStore;
  readonly runs: RunStore;
  readonly active: ActiveTrace;
  readonly target: TraceTarget;
  readonly rowDocuments: RowDocuments;
  readonly textJobs: TextJobs;
  readonly known: KnownVerifiers;
  readonly policy: VerifierModel;
  readonly verifier: VerifierModel;
  /** A model that judges beside the verifier. */
  readonly second: SecondVerifier;
  /** Shows a row of a file as a trace, at a step of its document. */
  readonly openAt: (file: vscode.Uri, row: number, document: vscode.Uri, step: number) => Promise<void>;
  /** Opens the trace of a panel that was restored with the window. */
  readonly reopen: (uri: vscode.Uri) => Promise<void>;
  /** Scores of a document were stored. */
  readonly onScored: (document: vscode.Uri) => void;
  readonly chooseVerifier: () => Promise<void>;
  readonly choosePolicy: () => Promise<void>;
}
