import type * as vscode from 'vscode';
import { ok, type Result } from '../core/result.ts';
import { choiceFor, segmentationContent } from '../core/segment/segmentation-record.ts';
import { segmentTrace, type SegmentationChoice, type SegmentedTrace } from '../core/segment/segment-trace.ts';
import type { SegmentOptions } from '../core/segment/segmenter.ts';
import type { SegmenterName } from '../core/segment/segmenters.ts';
import { stepTexts } from '../core/trace/trace.ts';
import type { FormatErrorReason } from '../formats/trace-file.ts';
import type { TextJobs } from '../formats/worker/text-jobs.ts';
import { documentOffsets } from './document-offsets.ts';
import type { SegmentationMemory } from './segmentation-memory.ts';
import { sha256 } from './streams.ts';
import { LONG_DOCUMENT, MAX_STEPS, tooManySteps, type OpenTrace, type TraceDocuments } from './trace-documents.ts';

/** Documents whose traces are cut as a person chose. */
export interface SegmentedDocuments extends TraceDocuments {
  /** The trace as its file is read, before any choice. */
  readPlain(document: vscode.TextDocument): Result<OpenTrace, FormatErrorReason>;
  /** How the trace is cut; with a segmenter, how that would cut it. */
  choice(document: vscode.TextDocument, segmenter?: SegmenterName): SegmentationChoice;
  /** The choice behind the steps as they are shown, for an export: also one that came with the file and cannot be repeated. */
  exported(document: vscode.TextDocument): SegmentationChoice;
  /** Shows another choice without keeping it; undefined shows the kept one again. */
  preview(document: vscode.TextDocument, choice: SegmentationChoice | undefined): void;
  /** Keeps a choice for the text as it is now. */
  keep(document: vscode.TextDocument, choice: SegmentationChoice): void;
}

/** The scores of a search belong to the steps as it made them. */
function withoutScores(open: OpenTrace): OpenTrace {
  const plain: { -readonly [Name in keyof OpenTrace]: OpenTrace[Name] } = { ...open };
  delete plain.scores;
  return plain;
}

const PLAIN: SegmentationChoice = { segmenter: 'auto', edits: [] };

interface Cached {
  readonly open: OpenTrace;
  readonly choice: SegmentationChoice;
  readonly options: string;
  readonly result: Result<OpenTrace, FormatErrorReason>;
}

/**
 * `options` are what the settings say for segmenters that a choice says nothing about. `tell` hears,
 * once each, the sentence that says why a segmentation was not applied.
 */
export function createSegmentedDocuments(
  documents: TraceDocuments,
  memory: SegmentationMemory,
  options: () => SegmentOptions,
  tell: (sentence: string) => void,
  jobs: Pick<TextJobs, 'segment'>,
): SegmentedDocuments {
  const previews = new WeakMap<vscode.TextDocument, SegmentationChoice>();
  const cache = new WeakMap<vscode.TextDocument, Cached>();
  const keys = new WeakMap<OpenTrace, string>();
  const told = new Set<string>();

  const tellOnce = (sentence: string, about: string): void => {
    if (told.has(about)) return;
    told.add(about);
    tell(sentence);
  };

  /** The hash of a text of 5 MB takes 10 ms, so it is made once a reading. */
  function keyOf(open: OpenTrace): string {
    let key = keys.get(open);
    if (key === undefined) keys.set(open, (key = sha256(segmentationContent(open.trace))));
    return key;
  }

  /** What is kept for this text; for a document whose text has changed since, its segmenter without the edits. */
  function kept(document: vscode.TextDocument, open: OpenTrace): SegmentationChoice {
    if (memory.isEmpty()) return PLAIN;
    const key = keyOf(open);
    const found = memory.find(key);
    if (found !== undefined) return found;
    const last = memory.last(document.uri);
    if (last === undefined) return PLAIN;
    const refused = choiceFor(open.trace, key, last);
    if (!refused.ok && last.edits.length > 0) tellOnce(refused.error.message, `${document.uri.toString()} ${last.text}`);
    return { ...last, edits: [] };
  }

  /** What was cut before in the same way; undefined where it is to be cut anew. */
  function known(document: vscode.TextDocument, open: OpenTrace, choice: SegmentationChoice): Result<OpenTrace, FormatErrorReason> | undefined {
    const cached = cache.get(document);
    return cached?.open === open && cached.options === JSON.stringify(options()) && JSON.stringify(cached.choice) === JSON.stringify(choice) ? cached.result : undefined;
  }

  /** The document with the steps of a segmentation; as it is read where that fails. */
  function cut(document: vscode.TextDocument, open: OpenTrace, choice: SegmentationChoice, segmented: Result<SegmentedTrace>): Result<OpenTrace, FormatErrorReason> {
    const about = `${document.uri.toString()} ${JSON.stringify(choice)}`;
    if (!segmented.ok) {
      tellOnce(segmented.error.message, about);
      return ok(open);
    }
    const { trace, by, why, refusal } = segmented.value;
    if (refusal !== undefined) tellOnce(refusal, about);
    if (trace.steps.length > MAX_STEPS) {
      const tooMany = tooManySteps(open.name, trace.steps.length);
      if (!tooMany.ok) tellOnce(tooMany.error.message, about);
      return ok(open);
    }
    const offsets = documentOffsets(open);
    const steps = trace.steps.map(({ span }) => ({ start: offsets.toDocument(span.start), end: offsets.toDocument(span.end - 1) + 1 }));
    const segmentation = { by, chosen: choice.segmenter, edits: refusal === undefined ? choice.edits.length : 0, ...(why !== undefined && { why }) };
    return ok({ ...withoutScores(open), trace, steps, texts: stepTexts(trace), segmentation });
  }

  return {
    readPlain: (document) => documents.read(document),
    read(document) {
      const plain = documents.read(document);
      if (!plain.ok) return plain;
      const { value: open } = plain;
      const choice = previews.get(document) ?? kept(document, open);
      if (choice === PLAIN) return plain;
      const before = known(document, open, choice);
      if (before !== undefined) return before;
      const result = cut(document, open, choice, segmentTrace(open.trace, { ...options(), ...choice }));
      cache.set(document, { open, choice, options: JSON.stringify(options()), result });
      return result;
    },
    async prepare(document) {
      await documents.prepare(document);
      const plain = documents.read(document);
      if (!plain.ok || plain.value.trace.response.length <= LONG_DOCUMENT) return;
      const { value: open } = plain;
      const choice = previews.get(document) ?? kept(document, open);
      if (choice === PLAIN || known(document, open, choice) !== undefined) return;
      const set = options();
      const segmented = await jobs.segment(open.name, open.trace, { ...set, ...choice });
      cache.set(document, { open, choice, options: JSON.stringify(set), result: cut(document, open, choice, segmented) });
    },
    choice(document, segmenter) {
      const plain = documents.read(document);
      if (!plain.ok) return PLAIN;
      const { exported } = plain.value;
      const brought = exported?.repeatable === true ? exported.segmentation : undefined;
      if (segmenter === undefined) {
        const choice = kept(document, plain.value);
        return choice === PLAIN ? (brought ?? PLAIN) : choice;
      }
      return memory.find(keyOf(plain.value), segmenter) ?? (brought?.segmenter === segmenter ? brought : { segmenter, edits: [] });
    },
    exported(document) {
      const plain = documents.read(document);
      if (!plain.ok) return PLAIN;
      const choice = kept(document, plain.value);
      return choice === PLAIN ? (plain.value.exported?.segmentation ?? PLAIN) : choice;
    },
    preview(document, choice) {
      if (choice === undefined) previews.delete(document);
      else previews.set(document, choice);
    },
    keep(document, choice) {
      const plain = documents.read(document);
      if (plain.ok) memory.keep(document.uri, { ...choice, text: keyOf(plain.value) });
    },
  };
}
