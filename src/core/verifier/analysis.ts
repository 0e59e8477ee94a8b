import { answerStart } from '../trace/thinking.ts';
import type { AnalysisSection, Verdict } from './score.ts';
import { VERDICT_MARKER } from './prompt.ts';

/** The five aspects of an R-PRM analysis, in their order. */
export const SECTION_NAMES = ['Previous Steps Analysis', 'Now Step Analysis', 'Data Source Analysis', 'Consistency Analysis', 'Calculation Analysis'] as const;

/** A heading of an analysis, with the space after it; group 1 is its name. */
export const ANALYSIS_HEADING = /\*\*\s*([A-Za-z ]+? Analysis)\s*:?\s*\*\*\s*:?[ \t]*/g;
const ENDING = /^(?:\*\*)?(?:Conclusion|Verification)\b/m;

/**
 * Finds the named sections in an analysis as the model wrote it. Spans are UTF-16 offsets of the bodies, without heading
 * and trailing whitespace. Aspects that the model left out are absent; headings it invented are kept under their own name.
 * `opened` as in answerStart: headings inside the thinking are none.
 */
export function findSections(analysis: string, opened = false): AnalysisSection[] {
  const answer = answerStart(analysis, opened) ?? analysis.length;
  const headings = [...analysis.matchAll(ANALYSIS_HEADING)].filter(({ index }) => index >= answer);
  return headings.map((heading, index) => {
    const start = heading.index + heading[0].length;
    const limit = headings[index + 1]?.index ?? endOfSections(analysis, start);
    const end = start + analysis.slice(start, limit).trimEnd().length;
    return { name: (heading[1] ?? '').trim(), span: { start, end: Math.max(start, end) } };
  });
}

function endOfSections(analysis: string, from: number): number {
  const ending = ENDING.exec(analysis.slice(from));
  return ending === null ? analysis.length : from + ending.index;
}

/**
 * The word after the last verification question; undefined when the analysis never gave one. What a reasoner says while it
 * thinks is no verdict. `opened` as in answerStart.
 */
export function findVerdict(analysis: string, opened = false): Verdict | undefined {
  const answer = answerStart(analysis, opened);
  const at = analysis.lastIndexOf(VERDICT_MARKER);
  if (answer === undefined || at < answer) return undefined;
  const word = /^[\s*]*(yes|no)\b/i.exec(analysis.slice(at + VERDICT_MARKER.length));
  return word === null ? undefined : (word[1]?.toLowerCase() as Verdict);
}
