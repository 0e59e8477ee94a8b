import { StepscopeError } from '../../core/result.ts';

export function abortedError(): StepscopeError {
  return new StepscopeError('aborted', 'The request was cancelled.');
}

/** Called between two passes. Throws `aborted` once the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError();
}
