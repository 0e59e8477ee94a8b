import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { processBenchEval } from '../../../src/core/eval/process-bench.ts';
import type { ProcessBenchItem } from '../../../src/core/eval/process-bench-item.ts';
import type { EvalRow } from '../../../src/core/eval/events.ts';
import type { EvalReport } from '../../../src/core/eval/report.ts';
import { chartTable } from '../../../src/core/picture/chart-table.ts';
import { drawChart } from '../../../src/core/picture/draw-chart.ts';
import { svgText } from '../../../src/core/picture/svg.ts';
import { htmlReport, REPORT_STYLE } from '../../../src/formats/report/report-html.ts';
import { markdownEvalReport } from '../../../src/formats/report/report-markdown.ts';
import { settingsOf } from './eval-data.ts';

const EVIL = '"><script>alert(1)</script>[x](http://evil) | `code` \u202e';
const rows: EvalRow<ProcessBenchItem>[] = Array.from({ length: 120 }, (_, index) => ({
  row: index,
  id: `${EVIL}${index}`,
  subset: index % 2 === 0 ? EVIL : 'b',
  item: { label: index % 3 === 0 ? index % 4 : null, steps: 4, scores: { soft: [0.9, 0.8, (index % 10) / 10, 0.7], readings: [[0.9, 0.9], [0.8, 0.8], [(index % 10) / 10, 0.3], [0.7, 0.7]], readingTokens: [[5, 5], [5, 5], [5, 5], [5, 5]], tokens: 40 } },
}));
const settings = settingsOf('processbench');

const info = { name: 'm', hash: 'h', weights: 'w', parameters: 1e6, context: 10, demonstration: 'sums' };
const report: EvalReport = {
  eval: processBenchEval,
  header: { type: 'run', version: 1, kind: 'eval', id: 'i', title: `run ${EVIL}`, started: '2026-01-01', models: [{ role: 'verifier', info }], settings, data: { file: EVIL, rows: rows.map(({ row }) => row) } },
  summary: processBenchEval.summarize(rows, settings),
  rows,
  failed: [{ type: 'row-failed', row: 5, reason: 'misfit', message: EVIL }],
  notes: [EVIL],
};

describe('report of an eval', () => {
  const digest = createHash('sha256').update(REPORT_STYLE).digest('base64');
  const html = htmlReport(report, digest);

  it('is one page without script, in which no text is markup and nothing comes from elsewhere', () => {
    assert.doesNotMatch(html, /<script/i);
    assert.doesNotMatch(html, /\ssrc=|\shref=|style="|url\(/);
    assert.match(html, /default-src 'none'; style-src 'sha256-/);
    assert.ok(html.includes(`<style>${REPORT_STYLE}</style>`) && html.includes(digest));
    assert.ok(!html.includes('\u202e') && html.includes('⟨U+202E⟩'));
    assert.match(html, /prefers-color-scheme: dark/);
  });

  it('says what the numbers must not be taken for, what was left out, and has a table for each picture', () => {
    assert.match(html, /m is a demonstration model, made for sums/);
    assert.match(html, /1 of 120 rows could not be evaluated/);
    assert.equal(html.match(/<svg /g)?.length, html.match(/As a table/g)?.length);
    assert.ok((html.match(/<svg /g)?.length ?? 0) >= 5);
  });

  it('as Markdown has no markup of the data either', () => {
    const text = markdownEvalReport(report);
    assert.doesNotMatch(text, /(^|[^\\])<script|(^|[^\\])\]\(http:|[^\\]`code`/);
    const [head = '', rule = ''] = text.split('\n').filter((line) => line.startsWith('|'));
    assert.equal(head.split(/(?<!\\)\|/).length, rule.split('|').length);
  });
});

describe('charts', () => {
  it('have a name, a description and a twin, and draw every point inside', () => {
    for (const chart of report.summary.charts) {
      const text = svgText(drawChart(chart));
      assert.match(text, /role="img" aria-labelledby="chart-[\w.-]+-title"/);
      assert.ok(text.includes('<title') && text.includes('<desc'));
      assert.doesNotMatch(text, /NaN|Infinity|undefined/);
      assert.doesNotMatch(text, /#[0-9a-f]{6}|rgb\(/, 'colours are the page\'s');
      const table = chartTable(chart);
      assert.ok(table.rows.length > 0 && table.rows.every((cells) => cells.length === table.columns.length), chart.id);
    }
    assert.deepEqual(report.summary.charts.map(({ id }) => id), ['sweep', 'roc', 'reliability', 'confusion', 'cost']);
  });
});
