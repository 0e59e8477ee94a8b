import { finalAnswer } from '../answers/final-answer.ts';
import type { SearchCandidate, SearchRound } from '../trace/search-round.ts';
import { decide } from './controller.ts';
import type { LoggedSearchEvent, StepCandidate, StepRound, StepRule } from './events.ts';
import { livePaths } from './path.ts';
import { defaultSearchSettings } from './settings.ts';
import { finishedEvent, type SearchProblem } from './solve.ts';

/** PATS's released code ends a final step with it. */
const END_TOKEN = '<|eot_id|>';

/**
 * A search that was recorded by the paper's code as the events of a run. What the file does not have is missing: analyses,
 * tokens, seconds, and the rules, which are read off what was done next with the published thresholds in mind.
 */
export function importedSearch(problem: SearchProblem, rounds: readonly SearchRound[], file: string): LoggedSearchEvent[] {
  const records: StepRound[] = [];
  for (const round of rounds) records.push(toRecord(round, records));
  const { question, gold } = problem;
  const done = records.at(-1)?.final === true;
  return [
    { type: 'started', problem: 0, question, ...(gold === undefined ? {} : { gold }), imported: file },
    ...records.map((record): LoggedSearchEvent => ({ type: 'round', problem: 0, record })),
    { ...finishedEvent(records, problem, done ? { reason: 'done' } : { reason: 'budget', message: 'The file ends before the solution does.' }), problem: 0 },
  ];
}

function toRecord({ mode, candidates, selected, nextMode, terminated }: SearchRound, before: readonly StepRound[]): StepRound {
  const last = before.at(-1);
  const round = before.length;
  const [path] = livePaths(before, 0);
  const listed = candidates.map((candidate, index) => toCandidate(candidate, index, false, path?.end));
  const at = candidates.findIndex(({ text }) => text === selected?.text);
  const accepted = selected?.accepted === true;
  const chosen = selected === undefined ? undefined : at >= 0 ? at : listed.length;
  const all = selected !== undefined && at < 0 ? [...listed, toCandidate(selected, listed.length, false, path?.end)] : listed;
  const final = accepted && terminated;
  const regeneration = last !== undefined && !last.accepted && (last.regeneration || last.rule === 'penalty');
  return {
    kind: 'step',
    round,
    step: last === undefined ? 0 : last.accepted ? last.step + 1 : last.step,
    attempt: 0,
    mode,
    width: defaultSearchSettings('pats').widths[mode],
    regeneration,
    candidates: all.map((candidate) => (candidate.index === chosen && final ? { ...candidate, final } : candidate)),
    ...(chosen === undefined ? {} : { chosen }),
    accepted,
    kept: accepted && chosen !== undefined ? [{ round, candidate: chosen }] : [],
    rule: ruleOf({ mode, candidates, ...(selected && { selected }), nextMode, terminated }, regeneration),
    nextMode,
    final,
    policyTokens: 0,
    verifierTokens: 0,
    seconds: 0,
  };
}

function toCandidate({ text, score }: SearchCandidate, index: number, final: boolean, parent: StepCandidate['parent']): StepCandidate {
  const ends = final || text.trimEnd().endsWith(END_TOKEN);
  const said = ends ? text.trimEnd().slice(0, text.trimEnd().endsWith(END_TOKEN) ? -END_TOKEN.length : undefined) : text;
  const answer = ends ? finalAnswer(said) : undefined;
  return { kind: 'step', index, text: ends ? text : `${text}\n\n`, step: said.trim(), final: ends, tokens: 0, verifierTokens: 0, ...(parent && { parent }), ...(score === undefined ? {} : { givenScore: score }), ...(answer === undefined ? {} : { answer }) };
}

/** The rule of the published settings where it explains what was done; else the one that has this effect. */
function ruleOf({ mode, selected, nextMode, terminated }: SearchRound, regeneration: boolean): StepRule {
  if (selected === undefined) return 'none-left';
  if (selected.score !== undefined) {
    const decided = decide({ mode, regeneration, best: selected.score, final: terminated }, defaultSearchSettings('pats'));
    if (decided.accepted === selected.accepted && decided.nextMode === nextMode) return decided.rule;
  }
  if (!selected.accepted) return 'penalty';
  return nextMode === mode ? 'keep' : nextMode === 'complex' ? 'low' : 'good';
}
