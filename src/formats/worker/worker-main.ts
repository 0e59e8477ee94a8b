/**
 * Entry of a reader: a thread that has one file of traces open and answers for its rows, or does one job on a long text, so
 * that parsing holds up nobody else.
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { readBiasState } from '../../core/bias/state.ts';
import { ok } from '../../core/result.ts';
import { parseRunLog } from '../../core/run/run-log.ts';
import { segmentTrace } from '../../core/segment/segment-trace.ts';
import type { Dataset } from '../dataset.ts';
import { datasetInMemory } from '../index/dataset-in-memory.ts';
import { openDataset } from '../index/open-dataset.ts';
import { parseMarkdownTrace } from '../markdown.ts';
import { openRows } from '../open-file.ts';
import { compareEvalLogs, readEvalContent, writeComparison, writeEvalLog } from '../runs/eval-log.ts';
import { readScoreTable } from '../score-file.ts';
import { htmlBlocks } from '../report/report-html.ts';
import { styleDigest } from '../report/style-digest.ts';
import type { ReaderMessage, ReaderOrder, ReaderQuestion, ReaderRequest, ReaderState, TextJob } from './messages.ts';
import { piecesOf } from './pieces.ts';

async function serve(port: MessagePort, { source, options }: ReaderOrder): Promise<void> {
  const send = (message: ReaderMessage): void => port.postMessage(message);
  const opened = 'path' in source ? await openDataset(source.path, { ...options, ...(source.poll !== undefined && { poll: source.poll }) }) : await datasetInMemory(source.name, source.bytes, options);
  if (!opened.ok) {
    send({ kind: 'opened', state: opened });
    return;
  }
  const data = opened.value;
  const waiting = new Map<number, AbortController>();
  const answers = new Map<number, ReturnType<typeof piecesOf>>();

  function sendPiece(id: number): void {
    const next = answers.get(id)?.next();
    if (next === undefined || next.done === true) return;
    if (next.value.last) answers.delete(id);
    send({ kind: 'piece', id, piece: next.value, state: stateOf(data) });
  }

  async function answer(id: number, question: ReaderQuestion): Promise<void> {
    const control = new AbortController();
    waiting.set(id, control);
    const value = await ask(data, question, control.signal);
    waiting.delete(id);
    if (control.signal.aborted) return;
    answers.set(id, piecesOf(value));
    sendPiece(id);
  }

  port.on('message', (request: ReaderRequest) => {
    switch (request.kind) {
      case 'question':
        void answer(request.id, request.question);
        return;
      case 'more':
        sendPiece(request.id);
        return;
      case 'cancel':
        waiting.get(request.id)?.abort();
        answers.delete(request.id);
    }
  });
  data.onDidChange((change) => send({ kind: 'change', change, state: stateOf(data) }));
  send({ kind: 'opened', state: ok(stateOf(data)) });
}

function stateOf({ name, container, rowFormat, progress }: Dataset): ReaderState {
  return { name, container, rowFormat, progress };
}

function ask(data: Dataset, question: ReaderQuestion, signal: AbortSignal): Promise<unknown> {
  switch (question.kind) {
    case 'value':
      return data.value(question.row);
    case 'variants':
      return data.variants(question.row);
    case 'reach':
      return data.reach(question.row, signal);
    case 'trace':
    case 'record':
      return data[question.kind](question.row, question.variant);
  }
}

async function doneJob(job: TextJob): Promise<unknown> {
  switch (job.kind) {
    case 'parse':
      return parseMarkdownTrace(job.name, job.text);
    case 'segment':
      return segmentTrace(job.trace, job.choice);
    case 'bias': {
      const log = parseRunLog(job.name, job.text);
      return log.ok ? readBiasState(job.name, log.value) : log;
    }
    case 'eval':
      return job.form === undefined ? readEvalContent(job) : writeEvalLog(job, job.form);
    case 'scores': {
      const rows = await openRows(job.name, job.bytes);
      return rows.ok ? readScoreTable(rows.value, job.dataRows) : rows;
    }
    case 'compare':
      return job.form === undefined ? compareEvalLogs(job.logs) : writeComparison(job.logs, job.form);
    case 'html':
      return ok(htmlBlocks(job.name, job.blocks, styleDigest()));
  }
}

/** Answers in pieces, each but the first asked for with a message of any kind, and ends. */
async function answerJob(port: MessagePort, job: TextJob): Promise<void> {
  const pieces = piecesOf(await doneJob(job));
  const sendPiece = (): void => {
    const { value } = pieces.next();
    if (value !== undefined) port.postMessage(value);
    if (value?.last !== false) port.close();
  };
  port.on('message', sendPiece);
  sendPiece();
}

const order = workerData as ReaderOrder | TextJob;
if (parentPort && 'source' in order) void serve(parentPort, order);
else if (parentPort) void answerJob(parentPort, order as TextJob);
