/** Longest text that is looked at, in characters. */
const LONGEST = 40;

/**
 * Whether a text is an answer without any reasoning: one word or number, such as `9`, `1,200`, `\frac{3}{4}`, `(B)` or `yes`.
 * An equation is reasoning, and a tag is markup. Of scripts without spaces nothing can be told so, and they are never taken for a bare answer.
 */
export function isBareAnswer(text: string): boolean {
  const word = text.trim();
  return word.length <= LONGEST && /^[\p{Script=Latin}\p{N}\p{P}\p{S}]+$/u.test(word) && !/[=<]/.test(word);
}
