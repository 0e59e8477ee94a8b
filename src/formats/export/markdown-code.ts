import { visibleText } from '../visible-text.ts';

/** A code fence that is longer than any run of backticks in the text. */
export function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, 1 + longestTicks(text)));
  return `${fence}text\n${visibleText(text.replace(/\r\n?/g, '\n'))}\n${fence}`;
}

/** A short text as code in a line. */
export function inline(text: string): string {
  const line = visibleText(text.replace(/\s+/g, ' ').trim());
  const tick = '`'.repeat(longestTicks(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return line === '' ? '–' : tick + pad + line + pad + tick;
}

function longestTicks(text: string): number {
  return [...text.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
}
