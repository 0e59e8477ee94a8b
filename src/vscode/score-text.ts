import { t } from '@vscode/l10n';
import type { Sample, Score } from '../core/verifier/score.ts';
import { unreadReasons } from './annotations.ts';
import type { Stream } from './streams.ts';
import { boundText, probability, withoutProbability } from './wording.ts';

/** Sentences about missing probabilities; servers seldom give more than one. */
const MOST_REASONS = 2;

function streamWords(stream: Stream): string {
  switch (stream) {
    case 'greedy':
      return t('one greedy analysis');
    case 'sampled':
      return t('sampled analyses');
    case 'direct':
      return t('direct, without an analysis');
  }
}

/** The numbers of a score in one line, and what kind of samples they are of; a missing number is a dash. */
export function scoreFacts(score: Score, stream: Stream): string {
  const number = (value: number | undefined): string => (value === undefined ? '–' : probability(value));
  const { verdictOnly, silent } = withoutProbability(score);
  const parts = [
    t('soft {0}', `${number(score.pYes)}${score.pYesBound === undefined ? '' : ` ${boundText(score.pYesBound)}`}`),
    ...(stream === 'direct' ? [] : [t('hard {0}', number(score.hard))]),
    t('spread {0}', score.spread === undefined ? '–' : `±${probability(score.spread)}`),
    `K = ${score.samples.length}`,
    ...(verdictOnly > 0 ? [t('{0} with a verdict only', verdictOnly)] : []),
    t('{0} without a verdict', silent),
  ];
  return `${parts.join(' · ')} (${streamWords(stream)})`;
}

/** What a reader has to know to take the numbers for what they are, a sentence each. */
export function scoreCautions(score: Score): string[] {
  return [
    ...(score.pYesBound === undefined ? [] : [t('The server lists only the likeliest tokens, so P(Yes) is known up to the bound after it.')]),
    ...unreadReasons(score).slice(0, MOST_REASONS).map((reason) => t('P(Yes) is missing: {0}', reason)),
  ];
}

/** `firstError` is the 0-based step that is under the threshold. */
export function brokenPrefixText(firstError: number | undefined): string {
  return t('Judged on a broken prefix: step {0} before it is under the threshold, so this score says little.', (firstError ?? 0) + 1);
}

/** What it takes to make the number again, in one line. */
export function provenanceText({ provenance }: Score, stream: Stream): string {
  const sampling = stream === 'sampled'
    ? t('temperature {0}, top-p {1}, seed {2}', provenance.temperature, provenance.topP, provenance.seed)
    : stream === 'greedy' ? t('temperature 0 (greedy, so without a seed)') : t('one pass without sampling');
  const limit = stream === 'direct' ? '' : `, ${t('at most {0} new tokens', provenance.maxNewTokens)}`;
  const template = provenance.template === undefined ? '' : ` (${t('chat template {0}', provenance.template.slice(0, 12))})`;
  return (
    `${provenance.model} (${provenance.weights}, ${provenance.modelHash.slice(0, 12)}), ${sampling}${limit}, ` +
    `${t('threshold {0}, prompt {1}', provenance.threshold, `${provenance.promptVersion}${template}`)}, ${localDate(provenance.date)}`
  );
}

/** What one sample says: `verdict no, P(Yes) 0.03`. */
export function sampleText({ verdict, pYes, pYesBound }: Sample): string {
  const p = pYes === undefined ? '' : `, P(Yes) ${probability(pYes)}${pYesBound === undefined ? '' : ` ${boundText(pYesBound)}`}`;
  return `${verdictWord(verdict)}${p}`;
}

export function verdictWord(verdict: Sample['verdict']): string {
  return verdict === undefined ? t('no verdict') : verdict === 'yes' ? t('verdict yes') : t('verdict no');
}

function localDate(date: string): string {
  const time = new Date(date);
  return Number.isNaN(time.getTime()) ? date : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
