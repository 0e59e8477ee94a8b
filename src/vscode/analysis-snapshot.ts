import { t } from '@vscode/l10n';
import { analysisParts, missingAspects } from '../core/verifier/analysis-parts.ts';
import { quoteFinder, type FoundQuotes, type QuoteOrigin, type QuotePlace } from '../core/verifier/quotes.ts';
import type { Sample } from '../core/verifier/score.ts';
import type { Span } from '../core/trace/trace.ts';
import type { AnalysisPartView, AnalysisPiece, AnalysisSampleTab, AnalysisSnapshot } from '../protocol/analysis-view.ts';
import { visibleText } from '../formats/visible-text.ts';
import { MAX_SAMPLES, nextSampleCount, type StepAnnotation, type TraceAnnotations } from './annotations.ts';
import { brokenPrefixText, provenanceText, scoreCautions, scoreFacts } from './score-text.ts';
import type { Stream } from './streams.ts';
import type { OpenTrace } from './trace-documents.ts';
import { GLYPHS, placeText, probability } from './wording.ts';

export interface AnalysisSource {
  readonly uri: string;
  /** The text of the document, which the spans of `open` point into: one text for one `open`. */
  readonly text: string;
  readonly open: Pick<OpenTrace, 'name' | 'problem' | 'steps'>;
  readonly annotations: TraceAnnotations;
  /** Whether the verifier is at work on the trace. */
  readonly running: boolean;
  /** 0-based. */
  readonly step: number;
  /** Of all samples of the step, 0-based; the last where there are fewer. */
  readonly sample: number;
}

export interface Analysis {
  readonly snapshot: Omit<AnalysisSnapshot, 'number'>;
  /** Of each quote of the snapshot its places in the document, in its order; UTF-16 offsets. */
  readonly quotes: readonly (readonly Span[])[];
}

interface StepSample {
  readonly name: string;
  readonly stream: Stream;
  readonly sample: Sample;
}

/** What the *Analysis* panel shows of a step; undefined where the trace has no such step. */
export function analysisOf(source: AnalysisSource): Analysis | undefined {
  const { open, annotations, running } = source;
  const step = annotations.steps[source.step];
  if (step === undefined) return undefined;
  const samples = stepSamples(step);
  const chosen = Math.max(0, Math.min(source.sample, samples.length - 1));
  const shown = samples[chosen];
  const { parts, quotes } = shown === undefined ? { parts: [], quotes: [] } : readAnalysis(source, shown.sample);
  const { score, stream } = step;
  const made = [...(score === undefined || stream === undefined ? [] : [{ score, stream }]), ...step.others];
  return {
    snapshot: {
      uri: source.uri,
      step: source.step,
      steps: open.steps.length,
      trace: open.name,
      title: placeText(step, open.steps.length),
      stepText: visibleText(textAt(source, source.step)),
      scores: made.map((each) => scoreFacts(each.score, each.stream)),
      cautions: score === undefined ? [] : [...(step.brokenPrefix ? [brokenPrefixText(annotations.firstError)] : []), ...scoreCautions(score)],
      provenance: provenanceOf(made, shown?.stream),
      samples: samples.map(({ name, stream, sample }) => ({ name: stream === 'sampled' ? name : streamName(stream), verdict: verdictOf(sample, annotations.threshold) })),
      chosen,
      parts,
      message: messageOf(step, shown),
      score: score === undefined && !running ? t('Score This Step') : undefined,
      more: moreOf(step, running),
    },
    quotes,
  };
}

/** The samples of all ways in which the step was scored, those of the shown score first. */
export function stepSamples({ score, stream, others }: StepAnnotation): StepSample[] {
  const all = [...(score === undefined || stream === undefined ? [] : [{ score, stream }]), ...others];
  return all.flatMap((each) =>
    each.score.samples.map((sample, index): StepSample => ({ name: each.stream === 'sampled' ? String(index + 1) : each.stream, stream: each.stream, sample })));
}

/** What the tab of the only sample of a stream is called. */
function streamName(stream: Exclude<Stream, 'sampled'>): string {
  return stream === 'greedy' ? t('greedy') : t('direct');
}

/** `✗ No 0.03`; a sample whose P(Yes) could not be read has its verdict, one without either is unparsed. */
function verdictOf({ verdict, pYes }: Sample, threshold: number): AnalysisSampleTab['verdict'] {
  const word = verdict === undefined ? '' : verdict === 'yes' ? ' Yes' : ' No';
  if (pYes !== undefined) return `${GLYPHS[pYes < threshold ? 'error' : 'correct']}${word} ${probability(pYes)}`;
  return verdict === undefined ? `${GLYPHS.noVerdict} ${t('unparsed')}` : `${GLYPHS[verdict === 'yes' ? 'correct' : 'error']}${word} (${t('verdict only')})`;
}

function provenanceOf(made: readonly { readonly score: NonNullable<StepAnnotation['score']>; readonly stream: Stream }[], shown: Stream | undefined): string | undefined {
  const found = made.find(({ stream }) => stream === shown) ?? made[0];
  return found === undefined ? undefined : provenanceText(found.score, found.stream);
}

function messageOf(step: StepAnnotation, shown: StepSample | undefined): string | undefined {
  if (shown === undefined) return step.state === 'running' ? t('This step is being scored.') : (step.failure ?? t('This step has no score yet, so there is no analysis of it.'));
  const { sample, stream } = shown;
  if (stream === 'direct') return t('A direct score is one reading of the verifier: it writes no analysis.');
  if (sample.pYes === undefined && sample.verdict === undefined) return t('This sample is unparsed: it never reached the verification question, so it is counted and left out of the score.');
  const missing = missingAspects(sample);
  if (sample.sections.length === 0) return t('The verifier wrote none of the five headings.');
  return missing.length === 0 ? undefined : t('The verifier left out: {0}.', missing.join(', '));
}

function moreOf(step: StepAnnotation, running: boolean): string | undefined {
  const samples = nextSampleCount(step);
  return step.score === undefined || running || samples > MAX_SAMPLES ? undefined : t('Ask for {0} Samples', samples);
}

function textAt({ text, open }: AnalysisSource, origin: QuoteOrigin): string {
  const span = spanOf(open, origin);
  return text.slice(span.start, span.end);
}

function spanOf(open: AnalysisSource['open'], origin: QuoteOrigin): Span {
  return (origin === 'question' ? open.problem : open.steps[origin]) ?? { start: 0, end: 0 };
}

function readAnalysis(source: AnalysisSource, sample: Sample): { readonly parts: AnalysisPartView[]; readonly quotes: (readonly Span[])[] } {
  const find = finderOf(source);
  const quotes: (readonly Span[])[] = [];
  const parts = analysisParts(sample).map(({ name, span }): AnalysisPartView => {
    const text = sample.analysis.slice(span.start, span.end);
    const found = find(text);
    const pieces = piecesOf(text, found, quotes.length, source.step);
    for (const { places } of found.quotes)
      quotes.push(places.map((place) => {
        const { start } = spanOf(source.open, place.origin);
        return { start: start + place.span.start, end: start + place.span.end };
      }));
    return { name, pieces };
  });
  return { parts, quotes };
}

type Finder = ReturnType<typeof quoteFinder>;

/** Reading a long trace takes tens of milliseconds, and snapshots follow a run: it is read once for each step that is shown. */
const finders = new WeakMap<AnalysisSource['open'], { readonly step: number; readonly find: Finder }>();

function finderOf(source: AnalysisSource): Finder {
  const known = finders.get(source.open);
  if (known?.step === source.step) return known.find;
  const origins: readonly QuoteOrigin[] = ['question', ...Array.from({ length: source.step + 1 }, (_, index) => index)];
  const find = quoteFinder(origins.map((origin) => ({ origin, text: textAt(source, origin) })));
  finders.set(source.open, { step: source.step, find });
  return find;
}

/** The text in pieces at the ends of quotes and misquotations; `first` is the number of the first quote. */
function piecesOf(text: string, { quotes, misquoted }: FoundQuotes, first: number, step: number): AnalysisPiece[] {
  const pieces: AnalysisPiece[] = [];
  const edges = new Set([0, text.length, ...quotes.flatMap(({ span }) => [span.start, span.end]), ...misquoted.flatMap(({ start, end }) => [start, end])]);
  const sorted = [...edges].sort((one, other) => one - other);
  sorted.slice(0, -1).forEach((start, index) => {
    const end = sorted[index + 1] ?? text.length;
    const id = quotes.findIndex(({ span }) => span.start <= start && end <= span.end);
    const places = quotes[id]?.places;
    const wrong = misquoted.some((span) => span.start <= start && end <= span.end);
    pieces.push({ text: visibleText(text.slice(start, end)), ...(places !== undefined && { quote: { id: first + id, places: placesText(places, step) } }), ...(wrong && { misquoted: true }) });
  });
  return pieces;
}

/** Where a quote is from: `from the question (2 places), step 1 and this step`. */
export function placesText(places: readonly QuotePlace[], step: number): string {
  const counts = new Map<QuoteOrigin, number>();
  for (const { origin } of places) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  const names = [...counts].map(([origin, times]) => {
    const name = origin === 'question' ? t('the question') : origin === step ? t('this step') : t('step {0}', origin + 1);
    return times === 1 ? name : t('{0} ({1} places)', name, times);
  });
  const last = names.pop() ?? '';
  return names.length === 0 ? t('from {0}', last) : t('from {0} and {1}', names.join(', '), last);
}

/** The quotes that have a place at the cursor or in the selection, which is from `start` to `end`. */
export function quotesAt(quotes: Analysis['quotes'], { start, end }: Span): number[] {
  const touches = (place: Span): boolean => (start === end ? place.start <= start && start <= place.end : place.start < end && start < place.end);
  return quotes.flatMap((places, id) => (places.some(touches) ? [id] : []));
}
