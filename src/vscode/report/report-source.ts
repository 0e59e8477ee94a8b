import type { Block } from '../../core/report/block.ts';
import type { Result } from '../../core/result.ts';
import type { ReportAction } from '../../protocol/report-view.ts';
import type { Disposable } from '../disposable.ts';

/** A report as it is now. */
export interface ReportContent {
  readonly title: string;
  /** What the run does or how it ended, in a sentence. */
  readonly status: string;
  readonly actions: readonly ReportAction[];
  readonly blocks: readonly Block[];
}

/** Makes the reports of one kind. */
export interface ReportSource {
  /** What the report of `id` says now; the error says why there is none. Must not hold the host up: what is long is made elsewhere. */
  read(id: string): Promise<Result<ReportContent>>;
  /** Opens what a row or a point of the report stands for. */
  open(id: string, ref: string): Promise<void>;
  /** One of the actions that the content names was pressed. */
  act(id: string, action: string): Promise<void>;
  /** Writes the report to a file, in the form that a person chooses. */
  export(id: string): Promise<void>;
  /** Called with the id of a report that is another now; undefined for all. */
  onDidChange(listener: (id: string | undefined) => void): Disposable;
}
