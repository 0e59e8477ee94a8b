import { STEP_NUMBER } from './list-marker.ts';

/** The word for a step, in the languages of the bundled models: what they were trained without. */
const WORD = '(?:step|schritt|étape|etape|paso|passo|hatua|步骤|步驟)';
const OWN_LABEL = new RegExp(`^(?:#{1,6}[ \\t]+)?(?:\\*\\*|__)?(?:${WORD}[ \\t]*\\d{1,6}[ \\t]*(?:：|[:.)](?=[\\s*_]|$))|\\d{1,6}[.)](?=[\\s*_]|$))(?:\\*\\*|__)?`, 'iu');
const HEADING = /^#{1,6}(?:[ \t]|$)/;
const RULE = /^(?:-[ \t]*){3,}$|^(?:\*[ \t]*){3,}$|^(?:_[ \t]*){3,}$/;
const BARE_STEP = new RegExp(`^${STEP_NUMBER}[ \\t]*[:：.)]?$`, 'iu');
const BOLD_STEP = new RegExp(`^\\*\\*${STEP_NUMBER}(?![\\p{L}\\p{N}])[^*]*\\*\\*[:：]?$`, 'iu');
/** Rules and bold titles are short; a line longer than this is text, and no pattern walks through it. */
const LONGEST_TITLE = 200;

/** A step's text, trimmed, without the number that it gives itself (`Step 3:`, `**Step 3:**`, `3.`). */
export function withoutStepMarker(text: string): string {
  return text.trim().replace(OWN_LABEL, '').trimStart();
}

/** True for an ATX heading line (trimmed), whatever it says. */
export function isHeading(line: string): boolean {
  return HEADING.test(line);
}

/** True for a horizontal rule (trimmed). */
export function isRule(line: string): boolean {
  return line.length <= LONGEST_TITLE && RULE.test(line);
}

/**
 * True for a trimmed line that only leads in what follows: a Markdown heading, a horizontal rule, or
 * a step's title alone (`Step 2:`, `**Step 2: Find the total**`). Such a line is no step of its own.
 */
export function isLeadIn(line: string): boolean {
  if (HEADING.test(line)) return true;
  if (line.length > LONGEST_TITLE) return false;
  return isRule(line) || BARE_STEP.test(line) || BOLD_STEP.test(line);
}
