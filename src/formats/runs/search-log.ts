import * as v from 'valibot';
import { fail, ok, type Result } from '../../core/result.ts';
import { allSteps, parseRunLogInSteps } from '../../core/run/run-log.ts';
import type { RunEnd, RunHeader } from '../../core/run/run.ts';
import type { LoggedSearchEvent, RoundRecord, SearchFinished, SearchStarted } from '../../core/search/events.ts';
import { AGGREGATES, PENALTIES, STRATEGIES, THINKING_MODES, type SearchSettings } from '../../core/search/settings.ts';
import { PROMPT_FORMS } from '../../core/verifier/settings.ts';
import { count, orMissing, scoreSchema } from '../score-schema.ts';

/** A run of a search as it was read back: what the events say of each problem. */
export interface SearchLog {
  readonly header: RunHeader<SearchSettings>;
  readonly problems: readonly NumberedProblem[];
  /** Absent where the run was cut off. */
  readonly end?: RunEnd;
}

export interface LoggedProblem {
  readonly started: SearchStarted;
  readonly rounds: readonly RoundRecord[];
  readonly notes: readonly string[];
  /** Absent where the run was cut off before. */
  readonly finished?: SearchFinished;
}

/** A run that was cut off need not have all of its problems. */
export interface NumberedProblem extends LoggedProblem {
  /** 0-based, among the run's problems. */
  readonly problem: number;
}

const optional = v.exactOptional;
const amount = v.pipe(v.number(), v.minValue(0));
const mode = v.picklist(THINKING_MODES);
const aggregate = v.picklist(AGGREGATES);
const ref = v.object({ round: count, candidate: count });
const reason = v.picklist(['done', 'budget', 'cancelled', 'failed']);
const values = v.object(Object.fromEntries(AGGREGATES.map((name) => [name, optional(v.number())])) as Record<(typeof AGGREGATES)[number], v.ExactOptionalSchema<v.NumberSchema<undefined>, undefined>>);

const candidate = {
  index: count,
  text: v.string(),
  tokens: count,
  verifierTokens: count,
  dropped: optional(v.picklist(['duplicate', 'used', 'empty', 'cut', 'failed'])),
  sameAs: optional(count),
  message: optional(v.string()),
  answer: optional(v.string()),
};
const stepCandidate = v.object({ ...candidate, kind: v.literal('step'), step: v.string(), final: v.boolean(), parent: optional(ref), score: optional(scoreSchema), givenScore: optional(v.number()) });
const solutionCandidate = v.object({ ...candidate, kind: v.literal('solution'), steps: v.array(v.string()), scores: v.array(orMissing(scoreSchema)), aggregates: values });

const round = { round: count, policyTokens: count, verifierTokens: count, seconds: amount, chosen: optional(count) };
const stepRound = v.object({
  ...round,
  kind: v.literal('step'),
  step: count,
  attempt: count,
  mode: optional(mode),
  width: count,
  regeneration: v.boolean(),
  candidates: v.array(stepCandidate),
  accepted: v.boolean(),
  kept: v.array(ref),
  rule: v.picklist(['good', 'keep', 'low', 'penalty', 'accepted-after-penalty', 'none-left', 'unscored', 'fixed', 'random', 'branch']),
  nextMode: optional(mode),
  final: v.boolean(),
});
const solutionRound = v.object({
  ...round,
  kind: v.literal('solution'),
  candidates: v.array(solutionCandidate),
  rule: v.picklist(['best-of-n', 'majority', 'only', 'none-left', 'unscored']),
  choices: values,
  votes: v.array(v.object({ answer: v.string(), candidates: v.array(count) })),
});

const started = v.object({ type: v.literal('started'), question: v.string(), gold: optional(v.string()), row: optional(count), id: optional(v.string()), resumed: optional(count), imported: optional(v.string()), branch: optional(ref) });
const finished = v.object({
  type: v.literal('finished'),
  reason,
  message: optional(v.string()),
  rounds: count,
  modes: v.object({ simple: count, medium: count, complex: count }),
  policyTokens: count,
  verifierTokens: count,
  seconds: amount,
  path: v.array(ref),
  steps: v.array(v.string()),
  response: v.string(),
  answer: optional(v.string()),
  correct: optional(v.boolean()),
});
/** Events of other kinds are previews, which a log need not have. */
const event = v.variant('type', [
  started,
  v.object({ type: v.literal('round'), record: v.variant('kind', [stepRound, solutionRound]) }),
  v.object({ type: v.literal('solution-check'), aggregate, value: optional(v.number()), threshold: v.number(), passed: v.boolean() }),
  v.object({ type: v.literal('note'), message: v.string() }),
  finished,
]);
const EVENTS: ReadonlySet<unknown> = new Set<LoggedSearchEvent['type']>(['started', 'round', 'solution-check', 'note', 'finished']);

const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const searchSettingsSchema: v.GenericSchema<unknown, SearchSettings> = v.object({
  strategy: v.picklist(STRATEGIES),
  policy: v.object({ prompt: v.picklist(PROMPT_FORMS), template: optional(v.string()), system: optional(v.string()), temperature: amount, topP: probability, maxStepTokens: count, maxSolutionTokens: count }),
  verifier: v.object({ mode: v.picklist(['reasoned', 'direct']), prompt: v.picklist(PROMPT_FORMS), k: count, temperature: amount, topP: probability, maxNewTokens: count, seed: v.number(), threshold: v.number() }),
  thresholds: v.object({ good: v.number(), low: v.number(), bad: v.number() }),
  penalty: v.picklist(PENALTIES),
  initialMode: mode,
  widths: v.object({ simple: count, medium: count, complex: count }),
  samples: count,
  beams: count,
  aggregate,
  budget: v.object({ rounds: count, tokens: optional(count), seconds: optional(amount) }),
  seed: v.number(),
});

/**
 * Reads the log of a search. What was taken over from an earlier part of the run replaces it: a `started` event begins its
 * problem anew. Errors name the event and the field.
 */
export function readSearchLog(name: string, text: string): Result<SearchLog, 'run-invalid'> {
  return allSteps(readSearchLogInSteps(name, text));
}

/** The same in steps of a line or an event: whoever must not be held up by a long log pauses between them. */
export function* readSearchLogInSteps(name: string, text: string): Generator<void, Result<SearchLog, 'run-invalid'>> {
  const log = yield* parseRunLogInSteps(name, text);
  if (!log.ok) return log;
  const { header, events, end } = log.value;
  if (header.kind !== 'search') return fail('run-invalid', `${name} is the log of another kind of run (${header.kind}), not of a search.`);
  const settings = v.safeParse(searchSettingsSchema, header.settings);
  if (!settings.success) return fail('run-invalid', `${name} has settings that are no search's: ${fault(settings.issues[0])}.`);
  const problems: (Mutable | undefined)[] = [];
  for (const [index, value] of events.entries()) {
    yield;
    const { type, problem = 0 } = value as { readonly type?: unknown; readonly problem?: unknown };
    if (!EVENTS.has(type)) continue;
    const where = `${name} event ${index + 1} (${String(type)})`;
    const read = v.safeParse(event, value);
    if (!read.success) return fail('run-invalid', `${where} cannot be read: ${fault(read.issues[0])}.`);
    if (!v.is(count, problem)) return fail('run-invalid', `${where} has no whole number from 0 on as its "problem".`);
    const wrong = add(problems, problem, read.output);
    if (wrong !== undefined) return fail('run-invalid', `${where} ${wrong}.`);
  }
  return ok({ header: { ...header, settings: settings.output }, problems: problems.filter((problem) => problem !== undefined), ...(end && { end }) });
}

type Mutable = { -readonly [Key in keyof NumberedProblem]: NumberedProblem[Key] } & { rounds: RoundRecord[]; notes: string[] };

/** Returns what is wrong. */
function add(problems: (Mutable | undefined)[], at: number, read: v.InferOutput<typeof event>): string | undefined {
  if (read.type === 'started') {
    problems[at] = { problem: at, started: read, rounds: [], notes: [] };
    return undefined;
  }
  const problem = problems[at];
  if (problem === undefined) return `comes before problem ${at} has started`;
  if (read.type === 'note') problem.notes.push(read.message);
  if (read.type === 'finished') problem.finished = read;
  if (read.type !== 'round') return undefined;
  if (read.record.round !== problem.rounds.length) return `is round ${read.record.round + 1} where round ${problem.rounds.length + 1} is next`;
  const wrong = dangling(read.record, problem.rounds);
  if (wrong !== undefined) return wrong;
  problem.rounds.push(read.record);
  return undefined;
}

/** A candidate that is named must be there. */
function dangling(record: RoundRecord, before: readonly RoundRecord[]): string | undefined {
  if (record.candidates.some(({ index }, at) => index !== at)) return 'has candidates that are not numbered in their order';
  if (record.chosen !== undefined && record.candidates[record.chosen] === undefined) return 'chooses a candidate that it does not have';
  if (record.kind === 'solution') return undefined;
  const parents = record.candidates.flatMap(({ parent }) => parent ?? []);
  if (parents.some((parent) => parent.round >= record.round || before[parent.round]?.candidates[parent.candidate] === undefined)) return 'has a candidate that goes on from one that is not there';
  const kept = record.kept.filter((end) => (end.round === record.round ? record : before[end.round])?.candidates[end.candidate] === undefined);
  return kept.length > 0 ? 'keeps a candidate that is not there' : undefined;
}

function fault(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return `${path === null ? '' : `"${path}": `}${issue.message}`;
}
