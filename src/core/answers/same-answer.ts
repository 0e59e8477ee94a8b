/** Whether two answers are the same: as text without surrounding space, or as decimal numbers. */
export function sameAnswer(given: string, gold: string): boolean {
  const [a, b] = [given.trim(), gold.trim()];
  if (a === b) return true;
  const [x, y] = [decimal(a), decimal(b)];
  return x !== undefined && x === y;
}

/** The value of a plain decimal number, thousands separators allowed; undefined for anything else. */
export function decimal(text: string): number | undefined {
  if (!/^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(text)) return undefined;
  return Number(text.replaceAll(',', ''));
}
