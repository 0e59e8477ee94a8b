import { isIndex } from './is-index.ts';

/**
 * Messages between the extension and the *Analysis* panel. The view says once that it is ready; from then on it gets whole
 * snapshots. Quotes are named by their number in the snapshot, `of` by the snapshot's own.
 */
export type AnalysisHostMessage =
  | { readonly type: 'snapshot'; readonly snapshot: AnalysisSnapshot | undefined }
  /** The quotes whose place in the text the cursor is at. */
  | { readonly type: 'marked'; readonly of: number; readonly quotes: readonly number[] }
  /** The panel has the focus now: put it where reading begins. */
  | { readonly type: 'focus' };

export type AnalysisViewMessage =
  | { readonly type: 'ready' }
  /** Show another sample, 0-based. */
  | { readonly type: 'sample'; readonly index: number }
  /** Highlight the places of a quote while the pointer or the focus is on it; null: no longer. */
  | { readonly type: 'point'; readonly of: number; readonly quote: number | null }
  /** Highlight them to stay, and bring one into sight: each time the next. */
  | { readonly type: 'choose'; readonly of: number; readonly quote: number }
  /** Go to a step of the trace that is near. */
  | { readonly type: 'step'; readonly by: 1 | -1 }
  | { readonly type: 'score' }
  | { readonly type: 'more' }
  /** Back to the text. */
  | { readonly type: 'leave' };

/** Everything that the panel shows. All texts are plain text. */
export interface AnalysisSnapshot {
  /** Counts snapshots. */
  readonly number: number;
  /** Address of the trace's document; the view keeps it with step and sample, so that a restored panel finds its place. */
  readonly uri: string;
  /** 0-based. */
  readonly step: number;
  readonly steps: number;
  readonly trace: string;
  /** Where one is and what was found: `Step 3 of 6, judged wrong`. */
  readonly title: string;
  readonly stepText: string;
  /** The numbers of the score, and of scores that were made in another way; a line each. */
  readonly scores: readonly string[];
  /** What has to be known to read them, a sentence each. */
  readonly cautions: readonly string[];
  /** Model and settings; undefined without a score. */
  readonly provenance: string | undefined;
  /** What each sample says in short. */
  readonly samples: readonly AnalysisSampleTab[];
  /** The sample that is shown, 0-based. */
  readonly chosen: number;
  readonly parts: readonly AnalysisPartView[];
  /** Why there is no analysis to read, or what it lacks; a sentence. */
  readonly message: string | undefined;
  /** Titles of what can be asked of the verifier; undefined where it cannot. */
  readonly score: string | undefined;
  readonly more: string | undefined;
}

export interface AnalysisSampleTab {
  /** `2`, `greedy`, `direct`. */
  readonly name: string;
  /** `✗ No 0.03`, `– unparsed`. */
  readonly verdict: string;
}

export interface AnalysisPartView {
  readonly name: string | undefined;
  readonly pieces: readonly AnalysisPiece[];
}

export interface AnalysisPiece {
  readonly text: string;
  /** There where the piece is a link to what it quotes. */
  readonly quote?: { readonly id: number; /** `from step 2 and this step` */ readonly places: string };
  /** Stands in quotation marks, and nowhere word for word. */
  readonly misquoted?: true;
}

/** Returns the message, or undefined for anything else that reached the extension. */
export function parseAnalysisViewMessage(value: unknown): AnalysisViewMessage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, index, of, quote, by } = value as Partial<Record<string, unknown>>;
  switch (type) {
    case 'ready':
    case 'score':
    case 'more':
    case 'leave':
      return { type };
    case 'sample':
      return isIndex(index) ? { type, index } : undefined;
    case 'point':
      return isIndex(of) && (quote === null || isIndex(quote)) ? { type, of, quote } : undefined;
    case 'choose':
      return isIndex(of) && isIndex(quote) ? { type, of, quote } : undefined;
    case 'step':
      return by === 1 || by === -1 ? { type, by } : undefined;
    default:
      return undefined;
  }
}
