import { t } from '@vscode/l10n';
import { segmenterOf } from '../../core/bias/write-traces.ts';
import type { BiasQuestion } from '../../core/bias/events.ts';
import type { BiasSettings } from '../../core/bias/settings.ts';
import type { RunHeader } from '../../core/run/run.ts';
import { splitThinking, thinkingStart } from '../../core/trace/thinking.ts';
import type { Span, Trace } from '../../core/trace/trace.ts';

/** What a bias view is about: a question, and what was thought about it, where that is given. */
export interface BiasSubject {
  /** For titles: the document's name, or the question's first words. */
  readonly name: string;
  /** As the editor has it; prompts are made of it trimmed. */
  readonly question: string;
  /** The reference answer, where the data has one. */
  readonly gold?: string;
  /** The system turn; absent: what the setting `stepscope.policy.system` says. */
  readonly system?: string;
  /** Absent for a problem without a solution: the policy writes one first. */
  readonly solution?: GivenSolution;
  /** Where a row of a data set is meant. */
  readonly data?: NonNullable<RunHeader['data']>;
  /** The part of the question that is selected in the editor, UTF-16 offsets into `question`. */
  readonly selected?: Span;
}

/** A solution as the editor shows it: thinking with its tags, where it has tags, and what comes after. */
export interface GivenSolution {
  readonly response: string;
  /** UTF-16 offsets into the response. */
  readonly steps: readonly Span[];
}

/** The subject that a trace is. A trace without a question is none: `refusal` says so in one sentence. */
export function subjectOfTrace(name: string, { problem, response, steps, source, given }: Pick<Trace, 'problem' | 'response' | 'steps' | 'source' | 'given'>): BiasSubject | { readonly refusal: string } {
  if (problem.trim() === '') return { refusal: t('{0} has no question: masks, guesses and attention are about one. Put the question above the solution.', name) };
  const gold = given?.goldAnswer?.value;
  const { row, file } = source;
  return {
    name,
    question: problem,
    ...(gold !== undefined && { gold }),
    ...(response.trim() !== '' && { solution: { response, steps: steps.map(({ span }) => span) } }),
    ...(row !== undefined && { data: { file, rows: [row] } }),
  };
}

/** What the core calls it; `row` is its name in all events. */
export function questionOf({ question, gold, data }: BiasSubject): BiasQuestion {
  return { row: data?.rows[0] ?? 0, question: question.trim(), ...(gold !== undefined && { gold }) };
}

/** The settings with what the subject decides: its system turn, and the segmenter that cuts as the editor does. */
export function settingsFor({ system, solution }: BiasSubject, settings: BiasSettings): BiasSettings {
  const segmenter = solution && segmenterOf(solution.response, solution.steps);
  return {
    ...settings,
    ...(system !== undefined && { system }),
    ...(segmenter !== undefined && { detectors: { ...settings.detectors, segmenter } }),
  };
}

/** What there is to know about a given solution before its numbers are read, a sentence each; empty where the policy writes it. */
export function subjectNotes({ solution }: BiasSubject, policy: string): string[] {
  if (solution === undefined) return [];
  const { response, steps } = solution;
  const notes = [t('The solution is given as text, and whether {0} wrote it is not known: it is read and continued as if it had. Its own text may differ with nothing hidden: compare with what it writes from the same place without a mask.', policy)];
  if (thinkingStart(response) === undefined && !response.includes('</think>')) notes.push(t('The solution has no thinking block: all of it is taken for thinking.'));
  else if (splitThinking(response).answer === undefined) notes.push(t('The thinking of the solution has no end: it counts as cut off, and no end of the sequence is counted.'));
  if (segmenterOf(response, steps) === undefined) notes.push(t('No segmenter cuts the steps as the editor shows them (they came with the data, or were edited): here blank lines end a step, so that step numbers may differ.'));
  return notes;
}
