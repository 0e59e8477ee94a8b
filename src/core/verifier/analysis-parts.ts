import { answerStart } from '../trace/thinking.ts';
import type { Span } from '../trace/trace.ts';
import { ANALYSIS_HEADING, SECTION_NAMES } from './analysis.ts';
import type { Sample } from './score.ts';

/** A part of an analysis for reading. `name` is its heading; absent for what stands outside the headings. */
export interface AnalysisPart {
  readonly name?: string;
  /** UTF-16 offsets into the analysis, without the heading and the space around. */
  readonly span: Span;
}

/** A line `Conclusion: …` or `**Verification**: …` after the sections. */
const ENDING = /^[ \t]*(?:\*\*)?(Conclusion|Verification)(?:\*\*)?[ \t]*:?(?:\*\*)?[ \t]*/gm;
/** The word that the prompt's reply opens with says nothing. */
const OPENING = /^Analysis:?$/i;

/**
 * All of a sample's analysis in order: what comes before the first heading (the thinking of a reasoner), the sections, the
 * conclusion and the verification sentence. Together the parts hold every character but headings and space.
 */
export function analysisParts({ analysis, sections }: Pick<Sample, 'analysis' | 'sections'>): AnalysisPart[] {
  const parts: AnalysisPart[] = [];
  const add = (name: string | undefined, start: number, end: number): void => {
    const text = analysis.slice(start, end);
    const from = start + text.length - text.trimStart().length;
    const span = { start: from, end: Math.max(from, start + text.trimEnd().length) };
    if (name !== undefined) parts.push({ name, span });
    else if (span.end > span.start && !(start === 0 && OPENING.test(text.trim()))) parts.push({ span });
  };
  let at = 0;
  for (const { name, span } of sections) {
    const gap = analysis.slice(at, span.start);
    const heading = [...gap.matchAll(ANALYSIS_HEADING)].at(-1);
    add(undefined, at, at + (heading?.index ?? gap.length));
    add(name, span.start, span.end);
    at = span.end;
  }
  // What a reasoner says while it thinks concludes nothing.
  const answer = answerStart(analysis, false) ?? analysis.length;
  const endings = [...analysis.slice(at).matchAll(ENDING)].filter(({ index }) => at + index >= answer);
  add(undefined, at, at + (endings[0]?.index ?? analysis.length - at));
  endings.forEach((ending, index) => add(ending[1], at + ending.index + ending[0].length, at + (endings[index + 1]?.index ?? analysis.length - at)));
  return parts;
}

/** Those of the five aspects that an analysis with headings has none for; empty for one without any heading. */
export function missingAspects({ sections }: Pick<Sample, 'sections'>): string[] {
  return sections.length === 0 ? [] : SECTION_NAMES.filter((name) => !sections.some((section) => section.name === name));
}
