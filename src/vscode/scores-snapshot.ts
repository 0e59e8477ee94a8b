import { hardText, isVerdictOnly } from '../core/verifier/judge.ts';
import type { ScoresRow, ScoresSnapshot } from '../protocol/scores-view.ts';
import { unreadReasons, type StepAnnotation, type TraceAnnotations } from './annotations.ts';
import { count, firstWords, GLYPHS, outcomeText, probability, verdictWords } from './wording.ts';

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
  const progress = run === undefined ? '' : ` Scoring: ${run.done} of ${count(run.total, 'step')} done.`;
  const agreement = source.agreement === '' ? '' : ` Marks: ${source.agreement}.`;
  return {
    uri: source.uri,
    title: source.name,
    summary: annotations.scored === 0 && run === undefined ? 'No step is scored yet.' : `${outcomeText(annotations)}${progress}${agreement}`,
    provenance: provenanceOf(annotations),
    note: annotations.scored === 0 ? undefined : noteOf(source),
    threshold: annotations.threshold,
    rows: annotations.steps.map((step) => row(step, source.texts[step.index] ?? '')),
  };
}

/** Why probabilities are missing, and the notes of the verifier; undefined where there is nothing to say. */
function noteOf({ annotations, notes }: SnapshotSource): string | undefined {
  const reasons = new Set(annotations.steps.flatMap(({ score }) => (score === undefined ? [] : unreadReasons(score))));
  const all = [...[...reasons].slice(0, MOST_REASONS).map((reason) => `P(Yes) is missing: ${reason}`), ...notes];
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
    score: score?.pYes !== undefined ? `${glyph} ${probability(score.pYes)}` : verdictOnly ? `${glyph} ${hardText(score, probability)}` : glyph,
    spread: score?.spread === undefined ? '' : `±${probability(score.spread)}`,
    hard: score?.hard === undefined || step.stream === 'direct' ? '' : probability(score.hard),
    samples: score?.samples.map((sample) => sample.pYes ?? null) ?? [],
    verdict: [verdictWords(step), verdictOnly ? 'verdict only' : '', step.recorded ? 'recorded in the file' : '', step.brokenPrefix && score !== undefined ? 'after the first error' : '', step.labelled ? 'label: first error' : '']
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
    { name: 'Model', value: values(({ score }) => `${score.provenance.model} (${score.provenance.weights})`) },
    { name: 'K', value: values(({ score, stream }) => (stream === 'direct' ? 'direct' : `${score.samples.length}`)) },
    {
      name: 'Sampling',
      value: values(({ score: { provenance }, stream }) =>
        stream === 'sampled' ? `temperature ${provenance.temperature}, top-p ${provenance.topP}, seed ${provenance.seed}` : 'greedy'),
    },
    { name: 'Threshold', value: probability(threshold) },
    { name: 'Scored', value: values(({ score }) => score.provenance.date.slice(0, 10)) },
  ];
}
