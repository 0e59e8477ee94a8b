import { sameAnswer } from '../answers/same-answer.ts';
import { shortened } from '../shortened.ts';
import type { LanguageModel } from '../model.ts';
import { StepscopeError } from '../result.ts';
import type { RoundRecord, SearchFinished, SolutionRound } from '../search/events.ts';
import { PROBLEMS_AT_ONCE, solveTogether } from '../search/lockstep.ts';
import { AGGREGATES, defaultSearchSettings, judges, STRATEGIES, type SearchSettings, type Strategy } from '../search/settings.ts';
import type { SearchProblem } from '../search/solve.ts';
import { stopIfAborted } from './check-rows.ts';
import { optionValue, type Eval, type EvalContext, type EvalOption, type EvalSettings } from './eval.ts';
import type { EvalEvent } from './events.ts';
import { metricText } from './metrics.ts';
import { armNames, bestOfName, isWhole, searchItemSchema, WHOLE_STRATEGIES, type SearchArm, type SearchItem, type WholeStrategy } from './search-item.ts';
import { searchAccuracy, summarizeSearch } from './search-summary.ts';
import { rowReader } from './step-item.ts';

const PATS = defaultSearchSettings('pats');
const STRATEGIES_OPTION: EvalOption = { kind: 'list', name: 'strategies', title: 'Strategies, with commas between; the others are compared with the first', choices: STRATEGIES, default: 'pats,best-of-n,majority,sampling' };
const SAMPLES_OPTION: EvalOption = { kind: 'number', name: 'samples', title: 'Whole solutions (N), and candidates a step of guided and beam', min: 1, max: 256, integer: true, default: 8 };
const TEMPERATURE_OPTION: EvalOption = { kind: 'number', name: 'policy-temperature', title: 'Temperature of the policy, in every strategy', min: 0, max: 10, integer: false, default: PATS.policy.temperature };
const TOP_P_OPTION: EvalOption = { kind: 'number', name: 'policy-top-p', title: 'Nucleus mass of the policy, in every strategy', min: 0.01, max: 1, integer: false, default: PATS.policy.topP };
const STEP_TOKENS_OPTION: EvalOption = { kind: 'number', name: 'step-tokens', title: 'Longest step, in tokens', min: 1, max: 100_000, integer: true, default: PATS.policy.maxStepTokens };
const SOLUTION_TOKENS_OPTION: EvalOption = { kind: 'number', name: 'solution-tokens', title: 'Longest whole solution, in tokens', min: 1, max: 1_000_000, integer: true, default: PATS.policy.maxSolutionTokens };
const ROUNDS_OPTION: EvalOption = { kind: 'number', name: 'rounds', title: 'Rounds of a search', min: 1, max: 10_000, integer: true, default: PATS.budget.rounds };
const TEMPLATE_OPTION: EvalOption = { kind: 'text', name: 'policy-template', title: "Text before the policy's reply, {question} in it, for a policy without a chat template and for servers; \\n is a line end", default: '' };
const SYSTEM_OPTION: EvalOption = { kind: 'text', name: 'policy-system', title: 'System turn of a policy with a chat template', default: '' };

/** The strategies that are asked for, each once. */
export function strategiesOf(settings: EvalSettings): Strategy[] {
  const named = String(optionValue(STRATEGIES_OPTION, settings)).split(',');
  return STRATEGIES.filter((strategy) => named.includes(strategy)).sort((a, b) => named.indexOf(a) - named.indexOf(b));
}

/** Whether a verifier is needed. */
export function searchJudges(settings: EvalSettings): boolean {
  return strategiesOf(settings).some(judges);
}

/** The settings of a strategy: its own published ones, but for what is to be the same in all of them. */
export function searchSettings(strategy: Strategy, settings: EvalSettings): SearchSettings {
  const base = defaultSearchSettings(strategy);
  const number = (option: EvalOption): number => Number(optionValue(option, settings));
  const text = (option: EvalOption): string => String(optionValue(option, settings));
  const [template, system] = [text(TEMPLATE_OPTION), text(SYSTEM_OPTION)];
  return {
    ...base,
    policy: {
      prompt: template === '' ? 'chat' : 'plain',
      ...(template !== '' && { template: template.replaceAll('\\n', '\n') }),
      ...(system !== '' && { system }),
      temperature: number(TEMPERATURE_OPTION),
      topP: number(TOP_P_OPTION),
      maxStepTokens: number(STEP_TOKENS_OPTION),
      maxSolutionTokens: number(SOLUTION_TOKENS_OPTION),
    },
    verifier: settings.verifier,
    samples: number(SAMPLES_OPTION),
    budget: { rounds: number(ROUNDS_OPTION) },
    seed: settings.verifier.seed,
  };
}

/** Strategies of search on the same questions: PATS and its baselines, guided search, beams, best-of-N, majority voting, pass@k. */
export const searchEval: Eval<SearchItem> = {
  name: 'search',
  title: 'Search: accuracy against tokens',
  description: 'Each question is solved by each strategy with the same policy, verifier, temperature and seed: accuracy of the final answers and tokens, differences to the first strategy on the same questions, and pass@k of the sampled solutions as what a perfect choice among them would reach.',
  needs: { label: 'gold-answer', scores: { min: 0, max: 0 }, policy: true },
  options: [STRATEGIES_OPTION, SAMPLES_OPTION, TEMPERATURE_OPTION, TOP_P_OPTION, STEP_TOKENS_OPTION, SOLUTION_TOKENS_OPTION, ROUNDS_OPTION, TEMPLATE_OPTION, SYSTEM_OPTION],
  unfit: ({ given }) => (given?.goldAnswer === undefined ? NO_ANSWER : undefined),
  run,
  readRow: rowReader(searchItemSchema),
  summarize: (rows, settings) => summarizeSearch(rows, { arms: armNames(strategiesOf(settings)), seed: settings.verifier.seed }),
  headline(rows, settings) {
    const [first] = armNames(strategiesOf(settings));
    return rows.length === 0 || first === undefined ? undefined : metricText(searchAccuracy(rows, first));
  },
  pooled: {
    name: 'Accuracy of the first strategy',
    columns: ({ item: { arms: [first] } }) => first && [first.correct ? 1 : 0, 1],
    value: ([right = 0, all = 0]) => (all === 0 ? undefined : right / all),
  },
  outcome({ item }) {
    const [first] = item.arms;
    const wrong = item.arms.filter(({ correct }) => !correct).map(({ name }) => name);
    const said = first?.answer == null ? 'no answer' : `answered ${shortened(first.answer, 80)}`;
    return { state: first?.correct === true ? 'right' : 'wrong', text: `${first?.name ?? 'no strategy'}: ${said}, right is ${shortened(item.gold, 80)}; ${wrong.length === 0 ? 'all strategies are right' : `wrong: ${wrong.join('; ')}`}` };
  },
};

const NO_ANSWER = 'it has no right answer to compare with.';
interface Asked {
  readonly row: number;
  readonly problem: SearchProblem & { readonly gold: string };
}

async function* run(context: EvalContext): AsyncGenerator<EvalEvent<SearchItem>> {
  const { data, done, settings, signal, atOnce = PROBLEMS_AT_ONCE.local } = context;
  yield { type: 'started', rows: data.rows.length };
  const asked: Asked[] = [];
  const questions = new Set<string>();
  let repeated = 0;
  for (const row of data.rows) {
    stopIfAborted(signal);
    const read = await data.question?.(row);
    if (read === undefined) throw new StepscopeError('unsupported', `${data.name} cannot be read as questions.`);
    if (!read.ok) {
      yield { type: 'row-failed', row, reason: 'unreadable', message: read.error.message };
      continue;
    }
    const { question, gold, id } = read.value;
    if (questions.has(question.trim())) repeated++;
    questions.add(question.trim());
    if (gold === undefined) yield { type: 'row-failed', row, ...(id !== undefined && { id }), reason: 'no-label', message: `${data.name} row ${row}: ${NO_ANSWER}` };
    else if (done?.has(row) !== true) asked.push({ row, problem: { ...read.value, gold } });
  }
  if (repeated > 0) yield { type: 'note', message: `${repeated} of the ${data.rows.length} rows of ${data.name} ${repeated === 1 ? 'has' : 'have'} the same question as an earlier row: they are counted as the file has them.` };
  const told = new Set<string>();
  for (let start = 0; start < asked.length; start += atOnce) {
    for await (const event of solveSome(context, asked.slice(start, start + atOnce), strategiesOf(settings))) {
      if (event.type === 'note' && told.has(event.message)) continue;
      if (event.type === 'note') told.add(event.message);
      yield event;
    }
  }
}

/** One strategy after the other on a few questions. A row is complete with all of them: differences are over the same rows. */
async function* solveSome({ data, settings, policy, verifier, signal }: EvalContext, asked: readonly Asked[], strategies: readonly Strategy[]): AsyncGenerator<EvalEvent<SearchItem>> {
  const whole = WHOLE_STRATEGIES.findLast((strategy) => strategies.includes(strategy));
  const solved = asked.map((): Map<Strategy, Solved> => new Map());
  const models = { policy, verifier, scores: new Map() };
  for (const strategy of strategies) {
    // The strategies that look at whole solutions look at the same.
    if (isWhole(strategy) && strategy !== whole) continue;
    yield* solveAll(models, asked, searchSettings(strategy, settings), solved, signal);
    stopIfAborted(signal);
  }
  for (const [index, { row, problem }] of asked.entries()) {
    const about = { row, ...(problem.id !== undefined && { id: problem.id }) };
    const made = itemOf(problem.gold, strategies, whole, solved[index] ?? new Map());
    if ('failed' in made) yield { type: 'row-failed', ...about, reason: 'not-scored', message: `${data.name} row ${row}: ${made.failed}` };
    else yield { type: 'row', row: { ...about, item: made } };
  }
}

interface Solved {
  readonly rounds: readonly RoundRecord[];
  readonly finished: SearchFinished;
}

interface Models {
  readonly policy: LanguageModel | undefined;
  readonly verifier: LanguageModel | undefined;
}

async function* solveAll(models: Models, asked: readonly Asked[], settings: SearchSettings, solved: readonly Map<Strategy, Solved>[], signal: AbortSignal | undefined): AsyncGenerator<EvalEvent<SearchItem>> {
  const notes: string[] = [];
  const rounds = asked.map((): RoundRecord[] => []);
  await solveTogether(models, asked.map(({ problem }) => problem), settings, asked.length, (event) => {
    if (event.type === 'note') notes.push(event.message);
    if (event.type === 'round') rounds[event.problem]?.push(event.record);
    if (event.type === 'finished') solved[event.problem]?.set(settings.strategy, { rounds: rounds[event.problem] ?? [], finished: event });
  }, signal);
  for (const message of notes) yield { type: 'note', message };
}

/** What became of a question; a sentence where a strategy could not be carried out, which says nothing about how good it is. */
function itemOf(gold: string, strategies: readonly Strategy[], whole: Strategy | undefined, solved: ReadonlyMap<Strategy, Solved>): SearchItem | { readonly failed: string } {
  const arms: SearchArm[] = [];
  const sampled = whole === undefined ? undefined : solved.get(whole)?.rounds[0];
  const solutions = sampled?.kind === 'solution' ? sampled : undefined;
  for (const strategy of strategies) {
    const one = solved.get(isWhole(strategy) && whole !== undefined ? whole : strategy);
    if (isWhole(strategy) && solutions !== undefined) {
      arms.push(...wholeArms(strategy, solutions, gold));
      continue;
    }
    if (one === undefined || one.finished.reason === 'failed' || one.finished.reason === 'cancelled') return { failed: `${strategy} could not be carried out: ${one?.finished.message ?? 'it was not begun.'}` };
    const { answer, correct, policyTokens, verifierTokens, rounds, message } = one.finished;
    arms.push({ name: strategy, answer: answer ?? null, correct: correct === true, policyTokens, verifierTokens, rounds, ...(message !== undefined && { message }) });
  }
  const right = solutions?.candidates.filter(({ answer, dropped }) => dropped === undefined && answer !== undefined && sameAnswer(answer, gold)).length ?? 0;
  return { gold, arms, ...(solutions && { solutions: { n: solutions.candidates.length, right } }) };
}

/** The arms of a strategy that chooses among whole solutions. Where nothing can be chosen (none ended, none has a vote) it is wrong. */
function wholeArms(strategy: WholeStrategy, { candidates, choices, votes, policyTokens, verifierTokens }: SolutionRound, gold: string): SearchArm[] {
  const arm = (name: string, answer: string | undefined, tokens: readonly [policy: number, verifier: number]): SearchArm => ({
    name,
    answer: answer ?? null,
    correct: answer !== undefined && sameAnswer(answer, gold),
    policyTokens: tokens[0],
    verifierTokens: tokens[1],
    rounds: 1,
  });
  const [first] = candidates;
  switch (strategy) {
    case 'sampling':
      return [arm(strategy, first?.dropped === undefined ? first?.answer : undefined, [first?.tokens ?? 0, 0])];
    case 'majority':
      return [arm(strategy, votes[0]?.answer, [policyTokens, 0])];
    case 'best-of-n':
      return AGGREGATES.map((aggregate) => {
        const chosen = choices[aggregate];
        return arm(bestOfName(aggregate), chosen === undefined ? undefined : candidates[chosen]?.answer, [policyTokens, verifierTokens]);
      });
  }
}
