import { optionValue, type Eval, type EvalOption, type EvalSettings } from './eval.ts';
import { metricText } from './metrics.ts';
import { isRight, itemSchema, predict, type ProcessBenchChoice, type ProcessBenchItem } from './process-bench-item.ts';
import { countsOf, f1Of, firstErrorF1, isJudged, judge } from './process-bench-metrics.ts';
import { summarizeProcessBench } from './process-bench-summary.ts';
import { scoreRows } from './score-rows.ts';
import { SCORE_OPTION, stepChoice } from './step-choice.ts';
import { rowReader, storeScores, valuesOf } from './step-item.ts';

/**
 * Which steps are scored. What comes after the labelled error cannot change whether a prediction is right, at any threshold.
 * What comes after the first step under the threshold cannot either, at that threshold and above it.
 */
const STEPS_OPTION: EvalOption = {
  kind: 'choice',
  name: 'steps',
  title: 'Steps that are scored: up to the labelled error (enough for every threshold), up to the first error that is found as well (enough for thresholds from the chosen one up), or all',
  choices: ['label', 'stop', 'all'],
  default: 'label',
};

function choiceOf(settings: EvalSettings): ProcessBenchChoice {
  const steps = optionValue(STEPS_OPTION, settings);
  return { ...stepChoice(settings), steps: steps === 'stop' || steps === 'all' ? steps : 'label' };
}

/** ProcessBench ("ProcessBench: Identifying Process Errors in Mathematical Reasoning", Zheng et al. 2024). */
export const processBenchEval: Eval<ProcessBenchItem> = {
  name: 'processbench',
  title: 'ProcessBench: first wrong step',
  description: 'Whether the first step with a score under the threshold is the labelled first error: accuracy on solutions with an error and on those without, and their harmonic mean, F1, for each subset.',
  needs: { label: 'first-error', scores: { min: 1, max: 1 } },
  options: [SCORE_OPTION, STEPS_OPTION],
  unfit: ({ label, given, steps }) =>
    label !== undefined
      ? undefined
      : given?.unusedLabel
        ? `its label ${given.unusedLabel.value} (field "${given.unusedLabel.field}") names none of its ${steps.length} steps, which count from ${given.unusedLabel.indexBase ?? 0}: correct it.`
        : 'it has no label of a first wrong step: the eval needs one, or the word that no step is wrong.',
  run(context) {
    const { score, steps, threshold } = choiceOf(context.settings);
    return scoreRows<ProcessBenchItem>(context, {
      unfit: (trace) => processBenchEval.unfit(trace),
      wish: (trace) => ({
        trace,
        ...(steps !== 'all' && trace.label?.firstError !== undefined && { until: trace.label.firstError + 1 }),
        ...(steps === 'stop' && { stopUnder: threshold, stopBy: score }),
      }),
      item: (trace, [scores]) => ({ label: trace.label?.firstError ?? null, steps: trace.steps.length, scores: storeScores(scores ?? { soft: [] }) }),
    });
  },
  readRow: rowReader(itemSchema),
  summarize: (rows, settings) => summarizeProcessBench(rows, choiceOf(settings)),
  headline(rows, settings) {
    const metric = firstErrorF1(rows, choiceOf(settings));
    return metric.value === undefined ? undefined : metricText(metric);
  },
  pooled: {
    name: 'F1',
    columns(row, settings) {
      const [judged] = judge([row], choiceOf(settings)).filter(isJudged);
      return judged && countsOf(judged);
    },
    value: f1Of,
  },
  outcome({ item }, settings) {
    const { score, threshold } = choiceOf(settings);
    const predicted = predict(item, score, threshold);
    const at = typeof predicted === 'object' ? predicted.step : undefined;
    const value = at === undefined ? undefined : valuesOf(item.scores, score)[at];
    const said = predicted === 'unknown' ? 'nothing: a step before any error has no score' : at === undefined ? 'no error' : `step ${at + 1} (${(value ?? NaN).toFixed(3)})`;
    const step = item.label ?? at;
    return { state: predicted === 'unknown' ? 'open' : isRight(item, predicted) ? 'right' : 'wrong', text: `labelled ${item.label === null ? 'no error' : `step ${item.label + 1}`}, predicted ${said}`, ...(step !== undefined && { step }) };
  },
};
