import { t } from '@vscode/l10n';
import { sameAnswer } from '../../core/answers/same-answer.ts';
import { meanToQuestion, type TokenAttention } from '../../core/bias/attention.ts';
import { earlyExit } from '../../core/bias/early-exit.ts';
import type { FirstAnswer } from '../../core/bias/events.ts';
import type { TimelineCurve, TimelineWords } from '../../core/bias/picture/timeline-picture.ts';
import type { BiasSettings } from '../../core/bias/settings.ts';
import { timelineOf, traceAxis, type MarkKind, type Timeline, type TimelineMark, type TraceAxis } from '../../core/bias/timeline.ts';
import type { TraceReading } from '../../core/bias/trace-parts.ts';
import { shortened } from '../../core/shortened.ts';
import type { MarkRow, OverthinkingSnapshot, TokenRow } from '../../protocol/overthinking-view.ts';
import type { Fact } from '../../protocol/search-view.ts';
import { count } from '../wording.ts';
import { partViews, THRESHOLDS, type PartLacks } from './overthinking-parts.ts';
import type { MeasuredTrace } from './measured-trace.ts';
import type { ReadingState } from './trace-readings.ts';

/** Places that state an answer, offered for the first one. */
export const MOST_STATEMENTS = 100;
/** Text of a step in a row. */
const LONGEST_TEXT = 160;

export interface OverthinkingInput {
  readonly uri: string;
  readonly name: string;
  readonly measured: MeasuredTrace;
  readonly settings: BiasSettings;
  readonly state: ReadingState;
  /** What has to be known of the model that is set. */
  readonly notes: readonly string[];
  readonly lacks: PartLacks;
  /** 0-based, the last one included; undefined for all. */
  readonly layers: { readonly from: number; readonly to: number } | undefined;
  /** Position among THRESHOLDS. */
  readonly threshold: number;
}

/** What the panel shows, and the axis that its places are on. */
export interface OverthinkingPicture {
  readonly snapshot: OverthinkingSnapshot;
  readonly axis: TraceAxis;
}

export function overthinkingSnapshot(input: OverthinkingInput, number: number): OverthinkingPicture {
  const { measured, settings, state, uri, name } = input;
  const { measure, own, trace } = measured;
  const { reading } = state;
  const axis = traceAxis(measure.text, reading?.tokens);
  const timeline = timelineOf(measure, axis, own);
  const threshold = THRESHOLDS[input.threshold] ?? 1;
  const marks = timeline.marks.map((mark) => markRow(mark, measure.text));
  const found = (kind: MarkKind): number => timeline.marks.filter((mark) => mark.kind === kind).length;
  const summary = t('{0}, {1}, {2} in {3}', count(found('reflection'), 'reflection'), count(found('redundant'), 'redundant step'), count(found('loop'), 'loop'), count(timeline.steps.length, 'step'));
  const layers = reading?.attention && layersOf(reading.attention, input.layers);
  const snapshot: OverthinkingSnapshot = {
    number,
    uri,
    title: t('Overthinking: {0}', name),
    summary: `${summary}.`,
    notes: [
      ...(reading === undefined ? [t('Places are counted in characters: tokens are known once a model has read the trace.')] : reading.tokens === undefined ? [t('Places are counted in characters: {0} does not tell its tokens.', reading.model.name)] : []),
      ...(trace.marked ? [] : [t('The text does not say where its thinking ends: all of it is taken as thinking.')]),
      ...(reading === undefined ? [] : [t('The trace is read as if {0} had written it.', reading.model.name), ...input.notes]),
    ],
    facts: facts(measured, timeline),
    timeline,
    words: words(timeline, marks, reading),
    description: t('{0} along {1} {2}. {3}', summary, timeline.length, unitName(timeline.unit), firstText(measured)),
    detector: detectorText(settings),
    marks,
    first: firstChoices(measured),
    curve: reading?.attention && layers && curveOf(reading, reading.attention, layers, threshold),
    tokens: reading?.attention && layers ? reading.attention.map((token) => tokenRow(token, measured, layers)) : [],
    layers,
    thresholds: { names: THRESHOLDS.map((value) => t('{0} times uniform', value)), chosen: input.threshold },
    parts: partViews({ measured, settings, state, lacks: input.lacks, threshold, layers }),
    busy: state.running !== undefined,
  };
  return { snapshot, axis };
}

function unitName(unit: Timeline['unit']): string {
  return unit === 'tokens' ? t('tokens') : t('characters');
}

function firstText({ measure: { first } }: MeasuredTrace): string {
  return first === undefined ? t('No answer is stated in the steps.') : t('The first answer is {0}, in step {1} ({2}).', first.answer, first.step + 1, first.by);
}

function facts({ measure, own, trace: { gold } }: MeasuredTrace, { marks, length, unit }: Timeline): Fact[] {
  const first = marks.find(({ kind }) => kind === 'first');
  const share = (part: number): string => (length === 0 ? '–' : `${Math.round((100 * part) / length)}%`);
  return [
    { name: t('First answer'), value: measure.first === undefined ? t('none in the steps') : t('{0}, step {1} ({2})', measure.first.answer, measure.first.step + 1, measure.first.by) },
    ...(first === undefined ? [] : [{ name: 'P_first', value: t('{0} of {1} {2}', first.to, length, unitName(unit)) }, { name: t('After it'), value: `${length - first.to} (${share(length - first.to)})` }]),
    { name: t('Final answer'), value: own === undefined ? t('none') : `${own.answer} (${own.by})` },
    ...(gold === undefined ? [] : [{ name: t('Reference'), value: own === undefined ? gold : `${gold} ${sameAnswer(own.answer, gold) ? '✓' : '✗'}` }]),
    { name: t('Reflections'), value: String(measure.reflections.length) },
    { name: t('Redundant steps'), value: measure.first === undefined ? t('none can be: they follow a first answer') : String(measure.redundant.length) },
    { name: t('Loops'), value: String(measure.loops.length) },
  ];
}

function detectorText({ detectors: { reflectionWords, answerPatterns } }: BiasSettings): string {
  const size = (lists: Readonly<Record<string, readonly string[]>>): number => Object.values(lists).flat().length;
  return t('Detectors: {0} words that open a reflection and {1} answer patterns of {2} languages (settings stepscope.bias), boxes; redundant steps by equations and answers; loops word for word. n = 1 trace; steps as the editor cuts them.', size(reflectionWords), size(answerPatterns), new Set([...Object.keys(reflectionWords), ...Object.keys(answerPatterns)]).size);
}

function kindName(kind: MarkKind): string {
  switch (kind) {
    case 'first':
      return t('first answer');
    case 'reflection':
      return t('reflection');
    case 'redundant':
      return t('redundant step');
    case 'loop':
      return t('loop');
    case 'answer':
      return t('final answer');
  }
}

function markRow({ kind, span, step, what, from, to }: TimelineMark, text: string): MarkRow {
  return {
    kind: kindName(kind),
    step: step === undefined ? '–' : String(step + 1),
    place: `${from}–${to}`,
    text: kind === 'loop' ? t('{0} steps, written in a row', what) : kind === 'redundant' ? oneLine(text.slice(span.start, span.end)) : what,
  };
}

function words(timeline: Timeline, marks: readonly MarkRow[], reading: TraceReading | undefined): TimelineWords {
  const found = (kind: MarkKind): number => timeline.marks.filter((mark) => mark.kind === kind).length;
  return {
    lanes: {
      steps: t('steps ({0})', timeline.steps.length),
      first: t('first answer'),
      answer: t('final answer'),
      reflection: t('reflections ({0})', found('reflection')),
      redundant: t('redundant steps ({0})', found('redundant')),
      loop: t('loops ({0})', found('loop')),
      curve: t('attention to the question'),
    },
    marks: marks.map(({ kind, step, place, text }) => (step === '–' ? t('{0}: {1}, at {2} {3}', kind, text, place, unitName(timeline.unit)) : t('{0}: {1}, step {2}, at {3} {4}', kind, text, step, place, unitName(timeline.unit)))),
    axis: reading?.tokens === undefined ? t('characters of the trace') : t('tokens of {0}', reading.model.name),
    uniform: t('uniform = 1'),
    exit: t('early exit'),
  };
}

function firstChoices({ detected, others, byHand, measure: { first } }: MeasuredTrace): OverthinkingSnapshot['first'] {
  const name = ({ answer, step, by }: FirstAnswer): string => t('step {0}: {1} ({2})', step + 1, oneLine(answer), by);
  const offered = others.slice(0, MOST_STATEMENTS);
  const at = offered.findIndex(({ span }) => span.start === first?.span.start && span.end === first.span.end);
  const selection = byHand && at < 0 && first !== undefined ? t('by hand: {0}, step {1}', oneLine(first.answer), first.step + 1) : t('what is selected in the text');
  return {
    names: [detected === undefined ? t('detected: none') : t('detected: {0}', name(detected)), ...offered.map((other) => t('by hand: {0}', name(other))), selection],
    chosen: !byHand ? 0 : at < 0 ? offered.length + 1 : at + 1,
  };
}

function layersOf(attention: readonly TokenAttention[], chosen: OverthinkingInput['layers']): NonNullable<OverthinkingSnapshot['layers']> {
  const count = attention[0]?.layers.length ?? 0;
  const last = Math.max(0, count - 1);
  const from = Math.min(chosen?.from ?? 0, last);
  return { names: Array.from({ length: count }, (_, layer) => String(layer + 1)), from, to: Math.min(Math.max(from, chosen?.to ?? last), last) };
}

type Layers = NonNullable<OverthinkingSnapshot['layers']>;

function valueIn({ layers }: TokenAttention, { from, to }: Layers): number | undefined {
  return meanToQuestion(layers.slice(from, to + 1));
}

/** A token is drawn in the middle of its place. The exit is that of the chosen layers. */
function curveOf({ pFirst }: TraceReading, attention: readonly TokenAttention[], layers: Layers, threshold: number): TimelineCurve {
  const values = attention.map((token) => ({ span: token.span, value: valueIn(token, layers) }));
  const exit = earlyExit({ pFirst }, { question: values }, threshold);
  return {
    points: values.flatMap(({ value }, index) => (value === undefined ? [] : [{ x: index + 0.5, y: Math.round(1000 * value) / 1000 }])),
    threshold,
    exit: exit && exit.token + 0.5,
  };
}

function tokenRow(token: TokenAttention, { measure: { text, steps } }: MeasuredTrace, layers: Layers): TokenRow {
  const step = steps.findIndex(({ start, end }) => start < token.span.end && token.span.start < end);
  return { text: JSON.stringify(text.slice(token.span.start, token.span.end)).slice(1, -1), step: step < 0 ? '–' : String(step + 1), value: valueIn(token, layers)?.toFixed(3) ?? '–' };
}

function oneLine(text: string): string {
  return shortened(text.replace(/\s+/g, ' ').trim(), LONGEST_TEXT);
}
