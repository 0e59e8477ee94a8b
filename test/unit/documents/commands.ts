import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from '../formats/shared-data.ts';

export const PREFIX = 'npm run -s stepscope -- ';

/** `run`: as it stands; `added`: once what its page adds is there; `check`: it is looked at whether it can be run. */
export type CommandKind = 'run' | 'added' | 'check';

export interface Command {
  readonly document: string;
  readonly line: string;
  readonly kind: CommandKind;
}

/** The commands in the blocks of shell code of a document: blocks begin with ```sh, ```sh run or ```sh added. */
export function commandsOf(document: string): Command[] {
  const text = readFileSync(path.join(repoRoot(), document), 'utf8');
  return [...text.matchAll(/^```sh(?: (run|added))?\n([\s\S]*?)^```$/gm)].flatMap(([, kind = 'check', body = '']) =>
    body.replaceAll('\\\n', ' ').split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim()).filter((line) => line !== '').map((line) => ({ document, line, kind: kind as CommandKind })));
}

/** Splits at spaces, but for what is in double quotes. */
export function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
