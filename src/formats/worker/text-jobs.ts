import { Worker } from 'node:worker_threads';
import type { BiasState } from '../../core/bias/state.ts';
import type { Block } from '../../core/report/block.ts';
import { fail, type Result } from '../../core/result.ts';
import type { SegmentationChoice, SegmentedTrace } from '../../core/segment/segment-trace.ts';
import type { Trace } from '../../core/trace/trace.ts';
import type { ScoreTable } from '../score-file.ts';
import type { FormatErrorReason, LocatedTrace } from '../trace-file.ts';
import type { ComparisonContent, EvalContent, EvalForm, NamedLog } from '../runs/eval-log.ts';
import type { TextJob } from './messages.ts';
import { assembler, type Piece } from './pieces.ts';
import { onEnd, type ReaderSettings } from './reader.ts';

/** Work on texts of megabytes, each in a thread that ends with it. A thread that fails is the error `reader-ended`. Never rejects. */
export interface TextJobs {
  /** See parseMarkdownTrace. */
  parse(name: string, text: string): Promise<Result<LocatedTrace, FormatErrorReason>>;
  /** See segmentTrace; `name` is for the message of a thread that fails. */
  segment(name: string, trace: Trace, choice: SegmentationChoice): Promise<Result<SegmentedTrace, 'no-given-steps' | 'reader-ended'>>;
  /** See readBiasState; `text` is a whole log. */
  bias(name: string, text: string): Promise<Result<BiasState, 'run-invalid' | 'reader-ended'>>;
  /** See readEvalContent. */
  evalReport(log: NamedLog): Promise<Result<EvalContent, 'run-invalid' | 'reader-ended'>>;
  /** See writeEvalLog. */
  evalFile(log: NamedLog, form: EvalForm): Promise<Result<string, 'run-invalid' | 'reader-ended'>>;
  /** See readScoreTable; `dataRows` are those of the data that the scores are of. */
  scores(name: string, bytes: Uint8Array, dataRows: number): Promise<Result<ScoreTable, FormatErrorReason>>;
  /** See compareEvalLogs; `name` is for the message of a thread that fails. */
  compareEvals(name: string, logs: readonly NamedLog[]): Promise<Result<ComparisonContent, 'run-invalid' | 'not-comparable' | 'reader-ended'>>;
  /** See writeComparison; `name` as for compareEvals. */
  comparisonFile(name: string, logs: readonly NamedLog[], form: EvalForm): Promise<Result<string, 'run-invalid' | 'not-comparable' | 'reader-ended'>>;
  /** A report as one HTML page that opens anywhere (see htmlBlocks). */
  html(title: string, blocks: readonly Block[]): Promise<Result<string, 'reader-ended'>>;
}

/** Most memory of a thread, in MB: a text of 5 MB with a step a character takes a third of it. */
const MEGABYTES = 1024;

/** `script` is the bundled entry of a reader (dist/dataset.js). */
export function createTextJobs(script: string, megabytes = MEGABYTES): TextJobs {
  const settings = { script, megabytes };
  return {
    parse: (name, text) => run(settings, { kind: 'parse', name, text }) as ReturnType<TextJobs['parse']>,
    segment: (name, trace, choice) => run(settings, { kind: 'segment', name, trace, choice }) as ReturnType<TextJobs['segment']>,
    bias: (name, text) => run(settings, { kind: 'bias', name, text }) as ReturnType<TextJobs['bias']>,
    evalReport: ({ name, text }) => run(settings, { kind: 'eval', name, text }) as ReturnType<TextJobs['evalReport']>,
    evalFile: ({ name, text }, form) => run(settings, { kind: 'eval', name, text, form }) as ReturnType<TextJobs['evalFile']>,
    scores: (name, bytes, dataRows) => run(settings, { kind: 'scores', name, bytes, dataRows }) as ReturnType<TextJobs['scores']>,
    compareEvals: (name, logs) => run(settings, { kind: 'compare', name, logs }) as ReturnType<TextJobs['compareEvals']>,
    comparisonFile: (name, logs, form) => run(settings, { kind: 'compare', name, logs, form }) as ReturnType<TextJobs['comparisonFile']>,
    html: (title, blocks) => run(settings, { kind: 'html', name: title, blocks }) as ReturnType<TextJobs['html']>,
  };
}

function run({ script, megabytes }: ReaderSettings, job: TextJob): Promise<unknown> {
  return new Promise((resolve) => {
    const worker = new Worker(script, { workerData: job, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: megabytes } });
    const answer = assembler();
    worker.on('message', (piece: Piece) => {
      answer.take(piece);
      if (piece.last) resolve(answer.value);
      else worker.postMessage('more');
    });
    // Only the first to settle a promise counts: an end after the answer says nothing.
    onEnd(worker, megabytes, (how) => resolve(fail('reader-ended', `${job.name} cannot be read: its reader ${how}.`)));
  });
}
