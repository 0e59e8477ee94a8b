import assert from 'node:assert/strict';
import { StepscopeError } from '../../../src/core/result.ts';

/** For assert.rejects: a StepscopeError of this reason whose message is one sentence that matches. */
export function failsWith(reason: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StepscopeError, String(error));
    assert.equal(error.reason, reason);
    assert.match(error.message, message);
    assert.equal(error.message.split('\n').length, 1, 'one sentence');
    return true;
  };
}
