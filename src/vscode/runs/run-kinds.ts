import type { Result } from '../../core/result.ts';
import type { RunLog } from '../../core/run/run-log.ts';
import type { RunKind } from '../../core/run/run.ts';
import type { ExportForm } from './export-file.ts';

/** A form that runs of a kind can be written in, beside the log itself. */
export interface RunExport extends Pick<ExportForm, 'title' | 'extension'> {
  write(log: RunLog): Result<string> | Promise<Result<string>>;
}

/** What the editor can do with runs of a kind. */
export interface RunKindSupport {
  /** Shows the run with this id. */
  open(id: string): void;
  readonly exports: readonly RunExport[];
}

/** By kind; a kind that is missing is listed, and says that this version cannot show it. */
export type RunKinds = Readonly<Partial<Record<RunKind, RunKindSupport | undefined>>>;
