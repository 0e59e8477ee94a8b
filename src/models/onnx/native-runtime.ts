import process from 'node:process';
import { StepscopeError } from '../../core/result.ts';

/** Platforms that there is a package with native code for (scripts/package.mjs). */
const PACKAGED: readonly string[] = ['win32-x64', 'win32-arm64', 'linux-x64', 'linux-arm64', 'darwin-arm64'];

/**
 * Loads what needs onnxruntime, when it is first needed: the universal package has no native code, and a native library may
 * not fit the system. Throws StepscopeError `runtime-missing` with what to do.
 */
export async function openNativeRuntime() {
  try {
    const { env } = await import('onnxruntime-node');
    const { loadRuntime } = await import('./runtime.ts');
    return { loadRuntime, version: env.versions.node ?? 'unknown' };
  } catch (error) {
    throw missing(error) ?? error;
  }
}

function missing(error: unknown): StepscopeError | undefined {
  const here = `${process.platform}-${process.arch}`;
  const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
  if (code === 'MODULE_NOT_FOUND') {
    const help = PACKAGED.includes(here) ? `install the package for ${here}, or score with a server` : `there is a package with it for ${PACKAGED.join(', ')}; here, score with a server`;
    return new StepscopeError('runtime-missing', `This package of Stepscope has no native code for ${here}, which a model on this machine needs: ${help}.`);
  }
  if (code !== 'ERR_DLOPEN_FAILED') return undefined;
  return new StepscopeError('runtime-missing', `The native code that a model on this machine needs does not load on this system (${message.split('\n')[0] ?? ''}): score with a server, or name another Node for the engine.`);
}
