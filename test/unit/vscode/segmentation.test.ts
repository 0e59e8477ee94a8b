import assert from 'node:assert/strict';
import path from 'node:path';
import type * as vscode from 'vscode';
import { SEGMENTERS, type SegmenterName } from '../../../src/core/segment/segmenters.ts';
import { joinSteps } from '../../../src/core/trace/steps.ts';
import { stepTexts, type Trace } from '../../../src/core/trace/trace.ts';
import { ok } from '../../../src/core/result.ts';
import { parseMarkdownTrace } from '../../../src/formats/markdown.ts';
import { renderTrace } from '../../../src/formats/render.ts';
import { createTextJobs } from '../../../src/formats/worker/text-jobs.ts';
import { documentOffsets } from '../../../src/vscode/document-offsets.ts';
import { normalizeLineEndings } from '../../../src/vscode/line-endings.ts';
import { createSegmentationMemory } from '../../../src/vscode/segmentation-memory.ts';
import { createSegmentedDocuments } from '../../../src/vscode/segmented-documents.ts';
import { createTraceDocuments, LONG_DOCUMENT, type OpenTrace } from '../../../src/vscode/trace-documents.ts';
import { repoRoot } from '../formats/shared-data.ts';

/** A state as an extension host keeps it: what is written can be read by the next one. */
function createState(values: Record<string, unknown> = {}) {
  return {
    values,
    get: (key: string): never => values[key] as never,
    update: (key: string, value: unknown): Promise<void> => {
      values[key] = JSON.parse(JSON.stringify(value)) as unknown;
      return Promise.resolve();
    },
  };
}

function documentOf(text: string, name = 'file:///a.md'): vscode.TextDocument & { text: string } {
  return { text, uri: { toString: () => name } } as unknown as vscode.TextDocument & { text: string };
}

function readMarkdown(text: string): OpenTrace {
  const parsed = parseMarkdownTrace('a.md', text);
  assert.ok(parsed.ok);
  const { trace, problem, response } = parsed.value;
  return { trace, name: 'a.md', problem, steps: trace.steps.map(({ span }) => ({ start: span.start + response.start, end: span.end + response.start })), texts: stepTexts(trace) };
}

function setUp(state = createState()) {
  const told: string[] = [];
  const read = new Map<string, OpenTrace>();
  const plain = {
    read: (document: vscode.TextDocument) => {
      const { text } = document as vscode.TextDocument & { text: string };
      const open = read.get(text) ?? readMarkdown(text);
      read.set(text, open);
      return ok(open);
    },
    prepare: () => Promise.resolve(),
  };
  const jobs = createTextJobs(path.join(repoRoot(), 'dist', 'dataset.js'));
  const documents = createSegmentedDocuments(plain, createSegmentationMemory(state), () => ({}), (sentence) => told.push(sentence), jobs);
  const shown = (document: vscode.TextDocument & { text: string }): string[] => {
    const result = documents.read(document);
    assert.ok(result.ok);
    const { steps, texts } = result.value;
    assert.deepEqual(steps.map(({ start, end }) => document.text.slice(start, end)), texts);
    return [...texts];
  };
  return { documents, shown, told, state };
}

const TEXT = 'How many?\n\nOne. Two.\n\nWait, three.\n';

describe('segmentation of a document', () => {
  it('leaves a trace as it is read where nothing was chosen', () => {
    const { documents } = setUp();
    const document = documentOf(TEXT);
    assert.deepEqual(documents.read(document), documents.readPlain(document));
  });

  it('shows a preview and takes it back', () => {
    const { documents, shown, state } = setUp();
    const document = documentOf(TEXT);
    documents.preview(document, { segmenter: 'sentences', edits: [] });
    assert.deepEqual(shown(document), ['One.', 'Two.', 'Wait, three.']);
    documents.preview(document, undefined);
    assert.deepEqual(shown(document), ['One. Two.', 'Wait, three.']);
    assert.deepEqual(state.values, {});
  });

  it('keeps a choice and its edits by content, over a restart and in another file', () => {
    const first = setUp();
    const document = documentOf(TEXT);
    first.documents.keep(document, { segmenter: 'sentences', edits: [{ type: 'merge', at: 5 }] });
    assert.deepEqual(first.shown(document), ['One. Two.', 'Wait, three.']);
    const second = setUp(createState(JSON.parse(JSON.stringify(first.state.values)) as Record<string, unknown>));
    const again = documentOf(TEXT, 'file:///b.md');
    assert.deepEqual(second.shown(again), ['One. Two.', 'Wait, three.']);
    assert.deepEqual(second.documents.choice(again).edits, [{ type: 'merge', at: 5 }]);
  });

  it('keeps the segmenter and not the edits when the text changes, says so once, and has them back with the text', () => {
    const { documents, shown, told } = setUp();
    const document = documentOf(TEXT);
    documents.keep(document, { segmenter: 'sentences', edits: [{ type: 'merge', at: 5 }] });
    document.text = TEXT.replace('three', 'four');
    assert.deepEqual(shown(document), ['One.', 'Two.', 'Wait, four.']);
    document.text = TEXT.replace('three', 'five');
    assert.deepEqual(shown(document), ['One.', 'Two.', 'Wait, five.']);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /^a\.md: the text has changed since an edit of its segmentation was made/);
    document.text = TEXT;
    assert.deepEqual(shown(document), ['One. Two.', 'Wait, three.']);
  });

  it('keeps the edits of each segmenter apart', () => {
    const { documents, shown } = setUp();
    const document = documentOf(TEXT);
    documents.keep(document, { segmenter: 'sentences', edits: [{ type: 'merge', at: 5 }] });
    documents.keep(document, documents.choice(document, 'lines'));
    assert.deepEqual(documents.choice(document), { ...documents.choice(document, 'lines') });
    documents.keep(document, documents.choice(document, 'sentences'));
    assert.deepEqual(shown(document), ['One. Two.', 'Wait, three.']);
  });

  it('passes over a state that it cannot read', () => {
    const damaged = createState({ 'stepscope.segmentations': [1, { uri: 'file:///a.md', record: '{"version":9}' }, { uri: 3 }] });
    assert.equal(createSegmentationMemory(damaged).isEmpty(), true);
    assert.equal(createSegmentationMemory(createState({ 'stepscope.segmentations': 'x' })).isEmpty(), true);
  });
});

describe('places in the document of a row', () => {
  const steps = ['One.\r\nTwo is\r\nlong. Three.', 'Four 😀.\n\nFive.', '\rSix. Seven.'];
  const trace: Trace = { source: { file: 'r.jsonl', row: 0 }, problem: 'Q?', ...joinSteps(steps) };
  const rendered = renderTrace(trace);
  const { text, spans } = normalizeLineEndings(rendered.text, rendered.steps);
  const offsets = documentOffsets({ trace, name: 'r', problem: { start: 0, end: 0 }, steps: spans, texts: stepTexts(trace) });

  for (const name of Object.keys(SEGMENTERS) as Exclude<SegmenterName, 'given'>[])
    it(`are found for the steps of ${name}`, () => {
      const whole = { start: 0, end: trace.response.length };
      for (const { start, end } of SEGMENTERS[name].cut(trace.response, whole)) {
        const shown = text.slice(offsets.toDocument(start), offsets.toDocument(end - 1) + 1);
        assert.equal(shown, trace.response.slice(start, end).replace(/\r\n?/g, '\n'));
        assert.equal(offsets.toResponse(offsets.toDocument(start)), start);
      }
    });

  it('between steps are the beginning of the next', () => {
    assert.equal(offsets.toResponse((spans[1]?.start ?? 0) - 1), trace.steps[1]?.span.start);
    assert.equal(offsets.toResponse(0), 0);
  });
});

describe('long documents', function () {
  this.timeout(20_000);
  const script = path.join(repoRoot(), 'dist', 'dataset.js');
  const text = `How many?\n\n${'One. Two.\n\n'.repeat(LONG_DOCUMENT / 10)}`.slice(0, LONG_DOCUMENT + 5000);
  const document = { version: 1, uri: { scheme: 'file', path: '/long.md', toString: () => 'file:///long.md' }, getText: () => text } as unknown as vscode.TextDocument;
  const noRow = () => assert.fail('no row is read here');

  it('are read in a thread of their own to what they are otherwise', async () => {
    const inThread = createTraceDocuments(noRow, createTextJobs(script));
    await inThread.prepare(document);
    const here = createTraceDocuments(noRow, { parse: () => assert.fail('read is called alone') });
    assert.deepEqual(inThread.read(document), here.read(document));
  });

  it('are cut there as they are here, and the result is at hand', async () => {
    const paragraphs = Array.from({ length: 1500 }, (_, step) => `Number ${step} is one. ${'It is added to the sum. '.repeat(8)}`);
    const trace: Trace = { source: { file: 'long.md' }, problem: 'p', ...joinSteps(paragraphs) };
    const steps = trace.steps.map(({ span }) => span);
    const open: OpenTrace = { trace, name: 'long.md', problem: { start: 0, end: 0 }, steps, texts: stepTexts(trace) };
    const plain = { read: () => ok(open), prepare: () => Promise.resolve() };
    const cutBy = async (prepared: boolean) => {
      const documents = createSegmentedDocuments(plain, createSegmentationMemory(createState()), () => ({}), (sentence) => assert.fail(sentence), createTextJobs(script));
      documents.preview(document, { segmenter: 'lines', edits: [] });
      if (prepared) await documents.prepare(document);
      return documents.read(document);
    };
    const [there, here] = [await cutBy(true), await cutBy(false)];
    assert.deepEqual(there, here);
    assert.ok(there.ok && there.value.segmentation?.by === 'lines');
  });

  it('say so where the thread fails', async () => {
    const absent = createTraceDocuments(noRow, createTextJobs(path.join(repoRoot(), 'dist', 'absent.js')));
    await absent.prepare(document);
    const read = absent.read(document);
    assert.match(read.ok ? '' : read.error.message, /^long\.md cannot be read: its reader failed/);
  });
});
