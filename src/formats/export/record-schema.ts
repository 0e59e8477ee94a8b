import * as v from 'valibot';
import { readChoice } from '../../core/segment/segmentation-record.ts';
import type { GivenData } from '../../core/trace/given.ts';
import { count, orMissing, scoreSchema } from '../score-schema.ts';

/** The name that every row carries, so that the format is recognised whatever the file is called. */
export const SCHEMA = 'stepscope.trace';
/** Grows when a reader of an older version would misread a row. Fields may be added without it. */
export const SCHEMA_VERSION = 1;

/** A span as a pair: half-open [start, end), UTF-16 code units into `response`. */
const pair = v.pipe(v.tuple([count, count]), v.check(([start, end]) => start <= end));
const maker = v.picklist(['human', 'model', 'rollouts', 'program', 'unknown']);
const source = {
  field: v.string(),
  file: v.exactOptional(v.string()),
  madeBy: maker,
  maker: v.exactOptional(v.string()),
  indexBase: v.exactOptional(v.picklist([0, 1])),
};
const given = <Schema extends v.GenericSchema>(value: Schema) => v.object({ ...source, value });
const firstErrorValue = orMissing(count);
const firstError = v.pipe(v.object({ ...source, firstError: firstErrorValue }), v.transform((label) => ({ ...label, firstError: label.firstError })));
const rating = v.picklist([-1, 0, 1]);
const values = v.array(orMissing(v.number()));
const mode = v.picklist(['simple', 'medium', 'complex']);
const candidate = { text: v.string(), score: v.exactOptional(v.number()) };

const givenData: v.GenericSchema<unknown, GivenData> = v.object({
  ratings: v.exactOptional(v.array(v.object({ ...source, values: v.array(orMissing(rating)) }))),
  scores: v.exactOptional(
    v.array(
      v.object({
        ...source,
        quantity: v.string(),
        values,
        samples: v.exactOptional(v.array(v.array(v.number()))),
        analyses: v.exactOptional(v.array(v.array(v.string()))),
        classes: v.exactOptional(v.record(v.string(), values)),
        threshold: v.exactOptional(v.number()),
      }),
    ),
  ),
  predictions: v.exactOptional(v.array(firstError)),
  metrics: v.exactOptional(v.array(v.object({ ...source, name: v.string(), value: v.union([v.number(), v.string(), v.boolean()]), explanation: v.exactOptional(v.string()) }))),
  goldAnswer: v.exactOptional(given(v.string())),
  finalAnswer: v.exactOptional(given(v.string())),
  unusedLabel: v.exactOptional(given(v.number())),
  answerCorrect: v.exactOptional(given(v.boolean())),
  reference: v.exactOptional(given(v.string())),
  errorReason: v.exactOptional(given(v.string())),
  subset: v.exactOptional(given(v.string())),
  generator: v.exactOptional(given(v.string())),
  alternatives: v.exactOptional(v.array(v.object({ ...source, step: count, text: v.string(), rating: v.exactOptional(rating), score: v.exactOptional(v.number()) }))),
  calculations: v.exactOptional(v.array(v.object({ span: v.object({ start: count, end: count }), expression: v.string(), result: v.string() }))),
  rounds: v.exactOptional(
    v.array(v.object({ mode, candidates: v.array(v.object(candidate)), selected: v.exactOptional(v.object({ ...candidate, accepted: v.boolean() })), nextMode: mode, terminated: v.boolean(), why: v.exactOptional(v.string()) })),
  ),
  remarks: v.exactOptional(v.array(v.string())),
});

/** One reader for what is kept and for what is exported. */
const segmentation = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const choice = readChoice(dataset.value);
    if (choice !== undefined) return choice;
    addIssue({ expected: 'a segmentation: a known "segmenter" and "edits"' });
    return NEVER;
  }),
);

/**
 * A row of our own JSONL, version 1: one trace with all that is known about it.
 *
 * - `schema`, `version`: `stepscope.trace` and 1. A reader refuses a newer version by name and ignores fields that it does not know.
 * - `source`: `{ file, row?, id?, variant? }`, where the trace was first read from.
 * - `problem`, `response`: texts, untouched.
 * - `steps`, `answer?`: `[start, end)` pairs of UTF-16 offsets into `response`.
 * - `stepsGiven?`: true where the steps came with the data; `units?`: `{ first, end, word? }`, groups of steps.
 * - `label?`: `{ firstError?, field, madeBy, indexBase?, … }`; `firstError` is 0-based, and missing where no step is wrong.
 * - `given?`: what else came with the data (`core/trace/given.ts`), each with its source; `null` in a list is a missing value.
 * - `scores?`: our own scores, one a step, `null` for none, with samples, analyses and provenance (`core/verifier/score.ts`).
 * - `notes?`: a person's notes: `{ step, mark?: "right" | "wrong", comment?, author?, date? }`, steps 0-based.
 * - `segmentation?`: how a person had the trace cut, already in `steps`: `{ segmenter, language?, planningWords?, edits }`, edits as in
 *   `core/segment/edits.ts`.
 */
export const recordSchema = v.object({
  schema: v.literal(SCHEMA),
  version: v.literal(SCHEMA_VERSION),
  source: v.object({ file: v.string(), row: v.exactOptional(count), id: v.exactOptional(v.string()), variant: v.exactOptional(v.string()) }),
  problem: v.string(),
  response: v.string(),
  steps: v.array(pair),
  stepsGiven: v.exactOptional(v.literal(true)),
  units: v.exactOptional(v.array(v.object({ first: count, end: count, word: v.exactOptional(v.string()) }))),
  answer: v.exactOptional(pair),
  label: v.exactOptional(firstError),
  given: v.exactOptional(givenData),
  scores: v.exactOptional(v.array(v.pipe(v.nullable(scoreSchema), v.transform((score) => score ?? undefined)))),
  notes: v.exactOptional(
    v.array(
      v.object({ step: count, mark: v.exactOptional(v.picklist(['right', 'wrong'])), comment: v.exactOptional(v.string()), author: v.exactOptional(v.string()), date: v.exactOptional(v.string()) }),
    ),
  ),
  segmentation: v.exactOptional(segmentation),
});

export type StoredRecord = v.InferOutput<typeof recordSchema>;
