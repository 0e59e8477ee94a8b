import assert from 'node:assert/strict';
import type { Block } from '../../../src/core/report/block.ts';
import { reportParts, reportReader } from '../../../src/protocol/report-parts.ts';
import type { ReportMessage } from '../../../src/protocol/report-view.ts';

const table = (name: string, rows: number, refs: boolean): Block => ({ kind: 'table', table: { name, columns: [{ name: 'Row', numeric: true }], rows: Array.from({ length: rows }, (_, row) => [String(row)]), ...(refs && { refs: Array.from({ length: rows }, (_, row) => `row ${row}`) }) } });
const report = (number: number, ...blocks: readonly Block[]): Omit<ReportMessage, 'parts'> => ({ type: 'report', number, key: { source: 'eval', id: 'a' }, title: 'A', status: '', actions: [], canExport: true, blocks });

describe('the parts of a report', () => {
  const long = report(1, { kind: 'text', text: 'first' }, table('many', 4321, true), { kind: 'text', text: 'between' }, table('exact', 2000, false), table('few', 3, true));

  it('are short, and come to the same report', () => {
    const parts = [...reportParts(long)];
    assert.equal(parts.length, 4 + 1 + 1);
    for (const part of parts) assert.ok(JSON.stringify(part).length < 100_000);
    const reader = reportReader();
    const read = parts.map((part) => reader.take(part));
    assert.deepEqual(read.slice(0, -1), parts.slice(1).map(() => undefined));
    assert.deepEqual(read.at(-1)?.blocks, long.blocks);
  });

  it('are one message where the report is short', () => {
    const [only, ...more] = reportParts(report(1, table('few', 3, true)));
    assert.deepEqual(more, []);
    assert.ok(only);
    assert.equal(reportReader().take(only)?.blocks.length, 1);
  });

  it('of a report that was given up are forgotten, and a report that lacks some is none', () => {
    const reader = reportReader();
    const next = [...reportParts({ ...long, number: 2 })];
    for (const part of [...reportParts(long)].slice(0, 3)) assert.equal(reader.take(part), undefined);
    assert.deepEqual(next.map((part) => reader.take(part)).at(-1)?.blocks, long.blocks);
    for (const part of next.slice(1)) assert.equal(reader.take(part), undefined);
  });
});
