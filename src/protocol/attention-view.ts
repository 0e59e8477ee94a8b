import type { HeatPicture } from '../core/attention/heat-map.ts';
import { isIndex } from './is-index.ts';

/** Messages between the extension and the *Attention* panel. The view says once that it is ready; from then on it gets whole snapshots. */
export interface AttentionHostMessage {
  readonly type: 'snapshot';
  readonly snapshot: AttentionSnapshot;
}

/** What a person chooses from lists, in the order in which they are shown. */
export const ATTENTION_CHOICES = ['model', 'layer', 'head', 'unit', 'hide', 'from'] as const;
export type AttentionChoiceName = (typeof ATTENTION_CHOICES)[number];

/** `parts`: the matrix of the parts of the text; `tokens`: that of the tokens of one of its cells. */
export type AttentionGrid = 'parts' | 'tokens';

export type AttentionViewMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'choice'; readonly name: AttentionChoiceName; /** Position in its list. */ readonly index: number }
  /** Select both texts of a cell in the document. */
  | { readonly type: 'select'; readonly grid: AttentionGrid; readonly row: number; readonly column: number }
  /** Show the tokens of a cell of the parts one by one. */
  | { readonly type: 'tokens'; readonly row: number; readonly column: number }
  | { readonly type: 'read' | 'cancel' | 'export' | 'choose-model' | 'leave' };

export interface AttentionSnapshot {
  /** Of the trace's document; the view keeps it, so that a restored panel finds its trace. Empty without a trace. */
  readonly uri: string;
  readonly title: string;
  /** What is read, what it came to, or why there is nothing; a sentence. */
  readonly status: string;
  readonly busy: boolean;
  /** There is no reading, so that no list can be used: `status` says why. */
  readonly off: boolean;
  readonly choices: readonly AttentionChoiceView[];
  /** What has to be known to read the numbers, a sentence each. */
  readonly notes: readonly string[];
  readonly parts: AttentionGridView | undefined;
  readonly tokens: AttentionGridView | undefined;
}

export interface AttentionChoiceView {
  readonly name: AttentionChoiceName;
  readonly label: string;
  readonly names: readonly string[];
  readonly chosen: number;
  readonly off: boolean;
}

export interface AttentionGridView {
  readonly title: string | undefined;
  /** What is left out, a sentence; undefined where nothing is. */
  readonly note: string | undefined;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** One run, or plain, hidden and their difference. */
  readonly maps: readonly AttentionMapView[];
  /** One for each cell that has a number, row by row. */
  readonly cells: readonly AttentionCell[];
}

export interface AttentionMapView {
  readonly name: string;
  readonly description: string;
  readonly picture: HeatPicture;
}

export const ATTENTION_COLUMNS = ['from', 'to', 'tokens', 'share', 'times', 'hiddenShare', 'hiddenTimes', 'change'] as const;
export type AttentionColumn = (typeof ATTENTION_COLUMNS)[number];

export interface AttentionCell {
  readonly row: number;
  readonly column: number;
  readonly cells: Readonly<Partial<Record<AttentionColumn, string>>>;
  /** The same in a sentence. */
  readonly text: string;
}

/** Returns the message, or undefined for anything else that reached the extension. */
export function parseAttentionViewMessage(value: unknown): AttentionViewMessage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, name, index, grid, row, column } = value as Partial<Record<string, unknown>>;
  switch (type) {
    case 'ready':
    case 'read':
    case 'cancel':
    case 'export':
    case 'choose-model':
    case 'leave':
      return { type };
    case 'choice': {
      const known = ATTENTION_CHOICES.find((choice) => choice === name);
      return known !== undefined && isIndex(index) ? { type, name: known, index } : undefined;
    }
    case 'select':
      return (grid === 'parts' || grid === 'tokens') && isIndex(row) && isIndex(column) ? { type, grid, row, column } : undefined;
    case 'tokens':
      return isIndex(row) && isIndex(column) ? { type, row, column } : undefined;
    default:
      return undefined;
  }
}
