import { t } from '@vscode/l10n';
import { StepscopeError } from '../core/result.ts';

/**
 * The promise's value, unless the signal aborts first: then it rejects at once with reason
 * `aborted`, whatever the promise is still waiting for.
 */
export async function interruptible<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // The loser of the race must not surface as an unhandled rejection.
  promise.catch(() => undefined);
  const aborted = (): StepscopeError => new StepscopeError('aborted', t('Scoring was cancelled.'));
  if (signal.aborted) throw aborted();
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(aborted());
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
