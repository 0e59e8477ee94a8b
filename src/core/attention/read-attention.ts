import { lackOf, type AttentionMeans, type HiddenPart, type LanguageModel, type ReadProgress, type TokenizedText } from '../model.ts';
import { StepscopeError } from '../result.ts';
import type { Span } from '../trace/trace.ts';
import { groupTokens, type ReadText, type TokenGroup } from './groups.ts';
import { uniformAttention } from './uniform.ts';

/** Attention between parts of a text, as one model pays it in one reading. */
export interface AttentionReading extends AttentionMeans {
  /** [row][column]: the mass that uniform attention over all visible tokens would put there, mean over the row's tokens; 0 where none is visible. */
  readonly uniform: readonly (readonly number[])[];
}

/** Between the parts of a text: rows and columns are the same groups. */
export interface PartReading extends AttentionReading {
  readonly groups: readonly TokenGroup[];
  /** Tokens of the text, and of each column's those that are hidden from some later ones. */
  readonly tokens: number;
  readonly hidden: readonly number[];
}

/** Between single tokens. */
export interface TokenReading extends AttentionReading {
  /** Offsets into the text. */
  readonly rowTokens: readonly Span[];
  readonly columnTokens: readonly Span[];
  /** Tokens of the two groups that are left out, since they are too many. */
  readonly left: { readonly rows: number; readonly columns: number };
}

export interface ReadOptions {
  readonly hide?: readonly HiddenPart[];
  readonly signal?: AbortSignal;
  readonly onRead?: (progress: ReadProgress) => void;
}

/** Tokens of a group that are shown one by one. */
export const MOST_TOKENS = 64;

/** Reads a text once. Throws StepscopeError: `unsupported` with the sentence of lackOf, or what the model throws. */
export async function readParts(model: LanguageModel, text: ReadText, options: ReadOptions = {}): Promise<PartReading> {
  const tokenized = await tokenize(model, text.text, options);
  const { groups, of } = groupTokens(text, tokenized.tokens);
  const reading = await read(model, text.text, tokenized, of, of, options);
  const hidden = groups.map((_, group) => of.filter((its, token) => its === group && tokenized.hidden.some(({ start, end }) => token >= start && token < end)).length);
  return { ...reading, groups, tokens: tokenized.tokens.length, hidden };
}

/** Reads it once more, for the tokens of two groups one by one; of long ones the first. Throws like readParts. */
export async function readTokens(model: LanguageModel, text: ReadText, row: number, column: number, options: ReadOptions = {}): Promise<TokenReading> {
  const tokenized = await tokenize(model, text.text, options);
  const { of } = groupTokens(text, tokenized.tokens);
  const shownOf = (group: number): number[] => of.flatMap((its, token) => (its === group ? [token] : [])).slice(0, MOST_TOKENS);
  const [rows, columns] = [shownOf(row), shownOf(column)];
  const numbered = (shown: readonly number[]): number[] => of.map((_, token) => shown.indexOf(token));
  const reading = await read(model, text.text, tokenized, numbered(rows), numbered(columns), options);
  const spansOf = (shown: readonly number[]): Span[] => shown.map((token) => tokenized.tokens[token] ?? { start: 0, end: 0 });
  const leftOf = (group: number, shown: readonly number[]): number => of.filter((its) => its === group).length - shown.length;
  return { ...reading, rowTokens: spansOf(rows), columnTokens: spansOf(columns), left: { rows: leftOf(row, rows), columns: leftOf(column, columns) } };
}

async function tokenize(model: LanguageModel, text: string, { hide = [], signal }: ReadOptions): Promise<TokenizedText> {
  const lack = lackOf(model, 'attention') ?? (hide.length > 0 ? lackOf(model, 'masks') : undefined);
  if (lack !== undefined || model.tokenize === undefined) throw new StepscopeError('unsupported', lack ?? `${model.info.name} does not tell its tokens.`);
  const [tokenized] = await model.tokenize([{ text, hide }], signal);
  if (tokenized === undefined) throw new StepscopeError('engine-failed', `${model.info.name} cut the text into no tokens: read it again.`);
  return tokenized;
}

async function read(model: LanguageModel, text: string, tokenized: TokenizedText, rows: readonly number[], columns: readonly number[], { hide = [], signal, onRead }: ReadOptions): Promise<AttentionReading> {
  if (model.attention === undefined) throw new StepscopeError('unsupported', lackOf(model, 'attention') ?? `${model.info.name} does not add up its attention.`);
  const means = await model.attention({ text, rows, columns, hide }, signal, onRead);
  return { ...means, uniform: uniformAttention(rows, columns, tokenized.hidden) };
}
