import process from 'node:process';
import { downloadModel } from '../models/hub/download-model.ts';
import { parseRepository } from '../models/hub/repository.ts';
import { accessFromEnvironment } from '../models/hub/request.ts';
import { readArguments, UsageError } from './usage.ts';

/** `stepscope download REPOSITORY DIR`: returns the exit code. */
export async function downloadCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { positionals } = readArguments(args, {});
  const [name, folder, ...more] = positionals;
  if (name === undefined || folder === undefined || more.length > 0) throw new UsageError('download takes a repository and a folder: stepscope download owner/name DIR.');
  const repository = parseRepository(name);
  if (!repository.ok) throw new UsageError(repository.error.message);
  const access = accessFromEnvironment(process.env);
  let shown = '';
  await downloadModel(repository.value, folder, access, ({ file, done, total }) => {
    const line = `${((100 * done) / Math.max(1, total)).toFixed(0)}% of ${(total / 1e9).toFixed(2)} GB, ${file}`;
    if (line !== shown && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
    shown = line;
  }, signal);
  process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${repository.value.id} is in ${folder}: convert it with stepscope convert ${folder} OUT.\n`);
  return 0;
}
