import { t } from '@vscode/l10n';
import { layerAttention, meanToQuestion, type GroupAttention, type TokenAttention } from '../../core/bias/attention.ts';
import { earlyExit } from '../../core/bias/early-exit.ts';
import type { GuessDistribution } from '../../core/bias/events.ts';
import { GUESS_TEMPLATES } from '../../core/bias/guess-templates.ts';
import { deviationOf } from '../../core/bias/guesses.ts';
import type { AnswerLens } from '../../core/bias/lens.ts';
import type { BiasSettings } from '../../core/bias/settings.ts';
import type { TracePart } from '../../core/bias/trace-part.ts';
import type { TraceReading } from '../../core/bias/trace-parts.ts';
import { sameAnswer } from '../../core/answers/same-answer.ts';
import { proportion } from '../../core/metrics/statistics.ts';
import type { Bar, Chart, Series, Table } from '../../core/picture/chart.ts';
import type { PartView } from '../../protocol/overthinking-view.ts';
import type { Fact } from '../../protocol/search-view.ts';
import type { MeasuredTrace } from './measured-trace.ts';
import type { ReadingState } from './trace-readings.ts';

/** Multiples of uniform attention at which a trace could be ended. */
export const THRESHOLDS: readonly number[] = [0.5, 1, 1.5, 2, 3, 4, 6, 8];
/** Answers that a picture shows; its table has all. */
const MOST_BARS = 12;

/** One sentence about what the policy that is set lacks for a part; absent where it has it, or that is not known yet. */
export type PartLacks = Readonly<Partial<Record<TracePart, string | undefined>>>;

export interface PartsInput {
  readonly measured: MeasuredTrace;
  readonly settings: BiasSettings;
  readonly state: ReadingState;
  readonly lacks: PartLacks;
  readonly threshold: number;
  /** The early exit follows the mean over these, 0-based, the last one included. */
  readonly layers: { readonly from: number; readonly to: number } | undefined;
}

type Content = Pick<PartView, 'facts' | 'charts' | 'tables'> & { readonly provenance: string };

/** The parts of the view that a model has to say, each with what it is, what it lacks and what it came to. */
export function partViews(input: PartsInput): PartView[] {
  const { state: { reading }, measured } = input;
  const lens = reading?.lens;
  // Read before another first answer than the one that holds now.
  const lensHolds = lens !== undefined && lens.first?.start === measured.measure.first?.span.start && lens.first?.end === measured.measure.first?.span.end;
  const attention = partView(input, 'attention', t('Attention to the question'), t('Where each token of the trace looks: its attention to the question over what uniform attention would give, mean over heads. 1 is uniform.'), t('Read Attention'), reading?.attention && attentionContent(reading, reading.attention));
  return [
    partView(input, 'guesses', t('Guesses'), t('What the model answers where its thinking is closed at once.'), t('Ask for Guesses'), reading?.guesses && guessContent(input, reading)),
    {
      ...partView(input, 'lens', t('Logit lens'), t('How likely each layer finds the guess and the first answer, right before the trace states that answer.'), t('Read Layers'), reading !== undefined && lens !== undefined && lensHolds && lens.read.ok ? lensContent(reading, lens.read.value) : undefined),
      ...(lens !== undefined && lensHolds && !lens.read.ok && { state: 'done' as const, message: lens.read.error.message }),
      ...(lens !== undefined && !lensHolds && { message: t('It was read before another first answer: read it again.') }),
    },
    attention,
    exitView(input, attention),
  ];
}

function partView({ state, lacks, measured }: PartsInput, part: TracePart, title: string, about: string, action: string, content: Content | undefined): PartView {
  const base = { part, id: part, title, about, facts: [], charts: [], tables: [], ...content };
  const failure = state.failures.get(part);
  if (state.running === part) return { ...base, state: 'running', action };
  if (failure !== undefined) return { ...base, state: failure.lacking ? 'lacking' : 'failed', message: failure.message, action };
  if (content !== undefined) return { ...base, state: 'done', action };
  const lack = measured.trace.question === '' ? t('The trace has no question: put it above the solution.') : lacks[part];
  return lack === undefined ? { ...base, state: 'open', action } : { ...base, state: 'lacking', message: lack, action };
}

function provenance({ model }: TraceReading, ...settings: readonly string[]): string {
  return [`${model.name} (${model.weights}; ${model.hash.slice(0, 12)})`, ...settings].join(' · ');
}

function guessContent({ measured: { own, trace: { gold } }, settings }: PartsInput, reading: TraceReading): Content | undefined {
  const { guesses } = reading;
  if (guesses === undefined) return undefined;
  const deviation = own && deviationOf(guesses, own.answer);
  const unparsed = guesses.distributions.reduce((sum, distribution) => sum + distribution.unparsed, 0);
  const all = guesses.distributions.reduce((sum, { answers }) => sum + answers.reduce((some, { count }) => some + count, 0), unparsed);
  const share = deviation && proportion(Math.round(deviation.share * deviation.n), deviation.n);
  const facts: Fact[] = [
    { name: t('Guesses'), value: t('{0}, {1} of them unparsed', all, unparsed) },
    { name: t('Greedy guess'), value: guesses.greedy ?? t('states no answer') },
    { name: t('Own answer'), value: own === undefined ? t('none, so that there is no deviation') : `${own.answer} (${own.by})` },
    ...(share === undefined ? [] : [{ name: t('Deviation: share that differs from the own answer'), value: `${share.value.toFixed(2)} [${share.low.toFixed(2)}, ${share.high.toFixed(2)}], n = ${share.n}` }]),
    ...(deviation === undefined ? [] : [{ name: t('Deviation: mean distance'), value: deviation.numeric === undefined ? t('none: not all are numbers') : `${digits(deviation.numeric)}, n = ${deviation.n}` }]),
    ...(deviation?.conflict === undefined ? [] : [{ name: t('Greedy guess and own answer'), value: deviation.conflict ? t('conflict') : t('agree') }]),
  ];
  const { n, topP, maxNewTokens } = settings.guesses;
  return {
    facts,
    charts: guesses.distributions.map((distribution, index) => histogram(distribution, index, own?.answer, gold, guesses.greedy)),
    tables: [],
    provenance: provenance(reading, t('{0} samples a template and temperature, top-p {1}, at most {2} tokens, seed {3}', n, topP, maxNewTokens, settings.seed), systemText(settings)),
  };
}

/** Bars of the most frequent answers, of the own, the reference and the greedy one whether they were sampled or not, and of the rest. */
function histogram({ template, temperature, answers, unparsed }: GuessDistribution, index: number, own: string | undefined, gold: string | undefined, greedy: string | undefined): Chart {
  const n = answers.reduce((sum, { count }) => sum + count, 0) + unparsed;
  const named = [...answers];
  for (const answer of [own, gold, greedy]) if (answer !== undefined && !named.some((known) => sameAnswer(known.answer, answer))) named.push({ answer, count: 0 });
  const markOf = (answer: string): string => [own !== undefined && sameAnswer(own, answer) ? t('own answer') : '', gold !== undefined && sameAnswer(gold, answer) ? t('reference') : '', greedy !== undefined && sameAnswer(greedy, answer) ? t('greedy') : ''].filter(Boolean).join(', ');
  const bar = (name: string, value: number, mark: string): Bar => ({ name, value, text: t('{0} of {1}', value, n), ...(mark !== '' && { mark }) });
  const shown = named.filter(({ answer }, at) => at < MOST_BARS || markOf(answer) !== '');
  const rest = named.filter((one) => !shown.includes(one));
  const label = t('{0}, temperature {1}', GUESS_TEMPLATES[template].label, temperature);
  const [most] = answers;
  return {
    kind: 'bars',
    id: `guesses-${index}`,
    name: t('Guesses: {0} (n = {1}, {2} unparsed)', label, n, unparsed),
    description: most === undefined ? t('No reply states an answer.') : t('The most frequent guess is {0}, {1} of {2}. {3} different answers.', most.answer, most.count, n, answers.length),
    x: { name: t('times') },
    y: { name: t('answer') },
    bars: [
      ...shown.map(({ answer, count }) => bar(answer, count, markOf(answer))),
      ...(rest.length === 0 ? [] : [bar(t('{0} other answers', rest.length), rest.reduce((sum, { count }) => sum + count, 0), '')]),
      ...(unparsed === 0 ? [] : [bar(t('unparsed'), unparsed, '')]),
    ],
  };
}

function lensContent(reading: TraceReading, { guess, own, common, probabilities }: AnswerLens): Content {
  const last = probabilities.at(-1);
  const series = (name: string, pick: (at: AnswerLens['probabilities'][number]) => number): Series => ({ name, points: probabilities.map((at, layer) => ({ x: layer, y: pick(at) })) });
  const crossed = probabilities.findIndex((at, layer) => probabilities.slice(layer).every((later) => later.own > later.guess) && at.own > at.guess);
  return {
    facts: [
      { name: t('Read at'), value: common === '' ? t('the token before the first answer') : t('after “{0}”, which both begin with', common) },
      { name: t('The first answer stays ahead from layer'), value: crossed < 0 ? t('none') : String(crossed) },
    ],
    charts: [
      {
        kind: 'lines',
        id: 'lens',
        name: t('Probability of the guess {0} and of the first answer {1} by layer', guess, own),
        description: t('At the last layer the guess has {0}, the first answer {1}. Layer 0 is the embedding. One position, first token that tells them apart.', last?.guess.toFixed(3) ?? '–', last?.own.toFixed(3) ?? '–'),
        x: { name: t('layer'), domain: [0, Math.max(1, probabilities.length - 1)] },
        y: { name: t('probability'), domain: [0, 1] },
        series: [series(t('guess {0}', guess), (at) => at.guess), series(t('first answer {0}', own), (at) => at.own)],
      },
    ],
    tables: [],
    provenance: provenance(reading, t('n = 1 position'), t('greedy guess, final norm and output weights on each layer')),
  };
}

function attentionContent(reading: TraceReading, tokens: readonly TokenAttention[]): Content {
  const { reflecting, others } = layerAttention(tokens);
  const series = (name: string, layers: readonly GroupAttention[]): Series => ({ name, points: layers.flatMap(({ question }, layer) => (question === undefined ? [] : [{ x: layer + 1, y: question }])) });
  const opening = reflecting[0]?.tokens ?? 0;
  const shown = [...(opening === 0 ? [] : [series(t('words that open a reflection ({0} tokens)', opening), reflecting)]), series(t('all other tokens ({0})', others[0]?.tokens ?? 0), others)];
  return {
    facts: [
      { name: t('Tokens'), value: String(tokens.length) },
      { name: t('Tokens of words that open a reflection'), value: opening === 0 ? t('none: nothing can be compared') : String(opening) },
    ],
    charts: [
      {
        kind: 'lines',
        id: 'attention',
        name: t('Attention to the question by layer, over uniform'),
        description: t('Mean over heads and tokens of one trace: no interval can be given. 1 is what uniform attention would give.'),
        x: { name: t('layer'), domain: [1, Math.max(2, others.length)] },
        y: { name: t('times uniform') },
        series: shown,
      },
    ],
    tables: [groupTable(reflecting, others)],
    provenance: provenance(reading, t('mean over all heads'), t('each token over the tokens that it sees')),
  };
}

function groupTable(reflecting: readonly GroupAttention[], others: readonly GroupAttention[]): Table {
  const groups = ['question', 'results', 'others'] as const;
  const names = { question: t('question'), results: t('own results'), others: t('the rest') };
  const rows = (layers: readonly GroupAttention[], name: string) => layers.map((at, layer) => [String(layer + 1), name, ...groups.map((group) => at[group]?.toFixed(2) ?? '–'), String(at.tokens)]);
  return {
    name: t('Attention by layer to the question, to own results and to the rest, over uniform'),
    columns: [{ name: t('Layer'), numeric: true }, { name: t('Tokens') }, ...groups.map((group) => ({ name: names[group], numeric: true as const })), { name: 'n', numeric: true }],
    rows: [...((reflecting[0]?.tokens ?? 0) === 0 ? [] : rows(reflecting, t('opening a reflection'))), ...rows(others, t('other'))],
  };
}

/** Follows from the attention that was read; nothing of it is asked of the model. */
function exitView({ state: { reading }, threshold, layers = { from: 0, to: 0 } }: PartsInput, attention: PartView): PartView {
  const base = { id: 'exit', title: t('Early exit (experimental)'), about: t('Where the trace would have been ended because attention to the question after the first answer reaches a threshold. Whether the answer would be right is not judged.'), facts: [], charts: [], tables: [] };
  if (reading?.attention === undefined) return { ...base, state: attention.state === 'lacking' ? 'lacking' : 'open', message: attention.state === 'lacking' ? (attention.message ?? '') : t('It follows from the attention.') };
  if (reading.pFirst === undefined) return { ...base, state: 'done', message: t('The trace states no answer after which it could be ended.') };
  const curve = { question: reading.attention.map((token) => ({ span: token.span, value: meanToQuestion(token.layers.slice(layers.from, layers.to + 1)) })) };
  const rows = THRESHOLDS.map((value) => {
    const exit = earlyExit(reading, curve, value);
    return [`${value}${value === threshold ? ' ◂' : ''}`, exit === undefined ? t('never') : String(exit.token + 1), exit === undefined ? '–' : `${(100 * exit.saved).toFixed(0)}%`];
  });
  return {
    ...base,
    state: 'done',
    tables: [{ name: t('Thresholds on the mean over layers {0} to {1}', layers.from + 1, layers.to + 1), columns: [{ name: t('Threshold'), numeric: true }, { name: t('Ended at token'), numeric: true }, { name: t('Saved of what follows the first answer'), numeric: true }], rows }],
    provenance: provenance(reading, t('n = 1 trace, P_first = {0} of {1} tokens', reading.pFirst, reading.attention.length)),
  };
}

function systemText({ system }: BiasSettings): string {
  return system === undefined ? t('no system turn') : t('system turn “{0}”', system);
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
