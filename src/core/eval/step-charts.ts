import { calibrate, type Calibration, type ScoredStep } from '../metrics/calibration.ts';
import { roc, type Roc } from '../metrics/roc.ts';
import { proportion } from '../metrics/statistics.ts';
import type { Chart, ChartPoint } from '../picture/chart.ts';
import { countMetric, estimateMetric, numberText } from './metrics.ts';
import type { Metric } from './summary.ts';

/** What scores say about steps of known truth. */
export interface StepQuality {
  readonly metrics: readonly Metric[];
  readonly charts: readonly Chart[];
}

/**
 * AUC and calibration over steps whose truth is known. `name` tells several sources apart; `suffix` is added to the ids.
 */
export function stepQuality(steps: readonly ScoredStep[], name: string | undefined, suffix = ''): StepQuality {
  const about = name === undefined ? {} : { group: name };
  const curve = roc(steps);
  const calibration = calibrate(steps);
  const noProbability = steps.length > 0 && calibration === undefined;
  const auc = estimateMetric({ id: `auc${suffix}`, name: 'Step AUC', of: 'steps', ...about }, 'share', curve?.auc, { interval: 'normal', n: steps.length, missing: 'AUC is not defined: right and wrong steps are needed.' });
  const missing = noProbability ? 'Not defined: the scores are not all in [0, 1], so they are no probabilities.' : 'Not defined: there is no step of known truth with a score.';
  const plain = (id: string, title: string, value: number | undefined): Metric =>
    value === undefined ? { id: `${id}${suffix}`, name: title, ...about, unit: 'share', n: steps.length, of: 'steps', why: missing } : countMetric({ id: `${id}${suffix}`, name: title, of: 'steps', ...about }, 'share', value, steps.length);
  return {
    metrics: [auc, plain('ece', 'Expected calibration error (10 bins)', calibration?.ece), plain('brier', 'Brier score', calibration?.brier)],
    charts: [...(curve ? [rocChart(curve, name, suffix)] : []), ...(calibration ? [reliabilityChart(calibration, name, suffix)] : [])],
  };
}

function rocChart({ points, auc, right, wrong }: Roc, name: string | undefined, suffix: string): Chart {
  return {
    kind: 'lines',
    id: `roc${suffix}`,
    name: `ROC of wrong steps${of(name)}`,
    description: `Wrong steps that a threshold finds, against right steps that it accuses, for every threshold. The area under the curve is ${numberText(auc.value, 3)} over ${right} right and ${wrong} wrong steps; 0.5 is chance.`,
    x: { name: 'right steps under the threshold', domain: [0, 1] },
    y: { name: 'wrong steps under the threshold', domain: [0, 1] },
    series: [{ name: name ?? 'scores', points: points.map(({ falseAlarms, found }) => ({ x: falseAlarms, y: found })) }],
    diagonal: 'chance',
  };
}

function reliabilityChart({ bins, ece, n }: Calibration, name: string | undefined, suffix: string): Chart {
  const points = bins.flatMap(({ mean, n: count, right }): ChartPoint[] => {
    const share = proportion(right, count);
    return mean === undefined || !share ? [] : [{ x: mean, y: share.value, low: share.low, high: share.high, n: count }];
  });
  return {
    kind: 'lines',
    id: `reliability${suffix}`,
    name: `Reliability${of(name)}`,
    description: `Share of steps that are right among those with a score in one of ten equal bins, against the mean score of the bin, with Wilson intervals that take steps as independent. Expected calibration error ${numberText(ece, 3)}, n = ${n} steps.`,
    x: { name: 'mean score', domain: [0, 1] },
    y: { name: 'share of right steps', domain: [0, 1] },
    series: [{ name: name ?? 'scores', points }],
    diagonal: 'calibrated',
  };
}

function of(name: string | undefined): string {
  return name === undefined ? '' : `: ${name}`;
}
