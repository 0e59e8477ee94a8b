import type { LanguageModel } from '../model.ts';
import type { Span } from '../trace/trace.ts';
import type { TraceMeasure } from './events.ts';
import type { TextMeasure } from './measure-trace.ts';

/** A prompt with a trace after it, cut into tokens; offsets into both together. */
export interface TokenizedTrace {
  readonly tokens: readonly Span[];
  /** The trace's tokens as text. */
  readonly texts: readonly string[];
}

/** Cuts traces into tokens; undefined where the model keeps its tokens to itself. Same length and order. */
export async function tokenizeTraces(model: LanguageModel, traces: readonly { readonly prompt: string; readonly text: string }[], signal?: AbortSignal): Promise<(TokenizedTrace | undefined)[]> {
  if (model.tokenize === undefined) return traces.map(() => undefined);
  const tokenized = await model.tokenize(traces.map(({ prompt, text }) => ({ text: prompt + text })), signal);
  return traces.map(({ prompt, text }, index) => {
    const tokens = tokenized[index]?.tokens ?? [];
    return { tokens, texts: ofTrace(tokens, prompt.length).map(({ start, end }) => (prompt + text).slice(start, end)) };
  });
}

/** A measured trace with its tokens counted: those of its text as the tokenizer cuts it, and the end of the sequence. */
export function withTokens(measure: TextMeasure, finish: TraceMeasure['finish'], prompt: string, tokenized: TokenizedTrace | undefined): TraceMeasure {
  const { first } = measure;
  const answerEnd = first && prompt.length + first.span.end;
  const before = (end: number) => ofTrace(tokenized?.tokens ?? [], prompt.length).filter(({ start }) => start < end).length;
  return {
    ...measure,
    finish,
    tokens: tokenized && tokenized.texts.length + (finish === 'end' ? 1 : 0),
    pFirst: tokenized && answerEnd !== undefined ? before(answerEnd) : undefined,
  };
}

/** Tokens that lie at least partly in what follows the prompt; those without text come in the middle of a character. */
function ofTrace(tokens: readonly Span[], promptLength: number): Span[] {
  return tokens.filter(({ end }) => end > promptLength);
}
