import * as v from 'valibot';
import type { Provenance, Sample, Score } from '../core/verifier/score.ts';
import { PROMPT_FORMS } from '../core/verifier/settings.ts';

/** A whole number from 0 on. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const spanSchema = v.pipe(
  v.object({ start: count, end: count }),
  v.check(({ start, end }) => start <= end),
);
/** JSON has no undefined: a field that is missing, or null in a list, is undefined here. */
export const orMissing = <Schema extends v.GenericSchema>(schema: Schema) => v.pipe(v.nullish(schema), v.transform((value) => value ?? undefined));

const storedSample = v.object({
  pYes: orMissing(probability),
  pYesBound: v.exactOptional(v.number()),
  unread: v.exactOptional(v.string()),
  verdict: orMissing(v.picklist(['yes', 'no'])),
  analysis: v.string(),
  sections: v.array(v.object({ name: v.string(), span: spanSchema })),
  tokens: count,
});

/** A sample as it was stored. */
export const sampleSchema = v.pipe(storedSample, v.transform((sample): Sample => ({ ...sample, pYes: sample.pYes, verdict: sample.verdict })));

/** Records of older versions have no `prompt`: it was plain. */
export const provenanceSchema: v.GenericSchema<unknown, Provenance> = v.object({
  model: v.string(),
  modelHash: v.string(),
  weights: v.string(),
  mode: v.picklist(['reasoned', 'direct']),
  prompt: v.optional(v.picklist(PROMPT_FORMS), 'plain'),
  template: v.exactOptional(v.string()),
  k: v.number(),
  temperature: v.number(),
  topP: v.number(),
  maxNewTokens: v.number(),
  seed: v.number(),
  promptVersion: v.string(),
  threshold: v.number(),
  date: v.string(),
});

const storedScore = v.object({
  pYes: orMissing(probability),
  pYesBound: v.exactOptional(v.number()),
  hard: orMissing(probability),
  spread: orMissing(v.number()),
  samples: v.array(sampleSchema),
  unparsed: count,
  provenance: provenanceSchema,
});

/** A score as it was stored. */
export const scoreSchema = v.pipe(storedScore, v.transform((score): Score => ({ ...score, pYes: score.pYes, hard: score.hard, spread: score.spread })));
