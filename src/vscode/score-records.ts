import type { AnalysisSection, Provenance, Sample } from '../core/verifier/score.ts';

/** One line of a score file. A later line wins, so the file is only ever appended to. */
export type ScoreRecord =
  | {
      readonly type: 'sample';
      readonly key: string;
      readonly index: number;
      readonly sample: Sample;
      readonly provenance: Provenance;
    }
  | { readonly type: 'cleared'; readonly key: string };

/**
 * Reads one line. Returns undefined for anything that is not a whole record: a line that was cut
 * off when the editor was killed, or one that a newer version wrote in a shape unknown here.
 */
export function parseRecord(line: string): ScoreRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { type, key, index, sample, provenance } = value;
  if (typeof key !== 'string') return undefined;
  if (type === 'cleared') return { type, key };
  if (type !== 'sample' || !isIndex(index) || !isSample(sample) || !isProvenance(provenance)) return undefined;
  // JSON drops undefined fields; a Sample has them.
  return { type, key, index, sample: { ...sample, pYes: sample.pYes, verdict: sample.verdict }, provenance };
}

export function formatRecord(record: ScoreRecord): string {
  return `${JSON.stringify(record)}\n`;
}

type Fields = Partial<Record<string, unknown>> & {
  readonly type?: unknown;
  readonly key?: unknown;
  readonly index?: unknown;
  readonly sample?: unknown;
  readonly provenance?: unknown;
};

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 100_000;
}

function isSample(value: unknown): value is Sample {
  if (!isObject(value)) return false;
  const { pYes, pYesBound, unread, verdict, analysis, sections, tokens } = value as { [Name in keyof Sample]?: unknown };
  return (
    isProbability(pYes) &&
    isProbability(pYesBound) &&
    (unread === undefined || typeof unread === 'string') &&
    (verdict === undefined || verdict === 'yes' || verdict === 'no') &&
    typeof analysis === 'string' &&
    typeof tokens === 'number' &&
    Array.isArray(sections) &&
    sections.every(isSection)
  );
}

/** Absent is fine. */
function isProbability(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && value >= 0 && value <= 1);
}

function isSection(value: unknown): value is AnalysisSection {
  if (!isObject(value)) return false;
  const { name, span } = value as { [Name in keyof AnalysisSection]?: unknown };
  if (typeof name !== 'string' || !isObject(span)) return false;
  const { start, end } = span as { start?: unknown; end?: unknown };
  return typeof start === 'number' && typeof end === 'number';
}

const PROVENANCE: { readonly [Name in keyof Provenance]: 'string' | 'number' } = {
  model: 'string',
  modelHash: 'string',
  weights: 'string',
  mode: 'string',
  k: 'number',
  temperature: 'number',
  topP: 'number',
  maxNewTokens: 'number',
  seed: 'number',
  promptVersion: 'string',
  threshold: 'number',
  date: 'string',
};

function isProvenance(value: unknown): value is Provenance {
  return isObject(value) && Object.entries(PROVENANCE).every(([name, type]) => typeof value[name] === type);
}
