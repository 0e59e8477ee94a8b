import * as v from 'valibot';
import type { EvalRow } from './events.ts';
import type { StepScores } from './score-source.ts';

/** A list of scores in a row: JSON has no undefined, so null is a step without one. */
export const scoreList = v.array(v.nullable(v.number()));

/** What an item keeps of a set of step scores. */
export const scoresSchema = v.object({
  soft: scoreList,
  hard: v.exactOptional(scoreList),
  readings: v.exactOptional(v.array(scoreList)),
  readingTokens: v.exactOptional(v.array(v.array(v.number()))),
  tokens: v.exactOptional(v.number()),
  unparsed: v.exactOptional(v.number()),
  samples: v.exactOptional(v.number()),
  failed: v.exactOptional(v.string()),
});
export type StoredScores = v.InferOutput<typeof scoresSchema>;

export function storeScores({ soft, hard, readings, ...rest }: StepScores): StoredScores {
  return {
    soft: soft.map(orNull),
    ...(hard && { hard: hard.map(orNull) }),
    ...(readings && { readings: readings.map((list) => list.map(orNull)) }),
    ...(rest.readingTokens && { readingTokens: rest.readingTokens.map((list) => [...list]) }),
    ...(rest.tokens !== undefined && { tokens: rest.tokens }),
    ...(rest.unparsed !== undefined && { unparsed: rest.unparsed }),
    ...(rest.samples !== undefined && { samples: rest.samples }),
    ...(rest.failed !== undefined && { failed: rest.failed }),
  };
}

function orNull(value: number | undefined): number | null {
  return value ?? null;
}

/** The scores of a kind, as the metrics take them; empty where the row has none of that kind. */
export function valuesOf(scores: StoredScores, kind: 'soft' | 'hard'): (number | undefined)[] {
  return (kind === 'soft' ? scores.soft : (scores.hard ?? scores.soft.map(() => null))).map((value) => value ?? undefined);
}

/** Reads a row of a log by the schema of its item. */
export function rowReader<Item>(item: v.GenericSchema<unknown, Item>): (value: unknown) => EvalRow<Item> | undefined {
  const schema = v.object({ row: v.pipe(v.number(), v.integer(), v.minValue(0)), id: v.exactOptional(v.string()), subset: v.exactOptional(v.string()), item: v.unknown() });
  return (value) => {
    const row = v.safeParse(schema, value);
    if (!row.success) return undefined;
    const read = v.safeParse(item, row.output.item);
    return read.success ? { ...row.output, item: read.output } : undefined;
  };
}
