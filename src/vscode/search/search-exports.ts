import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../../core/result.ts';
import { runLogText, type RunLog } from '../../core/run/run-log.ts';
import type { StepCandidate } from '../../core/search/events.ts';
import { valueOf } from '../../core/search/path.ts';
import { ruledOf } from '../../core/search/picture/lane.ts';
import { dropText, switchText } from '../../core/search/picture/rule-text.ts';
import { readSearchLog } from '../../formats/runs/search-log.ts';
import { escapeMarkdown } from '../markdown-text.ts';
import type { RunExport } from '../runs/run-kinds.ts';
import { probability } from '../wording.ts';
import { searchSnapshot, searchSvg } from './search-snapshot.ts';
import { stepRounds, type SearchProblemState, type SearchState } from './search-state.ts';

/** What a search can be written as, beside its log. */
export const searchExports = (): readonly RunExport[] => [
  { title: t('JSON: the run as one document'), extension: 'json', write: (log) => withState(log, (state) => ok(`${JSON.stringify(state, null, 2)}\n`)) },
  { title: t('Markdown: a report for reading'), extension: 'md', write: (log) => withState(log, (state) => ok(markdown(state))) },
  { title: t('SVG: the pictures of its problems'), extension: 'svg', write: (log) => withState(log, (state) => (state.problems.length === 0 ? fail('empty', t('{0} has no problem that was begun: there is nothing to draw.', state.header.title)) : ok(searchSvg(state)))) },
];

function withState(log: RunLog, write: (state: SearchState) => Result<string>): Result<string> {
  const state = readSearchLog(log.header.title, runLogText(log));
  return state.ok ? write(state.value) : state;
}

function markdown(state: SearchState): string {
  const overall = state.problems.length > 1 ? searchSnapshot(state, 0, undefined)?.overall : undefined;
  return [`# ${escapeMarkdown(state.header.title)}`, ...(overall === undefined ? [] : [cell(overall)]), ...state.problems.flatMap((problem, index) => section(state, problem, index))].join('\n\n') + '\n';
}

function section(state: SearchState, problem: SearchProblemState, index: number): string[] {
  const snapshot = searchSnapshot(state, index, undefined);
  if (snapshot === undefined) return [];
  const facts = [...snapshot.facts, ...snapshot.settings].map(({ name, value }) => `| ${name} | ${cell(value)} |`);
  const rows = stepRounds(problem.rounds).map((record) => {
    const scores = record.candidates.map((candidate) => dropText(candidate) ?? (scored(candidate, candidate.index === record.chosen)));
    return `| ${record.round + 1} | ${record.step + 1}${record.regeneration ? ' ↻' : ''} | ${record.mode ?? ''} | ${scores.join(', ')} | ${cell(switchText(ruledOf(record), state.header.settings.thresholds))} | ${record.policyTokens} + ${record.verifierTokens} |`;
  });
  const steps = (problem.finished?.steps ?? []).map((step, at) => `${at + 1}. ${escapeMarkdown(step)}`);
  return [
    ...(state.problems.length > 1 ? [`## ${cell(snapshot.problems[index] ?? '')}`] : []),
    escapeMarkdown(snapshot.question),
    cell(snapshot.status),
    ['| | |', '|---|---|', ...facts].join('\n'),
    ...(rows.length === 0 ? [] : [[`| ${[t('round'), t('step'), t('mode'), t('candidates'), t('rule'), t('tokens, policy + verifier')].join(' | ')} |`, '|---|---|---|---|---|---|', ...rows].join('\n')]),
    ...(steps.length === 0 ? [] : [t('Solution:'), steps.join('\n')]),
  ];
}

/** The score of a candidate, the chosen one's bold. */
function scored(candidate: StepCandidate, chosen: boolean): string {
  const score = valueOf(candidate);
  if (score === undefined) return t('no score');
  return chosen ? `**${probability(score)}**` : probability(score);
}

/** Text in a cell of a table. */
function cell(text: string): string {
  return escapeMarkdown(text).replaceAll('\n', ' ');
}
