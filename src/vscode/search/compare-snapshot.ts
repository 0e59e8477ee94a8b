import { t } from '@vscode/l10n';
import type { Table } from '../../core/picture/chart.ts';
import type { Block } from '../../core/report/block.ts';
import type { ComparedArm, ComparedRun } from '../../core/search/comparison.ts';
import type { ComparisonReport } from '../../core/search/comparison-report.ts';
import type { CompareRow, CompareSnapshot } from '../../protocol/compare-view.ts';
import { firstWords } from '../wording.ts';
import { problemName } from './search-snapshot.ts';
import type { SearchState } from './search-state.ts';

/** What of a run a comparison needs: without candidates, which are most of it. */
export function comparedRun({ header, problems }: SearchState): ComparedRun {
  return { header, problems: problems.map(({ started, rounds, finished }) => ({ started, rounds: rounds.map((record) => ({ ...record, candidates: [] })), ...(finished && { finished }) })) };
}

/** A line a problem and strategy, problem by problem. */
export function compareRows(arms: readonly ComparedArm[]): CompareRow[] {
  const keys = new Set(arms.flatMap(({ outcomes }) => [...outcomes.keys()]));
  return [...keys].flatMap((key) => {
    const verdicts = arms.flatMap(({ cells }) => cells.get(key)?.correct ?? []);
    const differs = verdicts.includes(true) && verdicts.includes(false);
    return arms.flatMap(({ name, run, outcomes, cells }): CompareRow[] => {
      const outcome = outcomes.get(key);
      if (outcome === undefined) return [];
      const { problem, started, finished } = outcome;
      const cell = cells.get(key);
      const known = (value: number | undefined): string => (value === undefined ? '–' : String(value));
      return [{
        run,
        problem,
        differs,
        cells: {
          problem: problemName({ started }, problem),
          strategy: name,
          correct: cell === undefined ? (finished?.reason ?? t('not ended')) : cell.correct === undefined ? '–' : cell.correct ? '✓' : '✗',
          answer: finished?.answer ?? '–',
          gold: started.gold ?? '–',
          rounds: known(finished?.rounds),
          policy: known(cell?.policyTokens),
          verifier: known(cell?.verifierTokens),
          question: firstWords(started.question, 24),
        },
      }];
    });
  });
}

/** The comparison as parts of a report. */
export function compareBlocks({ title, status, warnings, charts, arms, differences, modes, settings, rows }: CompareSnapshot): Block[] {
  const table = (one: ComparisonReport['arms']): Block => ({ kind: 'table', table: one });
  return [
    { kind: 'heading', level: 1, text: title },
    { kind: 'text', text: status },
    ...warnings.map((text): Block => ({ kind: 'warning', text })),
    table(arms),
    table(differences),
    ...[...charts, ...modes].map((chart): Block => ({ kind: 'chart', chart })),
    table(settings),
    table(problemTable({ rows })),
  ];
}

/** A line a problem and strategy. */
export function problemTable({ rows }: Pick<CompareSnapshot, 'rows'>): Table {
  return { name: 'Problems', columns: [{ name: 'Problem' }, { name: 'Strategy' }, { name: 'Correct' }, { name: 'Answer' }, { name: 'Gold' }, { name: 'Rounds', numeric: true }, { name: 'Policy tokens', numeric: true }, { name: 'Verifier tokens', numeric: true }, { name: 'Question' }], rows: rows.map(({ cells }) => Object.values(cells)) };
}
