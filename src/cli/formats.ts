import path from 'node:path';
import process from 'node:process';
import { EXPORT_FORMATS } from '../formats/export/exports.ts';
import { proposeMaps } from '../formats/fields/propose-maps.ts';
import { openRows } from '../formats/open-file.ts';
import { ROW_FORMATS, sniffRows, SNIFFED_ROWS, TEXT_FORMATS } from '../formats/rows/formats.ts';
import { sampleRows, traceRows } from '../formats/trace-rows.ts';
import { visibleText } from '../formats/visible-text.ts';
import { readBytes } from './open-input.ts';
import { readArguments, UsageError } from './usage.ts';

/** `stepscope formats [FILE]`: the formats there are, or what a file looks like. Returns the exit code. */
export async function formatsCommand(args: readonly string[]): Promise<number> {
  const { positionals } = readArguments(args, {});
  const [name, ...more] = positionals;
  if (more.length > 0) throw new UsageError('formats takes one file at most: stepscope formats [FILE].');
  const write = (line: string) => process.stdout.write(`${line}\n`);
  if (name === undefined) {
    write('Read (--format ID):');
    for (const { id, title } of [...ROW_FORMATS, ...TEXT_FORMATS]) write(`  ${id.padEnd(18)} ${title}`);
    write('Written (stepscope export --to ID):');
    for (const { id, title } of EXPORT_FORMATS) write(`  ${id.padEnd(18)} ${title}`);
    return 0;
  }
  const source = await openRows(path.basename(name), await readBytes(name, 'name a JSON, JSONL, CSV, Parquet or .eval file'));
  if (!source.ok) throw new UsageError(source.error.message);
  const rows = sampleRows(source.value, SNIFFED_ROWS);
  write(`${source.value.name}: ${source.value.container}, ${source.value.rows} rows`);
  for (const { id, confidence, reason } of sniffRows(rows)) write(`  ${id.padEnd(18)} ${confidence.toFixed(2)}  ${reason}`);
  const traces = traceRows(source.value, {});
  if (traces.ok) {
    const read = Array.from({ length: Math.min(SNIFFED_ROWS, source.value.rows) }, (_, row) => traces.value.trace(row));
    const [why] = read.flatMap((trace) => (trace.ok ? [] : [trace.error.message]));
    write(`  read as ${traces.value.rowFormat.id}: ${read.filter(({ ok }) => ok).length} of the first ${read.length} rows are traces${why === undefined ? '' : `. ${visibleText(why)}`}`);
  }
  for (const { map, open, confidence, reason } of proposeMaps(rows)) {
    write(`  field map ${confidence.toFixed(2)}: ${visibleText(reason)}`);
    write(`    ${visibleText(JSON.stringify(map))}`);
    for (const { key, question } of open) write(`    ${key}: ${visibleText(question)}`);
  }
  return 0;
}
