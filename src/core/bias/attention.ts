import type { InspectedToken, LanguageModel } from '../model.ts';
import { mean } from '../metrics/statistics.ts';
import type { Span } from '../trace/trace.ts';
import type { TraceMeasure } from './events.ts';
import type { BiasPrompts } from './prompts.ts';

/** Attention that generated tokens pay to a group of earlier ones, divided by what uniform attention over all they see would pay. */
export interface GroupAttention {
  readonly question: number | undefined;
  /** Results of the trace's own equations, once they are written. */
  readonly results: number | undefined;
  readonly others: number | undefined;
  /** Tokens that were averaged over. */
  readonly tokens: number;
}

/** Where the attention of one trace goes. */
export interface AttentionSummary {
  /** [layer], mean over heads and over the tokens of the words that open a reflection. */
  readonly reflecting: readonly GroupAttention[];
  /** [layer], over all other tokens of the trace. */
  readonly others: readonly GroupAttention[];
  /** [step][step + 1]: mean mass of a token of the row's step on the question (column 0) and on each step, over layers and heads. */
  readonly steps: readonly (readonly number[])[];
  /** By token of the trace: where it lies in the trace, and its normalised attention to the question, mean over layers and heads. */
  readonly question: readonly { readonly span: Span; readonly value: number | undefined }[];
}

type Group = 'question' | 'results' | 'others';
const GROUPS: readonly Group[] = ['question', 'results', 'others'];
/** A result is the number after an equals sign. */
const RESULT = /=\s*(-?\d+(?:\.\d+)?)(?![\d.]*\s*[-+*/×÷])/g;

/** The attention of one token of a trace. */
export interface TokenAttention {
  /** In the trace's text. */
  readonly span: Span;
  /** [layer], mean over heads: normalised attention to each group; undefined where the token sees nothing of it. */
  readonly layers: readonly Readonly<Record<Group, number | undefined>>[];
  /** It belongs to a word that opens a reflection. */
  readonly opens: boolean;
}

/** Reads one trace with all of its attention; needs the capability `attention`. */
export async function readAttention(model: LanguageModel, prompts: BiasPrompts, trace: TraceMeasure, signal?: AbortSignal): Promise<AttentionSummary> {
  const { written, tokens, results } = await inspectTrace(model, prompts, trace, trace.steps, signal);
  const steps = trace.steps.map((step) => shifted(step, prompts));
  return {
    ...layerAttention(tokens),
    steps: steps.map((step) => {
      const rows = written.filter(({ span }) => overlaps(span, step));
      return [0, ...steps.map((_, index) => 1 + results + index)].map((span) => mean(rows.map((token) => meanMass(token, span))) ?? 0);
    }),
    question: tokens.map(({ span, layers }) => ({ span, value: meanToQuestion(layers) })),
  };
}

/** The attention of each token of a trace, layer by layer; needs the capability `attention`. */
export async function readTokenAttention(model: LanguageModel, prompts: BiasPrompts, trace: Pick<TraceMeasure, 'text' | 'reflections'>, signal?: AbortSignal): Promise<TokenAttention[]> {
  return (await inspectTrace(model, prompts, trace, [], signal)).tokens;
}

/** [layer], over tokens that open a reflection and over all others. */
export function layerAttention(tokens: readonly TokenAttention[]): Pick<AttentionSummary, 'reflecting' | 'others'> {
  const count = tokens[0]?.layers.length ?? 0;
  const perLayer = (opens: boolean) => Array.from({ length: count }, (_, layer) => averaged(tokens.filter((token) => token.opens === opens).map(({ layers }) => layers[layer])));
  return { reflecting: perLayer(true), others: perLayer(false) };
}

/** Mean over these layers of a token's normalised attention to the question. */
export function meanToQuestion(layers: TokenAttention['layers']): number | undefined {
  return mean(layers.flatMap(({ question }) => (question === undefined ? [] : [question])));
}

function shifted({ start, end }: Span, { thinking }: BiasPrompts): Span {
  return { start: start + thinking.length, end: end + thinking.length };
}

/** Spans whose mass is read: the question, each result, each of `steps`. */
async function inspectTrace(model: LanguageModel, prompts: BiasPrompts, trace: Pick<TraceMeasure, 'text' | 'reflections'>, steps: readonly Span[], signal?: AbortSignal) {
  if (model.inspect === undefined) throw new TypeError('attention is asked for only where there is inspect');
  const text = prompts.thinking + trace.text;
  const results = [...trace.text.matchAll(RESULT)].map((match) => shifted({ start: match.index + match[0].length - (match[1]?.length ?? 0), end: match.index + match[0].length }, prompts));
  const all = await model.inspect({ text, rows: { start: 0, end: text.length }, spans: [prompts.question, ...results, ...steps.map((step) => shifted(step, prompts))] }, signal);
  const opens = trace.reflections.map(({ span }) => shifted(span, prompts));
  const written: InspectedToken[] = [];
  const tokens: TokenAttention[] = [];
  const seen = { all: 0, question: 0, results: 0 };
  for (const token of all) {
    const { span } = token;
    seen.all++;
    if (overlaps(span, prompts.question)) seen.question++;
    if (results.some((result) => overlaps(span, result))) seen.results++;
    if (span.end <= prompts.thinking.length) continue;
    written.push(token);
    tokens.push({
      span: { start: Math.max(0, span.start - prompts.thinking.length), end: span.end - prompts.thinking.length },
      layers: grouped(token, { question: seen.question, results: seen.results, others: seen.all - seen.question - seen.results }, seen.all, results.length),
      opens: opens.some((word) => overlaps(span, word)),
    });
  }
  return { written, tokens, results: results.length };
}

/** [layer]: a token's normalised attention to each group of what it sees, given how many tokens of each that is. */
function grouped(token: InspectedToken, counts: Readonly<Record<Group, number>>, seen: number, results: number): Record<Group, number | undefined>[] {
  return token.attention.map((heads) => {
    const onQuestion = mean(heads.map((spans) => spans[0] ?? 0)) ?? 0;
    const onResults = mean(heads.map((spans) => spans.slice(1, 1 + results).reduce((sum, mass) => sum + mass, 0))) ?? 0;
    const masses: Readonly<Record<Group, number>> = { question: onQuestion, results: onResults, others: 1 - onQuestion - onResults };
    const normalised = (group: Group) => (counts[group] === 0 ? undefined : masses[group] / (counts[group] / seen));
    return { question: normalised('question'), results: normalised('results'), others: normalised('others') };
  });
}

function averaged(rows: readonly (Readonly<Record<Group, number | undefined>> | undefined)[]): GroupAttention {
  const of = (group: Group) => mean(rows.flatMap((row) => (row?.[group] === undefined ? [] : [row[group]])));
  const [question, results, others] = GROUPS.map(of);
  return { question, results, others, tokens: rows.length };
}

function meanMass(token: InspectedToken, span: number): number {
  return mean(token.attention.flatMap((heads) => heads.map((spans) => spans[span] ?? 0))) ?? 0;
}

function overlaps(one: Span, other: Span): boolean {
  return one.start < other.end && other.start < one.end;
}
