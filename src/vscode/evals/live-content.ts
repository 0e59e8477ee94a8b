import type { Result } from '../../core/result.ts';
import type { EvalContent } from '../../formats/runs/eval-log.ts';
import type { Disposable } from '../disposable.ts';

/** The report of a run that goes on, made anew now and then: it costs more the longer the run is, and all of it in a thread. */
export interface LiveContent extends Disposable {
  /** The last one, or the first as soon as it is there. */
  get(): Promise<Result<EvalContent>>;
  /** The headline of the last one. */
  headline(): string | undefined;
  /** There is more to report; however often this is said, one report is made at a time. */
  refreshSoon(): void;
  onChange(listener: () => void): void;
}

/** Reports are at least so long apart (ms), and take at most a tenth of the time. */
const LEAST_MS = 2000;

export function createLiveContent(read: () => Promise<Result<EvalContent>>): LiveContent {
  let last: Result<EvalContent> | undefined;
  let reading: Promise<Result<EvalContent>> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = LEAST_MS / 4;
  let disposed = false;
  let listener = (): void => undefined;

  function refresh(): Promise<Result<EvalContent>> {
    const since = Date.now();
    reading ??= read().then((content) => {
      last = content;
      reading = undefined;
      pause = Math.max(LEAST_MS, 10 * (Date.now() - since));
      if (!disposed) listener();
      return content;
    });
    return reading;
  }

  return {
    get: () => (last === undefined ? refresh() : Promise.resolve(last)),
    headline: () => (last?.ok === true && last.value.rows > 0 ? last.value.headline : undefined),
    refreshSoon() {
      if (disposed) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!disposed) void refresh();
      }, pause);
    },
    onChange: (hears) => void (listener = hears),
    dispose() {
      disposed = true;
      clearTimeout(timer);
    },
  };
}
