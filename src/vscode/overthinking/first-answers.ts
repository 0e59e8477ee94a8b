import type * as vscode from 'vscode';
import { isRecord } from '../../core/is-record.ts';
import type { Span } from '../../core/trace/trace.ts';
import { sha256 } from '../streams.ts';

/** Where people have put the first answer of traces, kept in this workspace by the traces' texts. */
export interface FirstAnswers {
  /** UTF-16 offsets into the text; undefined where the detector's is taken. */
  find(text: string): Span | undefined;
  keep(text: string, span: Span | undefined): void;
}

const KEY = 'stepscope.firstAnswers';
/** The least recently made is forgotten first. */
const MOST = 500;

interface Entry extends Span {
  /** SHA-256 of the text. */
  readonly text: string;
}

export function createFirstAnswers(state: Pick<vscode.Memento, 'get' | 'update'>): FirstAnswers {
  let entries = read(state.get<unknown>(KEY));
  return {
    find(text) {
      if (entries.length === 0) return undefined;
      const key = sha256(text);
      const found = entries.find((entry) => entry.text === key);
      return found && { start: found.start, end: found.end };
    },
    keep(text, span) {
      const key = sha256(text);
      entries = [...entries.filter((entry) => entry.text !== key), ...(span === undefined ? [] : [{ text: key, start: span.start, end: span.end }])].slice(-MOST);
      void state.update(KEY, entries);
    },
  };
}

/** Whatever a damaged state holds that is no place is passed over. */
function read(value: unknown): Entry[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown): Entry[] => {
    if (!isRecord(item)) return [];
    const { text, start, end } = item;
    return typeof text === 'string' && typeof start === 'number' && typeof end === 'number' && start >= 0 && start < end ? [{ text, start, end }] : [];
  });
}
