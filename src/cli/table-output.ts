import process from 'node:process';
import color from 'picocolors';
import type { ModelInfo } from '../core/model.ts';
import { segmenterLabel } from '../core/segment/segmenters.ts';
import { sourceName, type Trace } from '../core/trace/trace.ts';
import type { Summary } from '../core/verifier/events.ts';
import { hardText, isVerdictOnly } from '../core/verifier/judge.ts';
import type { Score } from '../core/verifier/score.ts';
import { effectiveTemperature, type VerifierSettings } from '../core/verifier/settings.ts';
import { stepVerdict, type RowOutput } from './output.ts';

/** A table for people: number, glyph and word, so that nothing hangs on colour. */
export function tableOutput(model: ModelInfo, settings: VerifierSettings): RowOutput {
  const write = (line: string) => process.stdout.write(`${line}\n`);
  let firstError: number | undefined;
  return {
    begin(_row, trace, cut) {
      firstError = undefined;
      write(color.bold(sourceName(trace.source)));
      write(color.dim(`  ${oneLine(trace.problem, 4)}`));
      if (cut) write(color.dim(`  steps: ${segmenterLabel(cut.by)}${trace.units ? `, ${trace.units.length} units` : ''}${cut.why === undefined ? '' : `. ${cut.why}`}`));
      write(color.dim(`  ${'step'.padStart(4)}  ${'score'.padEnd(scoreWidth(settings))}  verdict`));
    },
    step(_row, step, text, score) {
      const after = firstError !== undefined;
      if (firstError === undefined && stepVerdict(score) === 'No') firstError = step;
      const cells = `  ${String(step + 1).padStart(4)}  ${scoreCell(score, settings)}  ${verdictCell(score, after)}  `;
      write(cells + (after ? color.dim(oneLine(text, 30 + scoreWidth(settings))) : oneLine(text, 30 + scoreWidth(settings))));
    },
    summary: (_row, summary, trace) => summaryLines(summary, trace, model, settings).forEach(write),
  };
}

function scoreWidth(settings: VerifierSettings): number {
  return settings.mode === 'reasoned' && settings.k > 1 ? 12 : 5;
}

function scoreCell(score: Score | undefined, settings: VerifierSettings): string {
  if (score !== undefined && isVerdictOnly(score)) return hardText(score, fixed).padEnd(scoreWidth(settings));
  const spread = score?.spread === undefined ? '' : ` ±${score.spread.toFixed(3)}`;
  return `${fixed(score?.pYes)}${spread}`.padEnd(scoreWidth(settings));
}

/** Padded before it is coloured: escape codes have no width. */
function verdictCell(score: Score | undefined, afterError: boolean): string {
  const verdict = stepVerdict(score);
  if (verdict === undefined) return color.yellow('– no verdict  ');
  const word = afterError ? `${verdict === 'No' ? '✗' : '✓'} after error ` : verdict === 'No' ? '✗ error       ' : '✓ correct     ';
  if (afterError) return color.dim(word);
  return verdict === 'No' ? color.red(word) : color.green(word);
}

function summaryLines(summary: Summary, trace: Trace, model: ModelInfo, settings: VerifierSettings): string[] {
  const name = (step: number | undefined) => (step === undefined ? 'none' : `step ${step + 1}`);
  const label = trace.label === undefined ? '' : `   label in the file: ${name(trace.label.firstError)}`;
  const numbers = `min ${fixed(summary.min)}  mean ${fixed(summary.mean)}  product ${fixed(summary.product)}  last ${fixed(summary.last)}`;
  const sampling = settings.mode === 'direct' ? 'direct, no analysis' : settings.k === 1 ? 'K=1 greedy' : `K=${settings.k}, temperature ${effectiveTemperature(settings)}, top-p ${settings.topP}, seed ${settings.seed}`;
  const form = settings.prompt === 'chat' ? ', chat prompt' : '';
  const size = model.parameters === 0 ? '' : `${(model.parameters / 1e6).toFixed(model.parameters < 1e9 ? 0 : 1)}M parameters, `;
  return [
    `  first error: ${color.bold(name(summary.firstError))}${label}`,
    `  ${numbers}   (n = ${summary.scored} of ${summary.steps} steps)`,
    color.dim(`  ${model.name} (${size}${model.weights}), ${sampling}${form}, threshold ${settings.threshold}; ${summary.tokens} tokens in ${summary.seconds.toFixed(1)} s`),
    '',
  ];
}

function fixed(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(3);
}

/** Text on one line, cut to the terminal; control characters are shown, never obeyed. */
function oneLine(text: string, taken: number): string {
  const width = Math.max(40, (process.stdout.columns || 120) - taken);
  const plain = text.replace(/\s+/g, ' ').trim().replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\uFFFD');
  return plain.length <= width ? plain : `${plain.slice(0, width - 1)}…`;
}
