import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fail, ok, type Result } from '../../core/result.ts';

/** What an engine process is started from. */
export interface EngineProgram {
  /** The bundled engine script (dist/engine.js). */
  readonly enginePath: string;
  /** The Node that runs it; absent for the program that runs this process: the editor's own Node, or that of its server. */
  readonly nodePath?: string;
}

/** The oldest Node that runs the engine; `engines.node` in package.json says the same. */
const OLDEST = [20, 12] as const;
/** A program that is Node answers in a fraction of this (ms). */
const ANSWER_MS = 15_000;

/** An editor's program is Electron, which is a Node only where it is told so. A plain Node does not look at it. */
export function engineEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
}

/** Asks a program for its Node version. The error is the end of a sentence that begins with what named the program. */
export async function nodeVersion(nodePath: string): Promise<Result<string, 'setting-invalid'>> {
  const wanted = `name a Node of version ${OLDEST.join('.')} or newer by its absolute path, or leave it empty for the editor’s own`;
  const refuse = (what: string): Result<never, 'setting-invalid'> => fail('setting-invalid', `${what}: ${wanted}.`);
  if (!path.isAbsolute(nodePath)) return refuse(`is no absolute path (${nodePath})`);
  const { error, said } = await ask(nodePath);
  if (error?.code === 'ENOENT') return refuse(`names a file that is not there (${nodePath})`);
  if (error?.code === 'EACCES') return refuse(`names what is no program, or may not be run (${nodePath})`);
  const version = /^v?(\d+)\.(\d+)\.\d+\S*$/.exec(said);
  if (error !== undefined || version === null) return refuse(`names a program that is not Node (${nodePath})`);
  const [, major = 0, minor = 0] = version.map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) return refuse(`names Node ${said}, which is too old (${nodePath})`);
  return ok(said);
}

function ask(program: string): Promise<{ readonly error: { readonly code?: string | number | null } | undefined; readonly said: string }> {
  return new Promise((resolve) => {
    execFile(program, ['-p', 'process.versions.node'], { env: engineEnvironment(), timeout: ANSWER_MS, windowsHide: true }, (error, stdout) => {
      resolve({ error: error ?? undefined, said: stdout.trim() });
    });
  });
}
