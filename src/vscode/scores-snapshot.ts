import { t } from '@vscode/l10n';
import { isVerdictOnly } from '../core/verifier/judge.ts';
import type { ScoresRow, ScoresSnapshot } from '../protocol/scores-view.ts';
import { unreadReasons, type StepAnnotation, type TraceAnnotations } from './annotations.ts';
import { count, firstWords, GLYPHS, hardScore, outcomeText, probability, verdictWords } from './wording.ts';

export interface SnapshotSource {
  readonly uri: string;
  readonly name: string;
  readonly annotations: TraceAnnotations;
  /** How often verifier and person agree; empty where no step is marked. */
  readonly agreement: string;
  readonly texts: readonly string[];
  readonly run: { readonly done: number; readonly total: number } | undefined;
  /** What to know of the verifier that made the scores, a sentence each. */
  readonly notes: readonly string[];
}

/** What the *Step Scores* panel shows of a trace. */
export function scoresSnapshot(source: SnapshotSource): ScoresSnapshot {
  const { annotations, run } = source;
  const progress = run === undefined ? '' : ` ${t('Scoring: {0} of {1} done.', run.done, count(run.total, 'step'))}`;
  const agreement = source.agreement === '' ? '' : ` ${t('Marks: {0}.', source.agreement)}`;
  return {
    uri: source.uri,
    title: source.name,
    summary: annotations.scored === 0 && run === undefined ? t('No step is scored yet.') : `${outcomeText(annotations)}${progress}${agreement}`,
    provenance: provenanceOf(annotations),
    note: annotations.scored === 0 ? undefined : noteOf(source),
    threshold: annotations.threshold,
    rows: annotations.steps.map((step) => row(step, source.texts[step.index] ?? '')),
  };
}

/** Why probabilities are missing, and the notes of the verifier; undefined where there is nothing to say. */
function noteOf({ annotations, notes }: SnapshotSource): string | undefined {
  const reasons = new Set(annotations.steps.flatMap(({ score }) => (score === undefined ? [] : unreadReasons(score))));
  const all = [...[...reasons].slice(0, MOST_REASONS).map((reason) => t('P(Yes) is missing: {0}', reason)), ...notes];
  return all.length === 0 ? undefined : all.join(' ');
}

/** Sentences about missing probabilities; servers seldom give more than one. */
const MOST_REASONS = 2;

function row(step: StepAnnotation, text: string): ScoresRow {
  const { score, state } = step;
  const glyph = GLYPHS[state];
  const verdictOnly = score !== undefined && isVerdictOnly(score);
  return {
    step: step.index,
    state,
    score: score?.pYes !== undefined ? `${glyph} ${probability(score.pYes)}` : verdictOnly ? `${glyph} ${hardScore(score)}` : glyph,
    spread: score?.spread === undefined ? '' : `±${probability(score.spread)}`,
    hard: score?.hard === undefined || step.stream === 'direct' ? '' : probability(score.hard),
    samples: score?.samples.map((sample) => sample.pYes ?? null) ?? [],
    verdict: [verdictWords(step), verdictOnly ? t('verdict only') : '', step.recorded ? t('recorded in the file') : '', step.brokenPrefix && score !== undefined ? t('after the first error') : '', step.labelled ? t('label: first error') : '']
      .filter((part) => part !== '')
      .join('; '),
    firstWords: firstWords(text, 14),
    brokenPrefix: step.brokenPrefix,
  };
}

/** How the shown scores were made. Where steps differ, every value is listed: a mean of unlike things would hide it. */
function provenanceOf({ steps, threshold }: TraceAnnotations): { readonly name: string; readonly value: string }[] {
  const scored = steps.flatMap(({ score, stream }) => (score === undefined || stream === undefined ? [] : [{ score, stream }]));
  if (scored.length === 0) return [];
  const values = (of: (step: (typeof scored)[number]) => string): string => [...new Set(scored.map(of))].join('; ');
  return [
    { name: t('Model'), value: values(({ score }) => `${score.provenance.model} (${score.provenance.weights})`) },
    { name: 'K', value: values(({ score, stream }) => (stream === 'direct' ? t('direct') : `${score.samples.length}`)) },
    {
      name: t('Sampling'),
      value: values(({ score: { provenance }, stream }) =>
        stream === 'sampled' ? t('temperature {0}, top-p {1}, seed {2}', provenance.temperature, provenance.topP, provenance.seed) : t('greedy')),
    },
    { name: t('Threshold'), value: probability(threshold) },
    { name: t('Scored'), value: values(({ score }) => score.provenance.date.slice(0, 10)) },
  ];
}
