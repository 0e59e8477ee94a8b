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

/** Reads one trace with all of its attention; needs the capability `attention`. */
export async function readAttention(model: LanguageModel, prompts: BiasPrompts, trace: TraceMeasure, signal?: AbortSignal): Promise<AttentionSummary> {
  if (model.inspect === undefined) throw new TypeError('attention is asked for only where there is inspect');
  const text = prompts.thinking + trace.text;
  const shifted = ({ start, end }: Span): Span => ({ start: start + prompts.thinking.length, end: end + prompts.thinking.length });
  const results = [...trace.text.matchAll(RESULT)].map((match) => shifted({ start: match.index + match[0].length - (match[1]?.length ?? 0), end: match.index + match[0].length }));
  const steps = trace.steps.map(shifted);
  const all = await model.inspect({ text, rows: { start: 0, end: text.length }, spans: [prompts.question, ...results, ...steps] }, signal);
  const written = all.map((token, position) => ({ token, position })).filter(({ token }) => token.span.end > prompts.thinking.length);
  const groups = written.map(({ token, position }) => grouped(token, all.slice(0, position + 1), prompts.question, results));
  const opens = trace.reflections.map(({ span }) => shifted(span));
  const isOpening = written.map(({ token }) => opens.some((span) => overlaps(token.span, span)));
  const layers = written[0]?.token.attention.length ?? 0;
  const perLayer = (opening: boolean) => Array.from({ length: layers }, (_, layer) => averaged(groups.filter((_group, index) => isOpening[index] === opening).map((group) => group[layer])));
  return {
    reflecting: perLayer(true),
    others: perLayer(false),
    steps: steps.map((step) => {
      const rows = written.filter(({ token }) => overlaps(token.span, step));
      return [0, ...steps.map((_, index) => 1 + results.length + index)].map((span) => mean(rows.map(({ token }) => meanMass(token, span))) ?? 0);
    }),
    question: written.map(({ token }, index) => ({
      span: { start: Math.max(0, token.span.start - prompts.thinking.length), end: token.span.end - prompts.thinking.length },
      value: mean((groups[index] ?? []).flatMap(({ question }) => (question === undefined ? [] : [question]))),
    })),
  };
}

/** [layer]: a token's normalised attention to each group of what it sees; undefined for a group of which it sees nothing. */
function grouped(token: InspectedToken, seen: readonly InspectedToken[], question: Span, results: readonly Span[]): Record<Group, number | undefined>[] {
  const inQuestion = seen.filter(({ span }) => overlaps(span, question)).length;
  const inResults = seen.filter(({ span }) => results.some((result) => overlaps(span, result))).length;
  const counts: Readonly<Record<Group, number>> = { question: inQuestion, results: inResults, others: seen.length - inQuestion - inResults };
  return token.attention.map((heads) => {
    const onQuestion = mean(heads.map((spans) => spans[0] ?? 0)) ?? 0;
    const onResults = mean(heads.map((spans) => spans.slice(1, 1 + results.length).reduce((sum, mass) => sum + mass, 0))) ?? 0;
    const masses: Readonly<Record<Group, number>> = { question: onQuestion, results: onResults, others: 1 - onQuestion - onResults };
    const normalised = (group: Group) => (counts[group] === 0 ? undefined : masses[group] / (counts[group] / seen.length));
    return { question: normalised('question'), results: normalised('results'), others: normalised('others') };
  });
}

function averaged(rows: readonly (Record<Group, number | undefined> | undefined)[]): GroupAttention {
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
