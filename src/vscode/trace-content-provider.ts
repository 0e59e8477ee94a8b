import * as vscode from 'vscode';
import { isRecord } from '../core/is-record.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { segmentTrace } from '../core/segment/segment-trace.ts';
import type { TraceRecord } from '../core/trace/record.ts';
import { sourceName, stepTexts, type Span, type Step } from '../core/trace/trace.ts';
import { renderTrace } from '../formats/render.ts';
import type { Dataset } from '../formats/dataset.ts';
import type { FormatErrorReason } from '../formats/trace-file.ts';
import type { OpenInReader } from '../formats/worker/dataset-readers.ts';
import type { OpenOptions } from '../formats/trace-rows.ts';
import type { Disposable } from './disposable.ts';
import { normalizeLineEndings } from './line-endings.ts';
import { RUN_SCHEME, TRACE_ROOT, TRACE_SCHEME } from './manifest.ts';
import { networkAddress } from './network-address.ts';
import { notedSpans } from './notes-memory.ts';
import type { RowPlace } from './row-argument.ts';
import type { RowTraces } from './trace-pairs.ts';
import { documentName, MAX_DOCUMENT_LENGTH, MAX_STEPS, tooLong, tooManySteps, type OpenTrace } from './trace-documents.ts';

/**
 * Rows of data sets as read-only documents. A file system rather than a content provider, so that
 * such a document has an ordinary editor: it keeps its tab over a reload of the window.
 */
export interface RowDocuments extends Disposable {
  /** Reads the row and returns the document's address; the address alone is enough to do it again. */
  locate(file: vscode.Uri, row: number, variant?: string): Promise<Result<vscode.Uri, FormatErrorReason>>;
  /** The rows of a data set, with the names of their traces. */
  list(file: vscode.Uri): Promise<Result<readonly RowTraces[], FormatErrorReason>>;
  /** The data set behind a document, and the row that it shows; undefined for a document that is of none. */
  place(uri: vscode.Uri | undefined): { readonly file: vscode.Uri; readonly row?: number } | undefined;
  /** Makes the trace behind a document known to `read`. */
  load(uri: vscode.Uri): Promise<void>;
  /** Reads the rows again that are shown of the files for which `isMeant` is true; resolves to whether there was any. */
  reread(isMeant: (file: vscode.Uri) => boolean): Promise<boolean>;
  /** The trace behind an open document. */
  read(document: vscode.TextDocument): Result<OpenTrace, FormatErrorReason>;
}

interface Row {
  readonly text: string;
  readonly open: OpenTrace;
}

/** `readRecord` reads a row of a file on disk, of any size; `openInReader` the text of an editor, which is read as `optionsFor` says. */
export function createRowDocuments(
  readRecord: (file: vscode.Uri, row: number, variant?: string) => Promise<Result<TraceRecord, FormatErrorReason>>,
  openInReader: OpenInReader,
  optionsFor: (file: vscode.Uri) => OpenOptions,
): RowDocuments {
  const rows = new Map<string, Result<Row, FormatErrorReason>>();
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();

  async function load(uri: vscode.Uri): Promise<Result<Row, FormatErrorReason>> {
    const key = uri.toString();
    const known = rows.get(key);
    if (known !== undefined) return known;
    const result = await readRow(uri);
    rows.set(key, result);
    return result;
  }

  /** Reads the file, or the editor that may hold unsaved changes to it. */
  async function readRow(uri: vscode.Uri): Promise<Result<Row, FormatErrorReason>> {
    const address = parseRowUri(uri);
    const name = documentName(uri);
    if (address === undefined) return fail('no-such-row', vscode.l10n.t('{0} does not say which row of which file it shows: open the row again from its file.', name));
    return renderAddress(address);
  }

  async function renderAddress({ file, row, variant }: RowPlace): Promise<Result<Row, FormatErrorReason>> {
    const name = documentName(file);
    const text = editorText(file);
    const record = text === undefined ? await readRecord(file, row, variant) : await inContent(file, encoder.encode(text), (data) => data.record(row, variant));
    if (!record.ok) return record;
    // What a search has found is named after the search, and has its scores.
    if (file.scheme === RUN_SCHEME) return renderRecord(sourceName(record.value.trace.source), record.value, record.value.scores);
    return renderRecord(sourceName({ file: name, row, ...(variant !== undefined && { variant }) }), record.value);
  }

  /** Reads from the content of a file that is not on a disk, or not as it is there. */
  async function inContent<Value>(file: vscode.Uri, bytes: Uint8Array, read: (data: Dataset) => Promise<Result<Value, FormatErrorReason>>): Promise<Result<Value, FormatErrorReason>> {
    const opened = await openInReader({ name: documentName(file), bytes }, optionsFor(file));
    if (!opened.ok) return opened;
    try {
      return await read(opened.value);
    } finally {
      opened.value.dispose();
    }
  }

  /** Editors that show the row take over another text. */
  function replace(uri: vscode.Uri, now: Result<Row, FormatErrorReason>): void {
    const before = rows.get(uri.toString());
    rows.set(uri.toString(), now);
    if (before?.ok === true && now.ok && before.value.text === now.value.text) return;
    if (before !== undefined) changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => undefined),
    async stat(uri) {
      const row = await load(uri);
      if (!row.ok) throw vscode.FileSystemError.FileNotFound(row.error.message);
      return {
        type: vscode.FileType.File,
        ctime: 0,
        mtime: 0,
        size: Buffer.byteLength(row.value.text),
        permissions: vscode.FilePermission.Readonly,
      };
    },
    async readFile(uri) {
      const row = await load(uri);
      if (!row.ok) throw vscode.FileSystemError.FileNotFound(row.error.message);
      return Buffer.from(row.value.text);
    },
    readDirectory: () => [],
    createDirectory: (uri) => refuse(uri),
    writeFile: (uri) => refuse(uri),
    delete: (uri) => refuse(uri),
    rename: (uri) => refuse(uri),
  };

  const registrations = vscode.Disposable.from(
    vscode.workspace.registerFileSystemProvider(TRACE_SCHEME, provider, { isReadonly: true }),
    // A closed row is read again when it is next opened, so it shows the file as it is then.
    vscode.workspace.onDidCloseTextDocument((document) => rows.delete(document.uri.toString())),
    changed,
  );

  return {
    async locate(file, row, variant) {
      const rendered = await renderAddress({ file, row, ...(variant !== undefined && { variant }) });
      if (!rendered.ok) return rendered;
      const uri = rowUri({ file, row, ...(variant !== undefined && { variant }) }, rendered.value.open.name);
      replace(uri, rendered);
      return ok(uri);
    },
    async reread(isMeant) {
      let isChanged = false;
      for (const key of [...rows.keys()]) {
        const uri = vscode.Uri.parse(key);
        const address = parseRowUri(uri);
        if (address === undefined || !isMeant(address.file)) continue;
        replace(uri, await renderAddress(address));
        isChanged = true;
      }
      return isChanged;
    },
    async list(file) {
      const refusal = networkAddress(file);
      if (refusal !== undefined) return fail('no-such-row', refusal);
      const bytes = await fileBytes(file);
      const name = documentName(file);
      if (bytes === undefined) return fail('no-such-row', vscode.l10n.t('{0} cannot be read: save it first.', name));
      if (bytes.byteLength > MAX_DOCUMENT_LENGTH) return tooLong(name);
      return inContent(file, bytes, async (data) => {
        const rows: RowTraces[] = [];
        for (let row = 0; row < data.progress.rows; row++) rows.push({ row, variants: await data.variants(row) });
        return ok(rows);
      });
    },
    place(uri) {
      if (uri?.scheme === TRACE_SCHEME) return parseRowUri(uri);
      return uri !== undefined && /\.(json|jsonl|ndjson)$/i.test(uri.path) ? { file: uri } : undefined;
    },
    async load(uri) {
      await load(uri);
    },
    read(document) {
      const row = rows.get(document.uri.toString());
      const name = documentName(document.uri);
      if (row === undefined) return fail('no-such-row', vscode.l10n.t('{0} is still being read: try again.', name));
      if (!row.ok) return row;
      if (row.value.text !== document.getText()) return fail('no-such-row', vscode.l10n.t('The file behind {0} has changed: close this document and open the row again.', name));
      return ok(row.value.open);
    },
    dispose: () => {
      registrations.dispose();
    },
  };
}

/** `source` names the trace; `scores` are those of the search that made it. */
export function renderRecord(source: string, record: TraceRecord, scores?: TraceRecord['scores']): Result<Row, FormatErrorReason> {
  const { trace } = record;
  if (trace.problem.length + trace.response.length > MAX_DOCUMENT_LENGTH) return tooLong(source);
  if (trace.steps.length > MAX_STEPS) return tooManySteps(source, trace.steps.length);
  const rendered = renderTrace(trace);
  const { text, spans } = normalizeLineEndings(rendered.text, [rendered.problem, ...rendered.steps, ...(rendered.answer === undefined ? [] : [rendered.answer])]);
  const [problem, ...parts] = spans;
  const steps = parts.slice(0, rendered.steps.length);
  const answer = parts[rendered.steps.length];
  const texts = stepTexts(trace);
  const open: OpenTrace = {
    trace,
    name: source,
    problem: problem ?? emptySpan,
    steps,
    ...(answer !== undefined && { answer }),
    texts,
    ...(scores !== undefined && { scores }),
    ...broughtBy(record, texts),
  };
  return ok({ text, open });
}

/** Notes, scores and segmentation of an export of ours. */
function broughtBy({ trace, notes = [], scores, segmentation }: TraceRecord, texts: readonly string[]): Pick<OpenTrace, 'exported' | 'segmentation'> {
  if (notes.length === 0 && scores === undefined && segmentation === undefined) return {};
  const again = segmentation === undefined ? undefined : segmentTrace(trace, segmentation);
  const starts = (steps: readonly Step[]): string => steps.map(({ span }) => span.start).join();
  const repeatable = again?.ok === true && again.value.refusal === undefined && starts(again.value.trace.steps) === starts(trace.steps);
  return {
    exported: { notes: notedSpans(trace, notes), texts, ...(scores !== undefined && { scores }), ...(segmentation !== undefined && { segmentation }), repeatable },
    ...(segmentation !== undefined && { segmentation: { chosen: segmentation.segmenter, by: again?.ok === true ? again.value.by : segmentation.segmenter, edits: segmentation.edits.length } }),
  };
}

const encoder = new TextEncoder();
const emptySpan: Span = { start: 0, end: 0 };

/** The text of the editor that holds the file, where it is short enough to be read at once. */
function editorText(file: vscode.Uri): string | undefined {
  const text = vscode.workspace.textDocuments.find((document) => document.uri.toString() === file.toString())?.getText();
  return text === undefined || text.length > MAX_DOCUMENT_LENGTH ? undefined : text;
}

async function fileBytes(file: vscode.Uri): Promise<Uint8Array | undefined> {
  const text = editorText(file);
  if (text !== undefined) return encoder.encode(text);
  try {
    return await vscode.workspace.fs.readFile(file);
  } catch {
    return undefined;
  }
}

/** The address of a row's document. `name` is what its tab is called. */
export function rowUri(address: RowPlace, name: string): vscode.Uri {
  const query = JSON.stringify({ file: address.file.toString(), row: address.row, variant: address.variant });
  // A name is one part of a path, whatever is in it.
  return vscode.Uri.from({ scheme: TRACE_SCHEME, path: `${TRACE_ROOT}/${name.replaceAll('/', '∕')}`, query });
}

/** Which row of which file a document of our scheme shows. */
export function parseRowUri(uri: vscode.Uri): RowPlace | undefined {
  try {
    const value: unknown = JSON.parse(uri.query);
    if (!isRecord(value)) return undefined;
    const { file, row, variant } = value;
    if (typeof file !== 'string' || typeof row !== 'number' || !Number.isInteger(row)) return undefined;
    return { file: vscode.Uri.parse(file, true), row, ...(typeof variant === 'string' && { variant }) };
  } catch {
    return undefined;
  }
}

function refuse(uri: vscode.Uri): never {
  throw vscode.FileSystemError.NoPermissions(uri);
}
