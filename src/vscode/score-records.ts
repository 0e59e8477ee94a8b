import * as v from 'valibot';
import type { Provenance, Sample } from '../core/verifier/score.ts';
import { provenanceSchema, sampleSchema } from '../formats/score-schema.ts';

/** One line of a score file. A later line wins, so the file is only ever appended to. */
export type ScoreRecord =
  | {
      readonly type: 'sample';
      readonly key: string;
      readonly index: number;
      readonly sample: Sample;
      readonly provenance: Provenance;
    }
  | { readonly type: 'cleared'; readonly key: string };

const recordSchema: v.GenericSchema<unknown, ScoreRecord> = v.variant('type', [
  v.object({ type: v.literal('sample'), key: v.string(), index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(99_999)), sample: sampleSchema, provenance: provenanceSchema }),
  v.object({ type: v.literal('cleared'), key: v.string() }),
]);

/**
 * Reads one line. Returns undefined for anything that is not a whole record: a line that was cut
 * off when the editor was killed, or one that a newer version wrote in a shape unknown here.
 */
export function parseRecord(line: string): ScoreRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const record = v.safeParse(recordSchema, value);
  return record.success ? record.output : undefined;
}

export function formatRecord(record: ScoreRecord): string {
  return `${JSON.stringify(record)}\n`;
}
