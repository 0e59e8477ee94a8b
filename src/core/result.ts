/**
 * Errors are values: `reason` is for code to branch on, `message` is one sentence for a person
 * that names the file, row, limit or setting and what to do.
 */
export interface Failure<Reason extends string = string> {
  readonly reason: Reason;
  readonly message: string;
}

export type Result<T, Reason extends string = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Failure<Reason> };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail<Reason extends string>(
  reason: Reason,
  message: string,
): { readonly ok: false; readonly error: Failure<Reason> } {
  return { ok: false, error: { reason, message } };
}

/** The one exception type that crosses layers, for failures inside streams and promises. */
export class StepscopeError<Reason extends string = string> extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
    this.name = 'StepscopeError';
  }

  /** By its name, since the bundles of the extension have a class each; kinds of it as usual. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === StepscopeError ? value instanceof Error && value.name === 'StepscopeError' : Function.prototype[Symbol.hasInstance].call(this, value);
  }
}
