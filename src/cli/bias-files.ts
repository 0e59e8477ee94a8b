import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { biasBlocks } from '../core/bias/report-blocks.ts';
import { readBiasState } from '../core/bias/state.ts';
import { errorText } from '../core/error-text.ts';
import { parseRunLog } from '../core/run/run-log.ts';
import { biasCsv } from '../formats/report/bias-csv.ts';
import { htmlBlocks } from '../formats/report/report-html.ts';
import { markdownBlocks } from '../formats/report/report-markdown.ts';
import { styleDigest } from '../formats/report/style-digest.ts';
import { LOG_FILE } from './eval-files.ts';
import { UsageError } from './usage.ts';

/** The log of an experiment: where it was told to be, else in the folder of its reports, which is made; undefined where nothing is kept. Throws a UsageError. */
export function biasLogFile({ log, out }: { readonly log?: string | undefined; readonly out?: string | undefined }): string | undefined {
  if (out === undefined) return log;
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new UsageError(`${out} cannot be written to (${errorText(error)}): name another folder for --out.`);
  }
  return log ?? path.join(out, LOG_FILE);
}

/** Writes report.html, report.md and rows.csv of what a log holds. Throws a UsageError. */
export function writeBiasReports(folder: string, file: string): void {
  const log = parseRunLog(file, readFileSync(file, 'utf8'));
  const state = log.ok ? readBiasState(file, log.value) : log;
  if (!state.ok) throw new UsageError(state.error.message);
  const blocks = biasBlocks(state.value);
  writeFileSync(path.join(folder, 'report.html'), htmlBlocks(state.value.header.title, blocks, styleDigest()));
  writeFileSync(path.join(folder, 'report.md'), markdownBlocks(blocks));
  writeFileSync(path.join(folder, 'rows.csv'), biasCsv(state.value));
}
