import type { Result } from '../../core/result.ts';
import type { RunLog } from '../../core/run/run-log.ts';
import type { RunKind } from '../../core/run/run.ts';

/** A form that a run can be written in, beside the log itself. */
export interface RunExport {
  /** `Markdown: a report for reading`. */
  readonly title: string;
  /** Without a dot. */
  readonly extension: string;
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
