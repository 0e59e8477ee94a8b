import process from 'node:process';
import type { ModelInfo } from '../core/model.ts';
import type { Unit } from '../core/trace/trace.ts';
import type { Sample, Verdict } from '../core/verifier/score.ts';
import type { VerifierSettings } from '../core/verifier/settings.ts';
import { effectiveTemperature } from '../core/verifier/settings.ts';
import { stepVerdict, type RowOutput } from './output.ts';

const WORDS: Readonly<Record<Verdict, string>> = { yes: 'Yes', no: 'No' };

/**
 * JSON lines: one a step, then one a row, which says how the numbers were made. Rows and steps are 0-based; a missing value
 * is null; `firstError` is -1 when no step is under the threshold, as in ProcessBench. Where another segmentation was asked
 * for, the row says which, and with two levels each step has its 0-based `unit`.
 */
export function jsonOutput(model: ModelInfo, settings: VerifierSettings): RowOutput {
  const print = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
  let units: readonly Unit[] | undefined;
  let segmentation: object | undefined;
  return {
    begin(_row, trace, cut) {
      units = trace.units;
      segmentation = cut && { by: cut.by, why: cut.why ?? null };
    },
    step(row, step, text, score) {
      const samples = (score?.samples ?? []).map(sampleFields);
      const unit = units && { unit: units.findIndex(({ first, end }) => first <= step && step < end) };
      print({ row, step, ...unit, text, score: score?.pYes ?? null, hard: score?.hard ?? null, verdict: stepVerdict(score) ?? null, samples, mode: settings.mode, model: model.name });
    },
    summary(row, summary) {
      const { firstError, min, mean, product, last, scored, steps, seconds, tokens } = summary;
      const template = settings.prompt === 'chat' && model.template !== undefined ? { template: model.template } : {};
      const used = { k: settings.mode === 'direct' ? 1 : settings.k, temperature: effectiveTemperature(settings), topP: settings.topP, seed: settings.seed, threshold: settings.threshold };
      print({
        row,
        summary: { firstError: firstError ?? -1, min: min ?? null, mean: mean ?? null, product: product ?? null, last: last ?? null, scored, steps, seconds, tokens },
        settings: { mode: settings.mode, prompt: settings.prompt, ...used },
        model: { name: model.name, hash: model.hash, weights: model.weights, ...template },
        ...(segmentation && { segmentation }),
      });
    },
  };
}

/** `pYesBound`: how far P(Yes) may be off; there only where a server showed too little to know it exactly. */
function sampleFields({ pYes, pYesBound, verdict, analysis }: Sample) {
  return { pYes: pYes ?? null, ...(pYesBound === undefined ? {} : { pYesBound }), verdict: verdict === undefined ? null : WORDS[verdict], analysis };
}
