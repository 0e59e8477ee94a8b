import { createHash } from 'node:crypto';
import { REPORT_STYLE } from './report-html.ts';

/** The digest by which a report's own policy allows its style and no other: SHA-256 in base64. */
export function styleDigest(): string {
  return createHash('sha256').update(REPORT_STYLE).digest('base64');
}
