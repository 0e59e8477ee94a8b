import type { Sample, Score } from '../core/verifier/score.ts';
import { unreadReasons } from './annotations.ts';
import type { Stream } from './streams.ts';
import { boundText, probability, withoutProbability } from './wording.ts';

/** Sentences about missing probabilities; servers seldom give more than one. */
const MOST_REASONS = 2;

const STREAM_WORDS: Readonly<Record<Stream, string>> = {
  greedy: 'one greedy analysis',
  sampled: 'sampled analyses',
  direct: 'direct, without an analysis',
};

/** The numbers of a score in one line, and what kind of samples they are of; a missing number is a dash. */
export function scoreFacts(score: Score, stream: Stream): string {
  const number = (value: number | undefined): string => (value === undefined ? '–' : probability(value));
  const { verdictOnly, silent } = withoutProbability(score);
  const parts = [
    `soft ${number(score.pYes)}${score.pYesBound === undefined ? '' : ` ${boundText(score.pYesBound)}`}`,
    ...(stream === 'direct' ? [] : [`hard ${number(score.hard)}`]),
    `spread ${score.spread === undefined ? '–' : `±${probability(score.spread)}`}`,
    `K = ${score.samples.length}`,
    ...(verdictOnly > 0 ? [`${verdictOnly} with a verdict only`] : []),
    `${silent} without a verdict`,
  ];
  return `${parts.join(' · ')} (${STREAM_WORDS[stream]})`;
}

/** What a reader has to know to take the numbers for what they are, a sentence each. */
export function scoreCautions(score: Score): string[] {
  return [
    ...(score.pYesBound === undefined ? [] : ['The server lists only the likeliest tokens, so P(Yes) is known up to the bound after it.']),
    ...unreadReasons(score).slice(0, MOST_REASONS).map((reason) => `P(Yes) is missing: ${reason}`),
  ];
}

/** `firstError` is the 0-based step that is under the threshold. */
export function brokenPrefixText(firstError: number | undefined): string {
  return `Judged on a broken prefix: step ${(firstError ?? 0) + 1} before it is under the threshold, so this score says little.`;
}

/** What it takes to make the number again, in one line. */
export function provenanceText({ provenance }: Score, stream: Stream): string {
  const sampling = stream === 'sampled'
    ? `temperature ${provenance.temperature}, top-p ${provenance.topP}, seed ${provenance.seed}`
    : stream === 'greedy' ? 'temperature 0 (greedy, so without a seed)' : 'one pass without sampling';
  const limit = stream === 'direct' ? '' : `, at most ${provenance.maxNewTokens} new tokens`;
  const template = provenance.template === undefined ? '' : ` (chat template ${provenance.template.slice(0, 12)})`;
  return (
    `${provenance.model} (${provenance.weights}, ${provenance.modelHash.slice(0, 12)}), ${sampling}${limit}, ` +
    `threshold ${provenance.threshold}, prompt ${provenance.promptVersion}${template}, ${localDate(provenance.date)}`
  );
}

/** What one sample says: `verdict no, P(Yes) 0.03`. */
export function sampleText({ verdict, pYes, pYesBound }: Sample): string {
  const p = pYes === undefined ? '' : `, P(Yes) ${probability(pYes)}${pYesBound === undefined ? '' : ` ${boundText(pYesBound)}`}`;
  return `${verdict === undefined ? 'no verdict' : `verdict ${verdict}`}${p}`;
}

function localDate(date: string): string {
  const time = new Date(date);
  return Number.isNaN(time.getTime()) ? date : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
