/** A number without rounding: numerator over a positive denominator, in lowest terms. */
export interface ExactNumber {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Longer ones are no answers, and would take long to compute with. */
const MOST_DIGITS = 400;
const DECIMAL = '[+-]?(?:\\d{1,3}(?:,\\d{3})+|\\d+)?(?:\\.\\d+)?';
const PLAIN = new RegExp(`^(${DECIMAL})$`);
const SCIENTIFIC = new RegExp(`^(${DECIMAL}) ?(?:\\\\cdot ?|x ?|\\* ?|e)(?:10\\^\\{? ?)?([+-]?\\d{1,3})\\}?$`, 'i');
const SLASH = new RegExp(`^(${DECIMAL}) ?/ ?(${DECIMAL})$`);
const FRACTION = new RegExp(`^([+-]?) ?\\\\frac ?\\{ ?(${DECIMAL}) ?\\} ?\\{ ?(${DECIMAL}) ?\\}$`);
const MIXED = /^([+-]?) ?(\d+) ?(?:\\frac ?\{ ?(\d+) ?\} ?\{ ?(\d+) ?\}|(?<= )(\d+) ?\/ ?(\d+))$/;

/** Reads `-1,234.50`, `3/4`, `\frac{3}{4}`, `1\frac{1}{2}`, `1 1/2`, `3 \cdot 10^{5}` and Chinese numerals; undefined for anything else. */
export function exactNumber(text: string): ExactNumber | undefined {
  if (text.length > MOST_DIGITS || !/\d|[零〇一二两三四五六七八九十百千万亿]/.test(text)) return undefined;
  const plain = PLAIN.exec(text);
  if (plain) return decimal(plain[1] ?? '');
  const mixed = MIXED.exec(text);
  if (mixed) {
    const [, sign, whole = '', top = mixed[5] ?? '', bottom = mixed[6] ?? ''] = mixed;
    const part = divided(decimal(top), decimal(bottom));
    const sum = part && lowest(BigInt(whole) * part.bottom + part.top, part.bottom);
    return sum && (sign === '-' ? { top: -sum.top, bottom: sum.bottom } : sum);
  }
  const fraction = FRACTION.exec(text);
  if (fraction) {
    const value = divided(decimal(fraction[2] ?? ''), decimal(fraction[3] ?? ''));
    return value && (fraction[1] === '-' ? { top: -value.top, bottom: value.bottom } : value);
  }
  const slash = SLASH.exec(text);
  if (slash) return divided(decimal(slash[1] ?? ''), decimal(slash[2] ?? ''));
  const scientific = SCIENTIFIC.exec(text);
  if (scientific && (/10\^/.test(text) || /e/i.test(text))) return timesPower(decimal(scientific[1] ?? ''), Number(scientific[2]));
  return chineseNumber(text);
}

export function equalNumbers(a: ExactNumber, b: ExactNumber): boolean {
  return a.top === b.top && a.bottom === b.bottom;
}

export function scaledNumber({ top, bottom }: ExactNumber, numerator: bigint, denominator: bigint): ExactNumber {
  return lowest(top * numerator, bottom * denominator);
}

function decimal(text: string): ExactNumber | undefined {
  if (!/\d/.test(text)) return undefined;
  const [whole = '', digits = ''] = text.replaceAll(',', '').replace('+', '').split('.');
  const magnitude = BigInt(`${whole.replace('-', '') || '0'}${digits}`);
  return lowest(whole.startsWith('-') ? -magnitude : magnitude, 10n ** BigInt(digits.length));
}

function divided(a: ExactNumber | undefined, b: ExactNumber | undefined): ExactNumber | undefined {
  return a && b && b.top !== 0n ? lowest(a.top * b.bottom, a.bottom * b.top) : undefined;
}

function timesPower(value: ExactNumber | undefined, power: number): ExactNumber | undefined {
  const factor = 10n ** BigInt(Math.abs(power));
  return value && (power < 0 ? lowest(value.top, value.bottom * factor) : lowest(value.top * factor, value.bottom));
}

function lowest(top: bigint, bottom: bigint): ExactNumber {
  let [a, b] = [top < 0n ? -top : top, bottom < 0n ? -bottom : bottom];
  while (b !== 0n) [a, b] = [b, a % b];
  const sign = bottom < 0n ? -1n : 1n;
  return a === 0n ? { top: 0n, bottom: 1n } : { top: (sign * top) / a, bottom: (sign * bottom) / a };
}

const CHINESE_DIGITS: Readonly<Record<string, number>> = { 零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 };
const CHINESE_UNITS: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000 };
const CHINESE_GROUPS: Readonly<Record<string, number>> = { 万: 1e4, 亿: 1e8 };

/** 二十三, 一千零五, 三万: whole numbers as they are said. */
function chineseNumber(text: string): ExactNumber | undefined {
  const negative = text.startsWith('负');
  const signs = Array.from(negative ? text.slice(1) : text);
  // 一万二 is said for 12,000 as well as for 10,002.
  if (signs.length === 0 || /[百千万亿][一二两三四五六七八九]$/.test(text)) return undefined;
  let [total, group, digit] = [0, 0, -1];
  for (const sign of signs) {
    const [value, unit, large] = [CHINESE_DIGITS[sign], CHINESE_UNITS[sign], CHINESE_GROUPS[sign]];
    if (value !== undefined) {
      if (digit > 0) return undefined;
      digit = value;
    } else if (unit !== undefined) {
      group += (digit < 0 ? 1 : digit) * unit;
      digit = -1;
    } else if (large !== undefined) {
      total = (total + group + Math.max(0, digit)) * large;
      [group, digit] = [0, -1];
    } else return undefined;
  }
  const value = BigInt(total + group + Math.max(0, digit));
  return { top: negative ? -value : value, bottom: 1n };
}
