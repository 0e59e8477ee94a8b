import * as v from 'valibot';
import { fail, ok, type Result } from '../../core/result.ts';
import type { FormatErrorReason } from '../trace-file.ts';
import { parsePath } from './field-path.ts';

const path = v.pipe(v.string(), v.check((text) => parsePath(text) !== undefined, 'is no path: write it like "label.steps[].text"'));
/** Where counting starts cannot be seen in the numbers, so a map says it or has no such label. */
const indexBase = v.picklist([0, 1], 'is not 0 or 1: say whether the file counts its steps from 0 or from 1');

const fieldMap = v.strictObject({
  version: v.literal(1),
  /** The question. */
  problem: path,
  /** A solution text; or else `steps`. */
  response: v.exactOptional(path),
  /** The thinking, where it is a field of its own beside `response`. */
  thinking: v.exactOptional(path),
  /** A list of texts; of objects with `[]`: `steps[].text`. */
  steps: v.exactOptional(path),
  id: v.exactOptional(path),
  goldAnswer: v.exactOptional(path),
  finalAnswer: v.exactOptional(path),
  /** True or false, 1 or 0. */
  answerCorrect: v.exactOptional(path),
  generator: v.exactOptional(path),
  subset: v.exactOptional(path),
  /** One number: the first wrong step. `none` is what stands there where no step is wrong; without it nothing does. */
  firstError: v.exactOptional(v.strictObject({ path, indexBase, none: v.exactOptional(v.nullable(v.number())) })),
  /** A list of numbers: all wrong steps. */
  wrongSteps: v.exactOptional(v.strictObject({ path, indexBase })),
  /** A list, one a step: -1, 0, 1, or false and true. */
  ratings: v.exactOptional(path),
  /** A list of numbers, one a step; of objects of numbers, the probabilities of classes. */
  scores: v.exactOptional(path),
});

/** Where the fields of a data set are. A map is plain JSON, so that an editor can remember it by folder and a person can write it. */
export type FieldMap = v.InferOutput<typeof fieldMap>;

/** Reads a map that a person or an older session wrote; `name` says where it came from. */
export function parseFieldMap(name: string, value: unknown): Result<FieldMap, FormatErrorReason> {
  const parsed = v.safeParse(fieldMap, value);
  if (parsed.success) {
    const { response, steps } = parsed.output;
    if (response !== undefined || steps !== undefined) return ok(parsed.output);
    return fail('needs-map', `${name} names no "response" and no "steps": one of them has to say where the solution is.`);
  }
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue);
  return fail('needs-map', `${name} is no field map: ${where === null ? 'it' : `"${where}"`} ${issue.type === 'check' || issue.type === 'picklist' ? issue.message : `needs ${issue.expected}, not ${issue.received}`}.`);
}
