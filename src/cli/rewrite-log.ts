import { renameSync, writeFileSync } from 'node:fs';
import { errorText } from '../core/error-text.ts';
import { UsageError } from './usage.ts';

/** Writes a log anew; the old file is there until the new one is whole. Throws a UsageError, which ends with `help`. */
export function rewriteLog(file: string, lines: readonly string[], help: string): void {
  try {
    writeFileSync(`${file}.new`, lines.join(''));
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new UsageError(`${file} cannot be written to (${errorText(error)}): ${help}.`);
  }
}
