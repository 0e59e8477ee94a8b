import { repoFile } from '../formats/shared-data.ts';

/** A line of test/fixtures/bias/labelled-traces.jsonl: what each step is is known by construction (make_labelled.py). */
export interface LabelledTrace {
  readonly text: string;
  readonly gold: string;
  readonly firstStep: number;
  readonly firstStart: number;
  readonly firstEnd: number;
  readonly reflections: readonly number[];
  readonly redundant: readonly number[];
  readonly loops: readonly { readonly first: number; readonly end: number; readonly period: number }[];
}

export function labelledTraces(): LabelledTrace[] {
  const lines = new TextDecoder().decode(repoFile('test/fixtures/bias/labelled-traces.jsonl')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LabelledTrace);
}
