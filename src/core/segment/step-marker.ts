/** How a step announces itself at the beginning of a line. */
export interface StepMarker {
  /** `Step 3:`, `**Step 3**`, `### Step 3` are `step`; `3.` and `3)` are `list`. */
  readonly style: 'step' | 'list';
  readonly number: number;
}

/** The word for a step, in the languages of the bundled models. */
const WORD = '(?:step|schritt|étape|etape|paso|passo|hatua|步骤|步驟)';
const PLAIN_STEP = new RegExp(`^${WORD}[ \\t]*(\\d{1,6})[ \\t]*(?:[:：.)–—-]|$)`, 'iu');
const DECORATED_STEP = new RegExp(`^(?:#{1,6}[ \\t]+)?(?:\\*\\*|__)?${WORD}[ \\t]*(\\d{1,6})(?![\\p{L}\\p{N}])`, 'iu');
const OWN_LABEL = new RegExp(`^(?:#{1,6}[ \\t]+)?(?:\\*\\*|__)?(?:${WORD}[ \\t]*\\d{1,6}[ \\t]*(?:：|[:.)](?=[\\s*_]|$))|\\d{1,6}[.)](?=[\\s*_]|$))(?:\\*\\*|__)?`, 'iu');
const LIST_ITEM = /^(\d{1,6})[.)](?=\s|$)/;
const HEADING = /^#{1,6}(?:[ \t]|$)/;
const RULE = /^(?:-[ \t]*){3,}$|^(?:\*[ \t]*){3,}$|^(?:_[ \t]*){3,}$/;
const BARE_STEP = new RegExp(`^${WORD}[ \\t]*\\d{1,6}[ \\t]*[:：.)]?$`, 'iu');
const BOLD_STEP = new RegExp(`^\\*\\*${WORD}[ \\t]*\\d{1,6}(?![\\p{L}\\p{N}])[^*]*\\*\\*[:：]?$`, 'iu');
/** Rules and bold titles are short; a line longer than this is text, and no pattern walks through it. */
const LONGEST_TITLE = 200;

/** Reads the marker at the beginning of a trimmed line. Prose such as `Step 3 shows that` has none. */
export function stepMarker(line: string): StepMarker | undefined {
  const decorated = line.startsWith('#') || line.startsWith('**') || line.startsWith('__');
  const step = (decorated ? DECORATED_STEP : PLAIN_STEP).exec(line)?.[1];
  if (step !== undefined) return { style: 'step', number: Number(step) };
  const item = LIST_ITEM.exec(line)?.[1];
  return item === undefined ? undefined : { style: 'list', number: Number(item) };
}

/** A step's text, trimmed, without the number that it gives itself (`Step 3:`, `**Step 3:**`, `3.`). */
export function withoutStepMarker(text: string): string {
  return text.trim().replace(OWN_LABEL, '').trimStart();
}

/** True for an ATX heading line (trimmed), whatever it says. */
export function isHeading(line: string): boolean {
  return HEADING.test(line);
}

/**
 * True for a trimmed line that only leads in what follows: a Markdown heading, a horizontal rule, or
 * a step's title alone (`Step 2:`, `**Step 2: Find the total**`). Such a line is no step of its own.
 */
export function isLeadIn(line: string): boolean {
  if (HEADING.test(line)) return true;
  if (line.length > LONGEST_TITLE) return false;
  return RULE.test(line) || BARE_STEP.test(line) || BOLD_STEP.test(line);
}
