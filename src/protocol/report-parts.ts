import type { Block } from '../core/report/block.ts';
import type { ReportMessage, ReportRowsMessage } from './report-view.ts';

/** Rows of a message. With as many it takes a few milliseconds to be written: all rows of a long run at once would hold up whoever sends. */
const MOST_ROWS = 1000;

/** A report as messages of bounded length: rows of its tables, then the report with the last rows of each. */
export function* reportParts(report: Omit<ReportMessage, 'parts'>): Generator<ReportMessage | ReportRowsMessage> {
  let parts = 0;
  const blocks: Block[] = [];
  for (const [index, block] of report.blocks.entries()) {
    if (block.kind !== 'table') {
      blocks.push(block);
      continue;
    }
    const { rows, refs } = block.table;
    let start = 0;
    for (; rows.length - start > MOST_ROWS; start += MOST_ROWS) {
      yield { type: 'rows', number: report.number, part: parts++, block: index, rows: rows.slice(start, start + MOST_ROWS), ...(refs && { refs: refs.slice(start, start + MOST_ROWS) }) };
    }
    blocks.push(start === 0 ? block : { kind: 'table', table: { ...block.table, rows: rows.slice(start), ...(refs && { refs: refs.slice(start) }) } });
  }
  yield { ...report, parts, blocks };
}

/** Puts reports together again. `take` gives the report with its last message; undefined before, and where parts of it are missing. */
export function reportReader(): { take(message: ReportMessage | ReportRowsMessage): ReportMessage | undefined } {
  let before: ReportRowsMessage[] = [];
  return {
    take(message) {
      if (message.type === 'rows') {
        // The first part: what came before it belonged to a report that is not sent to its end.
        if (message.part === 0) before = [];
        before.push(message);
        return undefined;
      }
      const parts = before.filter(({ number }) => number === message.number);
      before = [];
      if (parts.length !== message.parts) return undefined;
      return { ...message, blocks: message.blocks.map((block, index) => joined(block, parts.filter((part) => part.block === index))) };
    },
  };
}

function joined(block: Block, parts: readonly ReportRowsMessage[]): Block {
  if (block.kind !== 'table' || parts.length === 0) return block;
  const { table } = block;
  const rows = [...parts.flatMap((part) => part.rows), ...table.rows];
  return { kind: 'table', table: { ...table, rows, ...(table.refs && { refs: [...parts.flatMap((part) => part.refs ?? []), ...table.refs] }) } };
}
