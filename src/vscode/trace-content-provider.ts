import * as vscode from 'vscode';
import { fail, ok, type Result } from '../core/result.ts';
import { sourceName, stepTexts, type Span, type Trace } from '../core/trace/trace.ts';
import { openTraces } from '../formats/open.ts';
import { renderTrace } from '../formats/render.ts';
import type { FormatErrorReason } from '../formats/trace-file.ts';
import type { Disposable } from './disposable.ts';
import { normalizeLineEndings } from './line-endings.ts';
import { TRACE_ROOT, TRACE_SCHEME } from './manifest.ts';
import { documentName, MAX_DOCUMENT_LENGTH, MAX_STEPS, tooLong, tooManySteps, type OpenTrace } from './trace-documents.ts';

/**
 * Rows of data sets as read-only documents. A file system rather than a content provider, so that
 * such a document has an ordinary editor: it keeps its tab over a reload of the window.
 */
export interface RowDocuments extends Disposable {
  /** Reads the row and returns the document's address; the address alone is enough to do it again. */
  locate(file: vscode.Uri, row: number): Promise<Result<vscode.Uri, FormatErrorReason>>;
  /** Makes the trace behind a document known to `read`. */
  load(uri: vscode.Uri): Promise<void>;
  /** The trace behind an open document. */
  read(document: vscode.TextDocument): Result<OpenTrace, FormatErrorReason>;
}

interface Row {
  readonly text: string;
  readonly open: OpenTrace;
}

interface Address {
  readonly file: vscode.Uri;
  readonly row: number;
}

/** `readTrace` reads a row of a file on disk, of any size. */
export function createRowDocuments(readTrace: (file: vscode.Uri, row: number) => Promise<Result<Trace, FormatErrorReason>>): RowDocuments {
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
    if (address === undefined) return fail('no-such-row', `${name} does not say which row of which file it shows: open the row again from its file.`);
    return renderAddress(address);
  }

  async function renderAddress({ file, row }: Address): Promise<Result<Row, FormatErrorReason>> {
    const name = documentName(file);
    const text = editorText(file);
    if (text === undefined) {
      const trace = await readTrace(file, row);
      return trace.ok ? renderTraceRow(name, row, trace.value) : trace;
    }
    return renderRow(name, Buffer.from(text), row);
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
    async locate(file, row) {
      const rendered = await renderAddress({ file, row });
      if (!rendered.ok) return rendered;
      const uri = rowUri({ file, row }, rendered.value.open.name);
      const before = rows.get(uri.toString());
      rows.set(uri.toString(), rendered);
      if (before?.ok === true && before.value.text !== rendered.value.text) {
        changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
      }
      return ok(uri);
    },
    async load(uri) {
      await load(uri);
    },
    read(document) {
      const row = rows.get(document.uri.toString());
      const name = documentName(document.uri);
      if (row === undefined) return fail('no-such-row', `${name} is still being read: try again.`);
      if (!row.ok) return row;
      if (row.value.text !== document.getText()) return fail('no-such-row', `The file behind ${name} has changed: close this document and open the row again.`);
      return ok(row.value.open);
    },
    dispose: () => {
      registrations.dispose();
    },
  };
}

function renderRow(name: string, bytes: Uint8Array, row: number): Result<Row, FormatErrorReason> {
  const file = openTraces(name, bytes);
  if (!file.ok) return file;
  const trace = file.value.trace(row);
  return trace.ok ? renderTraceRow(name, row, trace.value) : trace;
}

function renderTraceRow(name: string, row: number, trace: Trace): Result<Row, FormatErrorReason> {
  if (trace.problem.length + trace.response.length > MAX_DOCUMENT_LENGTH) return tooLong(sourceName({ file: name, row }));
  if (trace.steps.length > MAX_STEPS) return tooManySteps(sourceName({ file: name, row }), trace.steps.length);
  const rendered = renderTrace(trace);
  const { text, spans } = normalizeLineEndings(rendered.text, [rendered.problem, ...rendered.steps]);
  const [problem, ...steps] = spans;
  const open: OpenTrace = {
    trace,
    name: sourceName({ file: name, row }),
    problem: problem ?? emptySpan,
    steps,
    texts: stepTexts(trace),
  };
  return ok({ text, open });
}

const emptySpan: Span = { start: 0, end: 0 };

/** The text of the editor that holds the file, where it is short enough to be read at once. */
function editorText(file: vscode.Uri): string | undefined {
  const text = vscode.workspace.textDocuments.find((document) => document.uri.toString() === file.toString())?.getText();
  return text === undefined || text.length > MAX_DOCUMENT_LENGTH ? undefined : text;
}

function rowUri(address: Address, name: string): vscode.Uri {
  const query = JSON.stringify({ file: address.file.toString(), row: address.row });
  return vscode.Uri.from({ scheme: TRACE_SCHEME, path: `${TRACE_ROOT}/${name}`, query });
}

/** Which row of which file a document of our scheme shows. */
export function parseRowUri(uri: vscode.Uri): Address | undefined {
  try {
    const value: unknown = JSON.parse(uri.query);
    if (typeof value !== 'object' || value === null) return undefined;
    const { file, row } = value as { file?: unknown; row?: unknown };
    if (typeof file !== 'string' || typeof row !== 'number' || !Number.isInteger(row)) return undefined;
    return { file: vscode.Uri.parse(file, true), row };
  } catch {
    return undefined;
  }
}

function refuse(uri: vscode.Uri): never {
  throw vscode.FileSystemError.NoPermissions(uri);
}
