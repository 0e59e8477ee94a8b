import { closingBrace } from './final-answer.ts';

/** Commands whose argument is what counts. */
const WRAPPERS = /\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|operatorname|mbox|boxed|fbox|bm|boldsymbol)\s*\{/;
/** Spelling of one and the same: no sign, digit or point is ever taken away. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/\\[dtc]frac(?![a-zA-Z])/g, '\\frac'],
  [/\\(?:left|right|bigl?|bigr?|Bigl?|Bigr?|displaystyle|textstyle|limits)(?![a-zA-Z])\.?/g, ''],
  [/(?<!\\)\\[,;:!> ]|\\q?quad(?![a-zA-Z])|~/g, ' '],
  [/\\(?:le|leq|leqslant)(?![a-zA-Z])/g, '≤'],
  [/\\(?:ge|geq|geqslant)(?![a-zA-Z])/g, '≥'],
  [/\\(?:ne|neq)(?![a-zA-Z])/g, '≠'],
  [/\\(?:cdot|times)(?![a-zA-Z])/g, '\\cdot '],
  [/\\(?:pi)(?![a-zA-Z])/g, 'π '],
  [/(?<![a-zA-Z\\])pi(?![a-zA-Z])/g, 'π '],
  [/(?<![a-zA-Z\\])sqrt ?\(([^()]*)\)/g, '\\sqrt{$1}'],
  [/([_^])\{([0-9a-zA-Z])\}/g, '$1$2'],
  [/\\infty(?![a-zA-Z])|(?<![a-zA-Z\\])infinity(?![a-zA-Z])/g, '∞'],
  [/\\cup(?![a-zA-Z])/g, '∪'],
  [/\\pm(?![a-zA-Z])/g, '±'],
  [/\\lbrace|\\\{/g, '\\{'],
  [/\\rbrace|\\\}/g, '\\}'],
  [/[−–—]/g, '-'],
  [/[，]/g, ','],
  [/[（]/g, '('],
  [/[）]/g, ')'],
  [/\\%|％/g, '%'],
  [/\\\$|＄/g, '$'],
  [/\^\s*\{?\s*\\circ\s*\}?|\\degree(?![a-zA-Z])/g, '°'],
];

/**
 * One spelling of an answer: wrappers such as `\text{…}` opened, `\dfrac` as `\frac`, `\frac12` as `\frac{1}{2}`, dollar
 * signs around it and a point after it gone, spaces single.
 */
export function plainLatex(answer: string): string {
  let text = answer.trim();
  text = /^\$\$([^]*)\$\$$/.exec(text)?.[1] ?? /^\$([^$]*)\$$/.exec(text)?.[1] ?? /^\\\(([^]*)\\\)$/.exec(text)?.[1] ?? /^\\\[([^]*)\\\]$/.exec(text)?.[1] ?? text;
  for (const [pattern, to] of SPELLINGS) text = text.replace(pattern, to);
  text = withoutWrappers(text);
  text = text.replace(/\\(frac|sqrt)\s*([0-9a-zA-Z])/g, '\\$1{$2}').replace(/\\frac(\{[^{}]*\})\s*([0-9a-zA-Z])/g, '\\frac$1{$2}');
  return text.replace(/\s+/g, ' ').trim().replace(/(?<=[^.])\.$/, '').trim();
}

function withoutWrappers(text: string): string {
  let rest = text;
  for (let match = WRAPPERS.exec(rest); match !== null; match = WRAPPERS.exec(rest)) {
    const start = match.index + match[0].length;
    const end = closingBrace(rest, start);
    if (end === undefined) return rest;
    rest = `${rest.slice(0, match.index)} ${rest.slice(start, end).trim()} ${rest.slice(end + 1)}`;
  }
  return rest;
}
