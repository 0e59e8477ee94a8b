import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { TraceRecord } from '../core/trace/record.ts';
import { EXPORT_FORMATS } from '../formats/export/exports.ts';
import { joinScores, prmBenchScoreId, readPrmBenchScores, type PrmBenchScores } from '../formats/rows/prm-bench-scores.ts';
import { openRows } from '../formats/open-file.ts';
import type { TraceFile } from '../formats/trace-file.ts';
import { chosenRows, INPUT_OPTIONS, openInput, readBytes } from './open-input.ts';
import { readArguments, UsageError } from './usage.ts';

const BAD_INPUT = 2;

/** `stepscope export FILE OUT --to ID`: returns the exit code. A row that cannot be read costs only itself, and the exit code. */
export async function exportCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, { ...INPUT_OPTIONS, to: { type: 'string' }, join: { type: 'string' } });
  const [name, target, ...more] = positionals;
  if (name === undefined || target === undefined || more.length > 0) throw new UsageError('export takes two files: stepscope export FILE OUT --to jsonl.');
  const format = EXPORT_FORMATS.find(({ id }) => id === (values.to ?? 'jsonl'));
  if (!format) throw new UsageError(`--to ${values.to ?? ''} is not one of ${EXPORT_FORMATS.map(({ id }) => id).join(', ')}.`);
  const file = await openInput(name, values);
  const scores = values.join === undefined ? undefined : await readScores(values.join);
  const records: TraceRecord[] = [];
  let code = 0;
  const complain = (message: string) => {
    process.stderr.write(`${message}\n`);
    code = BAD_INPUT;
  };
  for (const row of chosenRows(file, values)) {
    for (const variant of chosenVariants(file, row, values.variant)) {
      const record = file.record(row, variant);
      if (!record.ok) complain(record.error.message);
      else records.push(scores && values.join !== undefined ? withScores(record.value, path.basename(values.join), scores, complain) : record.value);
    }
  }
  if (records.length === 0) throw new UsageError(`${name} has no trace that could be exported: ${target} is not written.`);
  const { text, losses } = format.write(records);
  await write(target, text);
  for (const { what, traces } of losses) process.stderr.write(`Not in ${target}: ${what} (of ${traces} traces)\n`);
  process.stderr.write(`${target}: ${records.length} traces\n`);
  return code;
}

/** All traces of a row, unless one is asked for. */
function chosenVariants(file: TraceFile, row: number, variant: string | undefined): readonly (string | undefined)[] {
  if (variant !== undefined) return [variant];
  const names = file.variants(row);
  return names.length === 0 ? [undefined] : names;
}

async function readScores(name: string): Promise<ReadonlyMap<string, PrmBenchScores>> {
  const source = await openRows(path.basename(name), await readBytes(name, 'name a PRMBench score file'));
  if (!source.ok) throw new UsageError(source.error.message);
  const scores = new Map<string, PrmBenchScores>();
  for (let row = 0; row < source.value.rows; row++) {
    const value = source.value.value(row);
    const read = value.ok ? readPrmBenchScores(value.value, { where: source.value.where(row) }) : value;
    if (read.ok) scores.set(read.value.id, read.value);
    else process.stderr.write(`${read.error.message}\n`);
  }
  return scores;
}

function withScores(record: TraceRecord, file: string, scores: ReadonlyMap<string, PrmBenchScores>, complain: (message: string) => void): TraceRecord {
  const found = scores.get(prmBenchScoreId(record.trace) ?? '');
  if (!found) return record;
  const joined = joinScores(record.trace, file, found);
  if (joined.ok) return { ...record, trace: joined.value };
  complain(joined.error.message);
  return record;
}

/** Writes a new file; one that is there is never written over. */
async function write(target: string, text: string): Promise<void> {
  try {
    await writeFile(target, text, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why = code === 'EEXIST' ? 'is there already: name a new file' : code === 'ENOENT' ? 'is in a folder that does not exist' : 'cannot be written';
    throw new UsageError(`${target} ${why}.`);
  }
}
