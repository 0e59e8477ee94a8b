import type { EvalReport } from './report.ts';

/** The summary as one JSON object: what it is, how it was made, all numbers, without the pictures' points. A missing value is null. */
export function summaryObject({ summary, notes, ...run }: EvalReport): object {
  return {
    eval: summary.eval,
    headline: summary.headline,
    metrics: summary.metrics.map((metric) => ({ ...metric, value: metric.value ?? null })),
    tables: summary.tables,
    notes: [...new Set([...summary.notes, ...notes])],
    ...runFacts(run),
  };
}

/** What a run was made of: rows, data, settings, models, when. */
export function runFacts({ header, failed, rows, end }: Pick<EvalReport, 'header' | 'failed' | 'rows' | 'end'>): object {
  const { settings, models, data } = header;
  const order = data?.rows ?? [];
  return {
    rows: { evaluated: rows.length, leftOut: failed.length, asked: order.length },
    data: { file: data?.file ?? null, first: order[0] ?? null, last: order.at(-1) ?? null },
    settings,
    models,
    run: { id: header.id, started: header.started, ended: end?.ended ?? null, reason: end?.reason ?? null },
  };
}
