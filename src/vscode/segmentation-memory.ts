import type * as vscode from 'vscode';
import { isRecord } from '../core/is-record.ts';
import { formatRecord, parseRecord, type SegmentationRecord } from '../core/segment/segmentation-record.ts';
import type { SegmenterName } from '../core/segment/segmenters.ts';

/** How traces were cut by hand in this workspace, kept by their content. */
export interface SegmentationMemory {
  /** Whether nothing was ever chosen, so that no text needs to be hashed. */
  isEmpty(): boolean;
  /** What was chosen last for this content; with a segmenter, what was done to its steps. */
  find(text: string, segmenter?: SegmenterName): SegmentationRecord | undefined;
  /** What was chosen last in a document, whatever its text was then. */
  last(uri: vscode.Uri): SegmentationRecord | undefined;
  keep(uri: vscode.Uri, record: SegmentationRecord): void;
}

interface Entry {
  readonly uri: string;
  readonly record: SegmentationRecord;
}

const KEY = 'stepscope.segmentations';
/** The least recently used is forgotten first. */
const MOST = 500;

export function createSegmentationMemory(state: Pick<vscode.Memento, 'get' | 'update'>): SegmentationMemory {
  let entries = read(state.get<unknown>(KEY));
  return {
    isEmpty: () => entries.length === 0,
    find: (text, segmenter) => entries.findLast(({ record }) => record.text === text && (segmenter === undefined || record.segmenter === segmenter))?.record,
    last: (uri) => entries.findLast((entry) => entry.uri === uri.toString())?.record,
    keep(uri, record) {
      const others = entries.filter((entry) => entry.record.text !== record.text || entry.record.segmenter !== record.segmenter);
      entries = [...others, { uri: uri.toString(), record }].slice(-MOST);
      void state.update(KEY, entries.map((entry) => ({ uri: entry.uri, record: formatRecord(entry.record) })));
    },
  };
}

/** Whatever a newer version or a damaged state holds that cannot be read is passed over. */
function read(value: unknown): Entry[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown): Entry[] => {
    if (!isRecord(item)) return [];
    const { uri, record } = item;
    if (typeof uri !== 'string' || typeof record !== 'string') return [];
    const parsed = parseRecord(uri, record);
    return parsed.ok ? [{ uri, record: parsed.value }] : [];
  });
}
