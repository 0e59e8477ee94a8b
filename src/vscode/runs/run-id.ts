import { randomBytes } from 'node:crypto';
import type { RunKind } from '../../core/run/run.ts';

/** A new id: kind, time (UTC) and four random bytes, such as `search-20260102-030405-1a2b3c4d`. */
export function newRunId(kind: RunKind, now: Date): string {
  const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${kind}-${time}-${randomBytes(4).toString('hex')}`;
}
