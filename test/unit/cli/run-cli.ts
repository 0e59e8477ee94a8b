import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { repoRoot } from '../formats/shared-data.ts';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line in a folder (the repository's by default), without colour. */
export function runCli(args: readonly string[], environment: Readonly<Record<string, string>> = {}, cwd = repoRoot()): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(repoRoot(), 'dist', 'cli.js'), ...args], { cwd, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', ...environment } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The JSON lines of an output. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}
