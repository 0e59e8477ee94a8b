import path from 'node:path';
import { t } from '@vscode/l10n';
import type * as vscode from 'vscode';
import type { SegmentationChoice } from '../core/segment/segment-trace.ts';
import type { SegmenterName } from '../core/segment/segmenters.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { stepTexts, type Span, type Trace } from '../core/trace/trace.ts';
import type { Score } from '../core/verifier/score.ts';
import { parseMarkdownTrace } from '../formats/markdown.ts';
import type { FormatErrorReason, LocatedTrace } from '../formats/trace-file.ts';
import type { TextJobs } from '../formats/worker/text-jobs.ts';
import { TRACE_SCHEME } from './manifest.ts';
import type { NotedSpan } from './notes-memory.ts';

/** A trace as it stands in a text document: where its parts are (UTF-16 offsets into the document). */
export interface OpenTrace {
  readonly trace: Trace;
  /** For titles and messages: the file's name, with the row where there is one. */
  readonly name: string;
  readonly problem: Span;
  readonly steps: readonly Span[];
  /** The answer that is set apart, where there is one. */
  readonly answer?: Span;
  /** The text of each step as the verifier reads it. */
  readonly texts: readonly string[];
  /** The scores of the search that made the trace, one a step: no other is shown for them. */
  readonly scores?: readonly (Score | undefined)[];
  /** What the row of an export of ours brings beside the trace. */
  readonly exported?: ExportedWith;
  /** How a person had the steps cut; absent where they are as the file is read. */
  readonly segmentation?: OpenSegmentation;
}

export interface ExportedWith {
  readonly notes: readonly NotedSpan[];
  /** Its scores, one a step; the texts are those of the steps as they were scored. */
  readonly scores?: readonly (Score | undefined)[];
  readonly texts: readonly string[];
  /** How its steps were cut. */
  readonly segmentation?: SegmentationChoice;
  /** Whether cutting the response in that way gives these steps, so that edits can go on from it. */
  readonly repeatable: boolean;
}

export interface OpenSegmentation {
  /** What was asked for, and what cut the steps: they differ where `auto` was asked for. */
  readonly chosen: SegmenterName;
  readonly by: SegmenterName;
  readonly why?: string;
  /** How many edits by hand came after it. */
  readonly edits: number;
}

/** Longer documents are refused: reading them would hold up the editor. UTF-16 units, about 5 MB of English. */
export const MAX_DOCUMENT_LENGTH = 5_000_000;

/** A document of more UTF-16 units is read in a thread of its own, and only after a pause in typing: 5 MB take 50 to 250 ms. */
export const LONG_DOCUMENT = 200_000;

/** More lenses and glyphs than this in one document hold up the editor, and no model reads a prefix that long. */
export const MAX_STEPS = 5000;

export interface TraceDocuments {
  /**
   * Reads the trace in a document, from a cache where the text is unchanged. The error is one
   * sentence that names the file.
   */
  read(document: vscode.TextDocument): Result<OpenTrace, FormatErrorReason>;
  /** Reads a long document as it is now without holding up the editor, so that `read` has the trace at hand. Never rejects. */
  prepare(document: vscode.TextDocument): Promise<void>;
}

/** `rowTrace` knows the traces behind the documents of our own scheme. */
export function createTraceDocuments(
  rowTrace: (document: vscode.TextDocument) => Result<OpenTrace, FormatErrorReason>,
  jobs: Pick<TextJobs, 'parse'>,
): TraceDocuments {
  const cache = new WeakMap<
    vscode.TextDocument,
    { readonly version: number; readonly result: Result<OpenTrace, FormatErrorReason> }
  >();
  return {
    read(document) {
      if (document.uri.scheme === TRACE_SCHEME) return rowTrace(document);
      const known = cache.get(document);
      if (known?.version === document.version) return known.result;
      const result = readText(document);
      cache.set(document, { version: document.version, result });
      return result;
    },
    async prepare(document) {
      const { version } = document;
      if (document.uri.scheme === TRACE_SCHEME || cache.get(document)?.version === version) return;
      const text = document.getText();
      if (text.length <= LONG_DOCUMENT || text.length > MAX_DOCUMENT_LENGTH) return;
      const parsed = await jobs.parse(documentName(document.uri), text);
      if (document.version === version) cache.set(document, { version, result: openTrace(documentName(document.uri), parsed) });
    },
  };
}

function readText(document: vscode.TextDocument): Result<OpenTrace, FormatErrorReason> {
  const name = documentName(document.uri);
  const text = document.getText();
  if (text.length > MAX_DOCUMENT_LENGTH) return tooLong(name);
  return openTrace(name, parseMarkdownTrace(name, text));
}

function openTrace(name: string, parsed: Result<LocatedTrace, FormatErrorReason>): Result<OpenTrace, FormatErrorReason> {
  if (!parsed.ok) return parsed;
  const { trace, problem, response } = parsed.value;
  if (trace.steps.length > MAX_STEPS) return tooManySteps(name, trace.steps.length);
  const inDocument = ({ start, end }: Span): Span => ({ start: response.start + start, end: response.start + end });
  const { answer } = trace;
  const steps = trace.steps.map(({ span }) => inDocument(span));
  return ok({ trace, name, problem, steps, ...(answer !== undefined && { answer: inDocument(answer) }), texts: stepTexts(trace) });
}

export function tooLong(name: string): Result<never, FormatErrorReason> {
  return fail('too-long', t('{0} is longer than 5 MB: open a smaller file, or score it in the terminal with the stepscope command.', name));
}

export function tooManySteps(name: string, steps: number): Result<never, FormatErrorReason> {
  return fail('too-long', t('{0} has {1} steps and the editor shows at most {2}: split it, or score it in the terminal with the stepscope command.', name, steps, MAX_STEPS));
}

/** The last part of a URI's path: what a person calls the document. */
export function documentName(uri: vscode.Uri): string {
  return path.posix.basename(uri.path);
}

/** Whether the document is a data set whose rows are traces, rather than one trace. */
export function isDataSet(document: vscode.TextDocument): boolean {
  if (document.uri.scheme === TRACE_SCHEME) return false;
  return /^jsonl?$/.test(document.languageId) || /\.(json|jsonl|ndjson)$/i.test(document.uri.path);
}

/** The step at an offset: the one that holds it, else the last one that starts before it; undefined before the first. */
export function stepAt(steps: readonly Span[], offset: number): number | undefined {
  const next = steps.findIndex((span) => span.start > offset);
  const index = next === -1 ? steps.length - 1 : next - 1;
  return index < 0 ? undefined : index;
}
