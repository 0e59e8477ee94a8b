import type { ModelErrorReason } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import { shortened } from '../../core/shortened.ts';

/**
 * What a failure means for what comes next:
 * - `endpoint`: the server is away or broken; another one may do it, or the same one later.
 * - `busy`: it asks to wait (429, 503 with Retry-After); it is healthy.
 * - `garbled`: one answer made no sense or was cut off; the next may.
 * - `request`: this request is not for this model (too long, refused); no repetition helps, others may work.
 * - `fatal`: nothing that is sent to this server will work (key, model name, not a server of this kind).
 */
export type FaultKind = 'endpoint' | 'busy' | 'garbled' | 'request' | 'fatal';

/** One failed exchange with one server. `message` is one sentence without secrets. */
export class ServerFault extends StepscopeError<ModelErrorReason> {
  constructor(
    readonly kind: FaultKind,
    reason: ModelErrorReason,
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly retryAfter?: number,
  ) {
    super(reason, message);
  }

  get retryable(): boolean {
    return this.kind === 'endpoint' || this.kind === 'busy' || this.kind === 'garbled';
  }
}

export function aborted(): StepscopeError<ModelErrorReason> {
  return new StepscopeError('aborted', 'The run was cancelled; what was done is kept.');
}

const MAX_QUOTED = 300;

/** Text from outside on one line, short enough for a sentence. */
export function quoted(text: string): string {
  return shortened(text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim(), MAX_QUOTED);
}
