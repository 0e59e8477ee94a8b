import type { Eval, EvalContext, EvalSettings } from '../../../src/core/eval/eval.ts';
import type { EvalRow, RowFailed } from '../../../src/core/eval/events.ts';
import { createRunState } from '../../../src/core/eval/run-state.ts';
import type { ScoreSource } from '../../../src/core/eval/score-source.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../../src/core/verifier/settings.ts';
import { openSource, openTraces } from '../../../src/formats/open.ts';
import { openScoreFile } from '../../../src/formats/score-file.ts';

export function settingsOf(evalName: string, options: EvalSettings['options'] = {}, threshold = 0.5): EvalSettings {
  return { eval: evalName, verifier: { ...DEFAULT_VERIFIER_SETTINGS, threshold }, options, scores: ['scores.jsonl'] };
}

export function jsonl(rows: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
}

/** A score file, opened; its faults beside it. */
export function scoresFrom(rows: readonly unknown[], dataRows = rows.length): { readonly source: ScoreSource; readonly faults: readonly string[] } {
  const source = openSource('scores.jsonl', jsonl(rows));
  if (!source.ok) throw new Error(source.error.message);
  const opened = openScoreFile(source.value, dataRows);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

export interface Ran {
  readonly rows: readonly EvalRow[];
  readonly failed: readonly RowFailed[];
  readonly notes: readonly string[];
}

/** Runs an eval on rows of a data set, as the file would be read. */
export async function runOn(about: Eval, data: readonly unknown[], scores: readonly ScoreSource[], settings = settingsOf(about.name), more: Partial<EvalContext> = {}): Promise<Ran> {
  const opened = openTraces('data.jsonl', jsonl(data));
  if (!opened.ok) throw new Error(opened.error.message);
  const file = opened.value;
  const state = createRunState();
  for await (const event of about.run({ data: { name: file.name, rows: data.map((_, row) => row), trace: (row) => file.trace(row) }, settings, scores, ...more })) state.add(event);
  return state;
}

/** A ProcessBench row with steps that are a letter each. */
export function problem(id: string, label: number, steps = 4): object {
  return { id, problem: `Question ${id}?`, steps: Array.from({ length: steps }, (_, step) => `${id} step ${step}`), label };
}
