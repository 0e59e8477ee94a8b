import { t } from './l10n.ts';
const NAMESPACE = 'http://www.w3.org/2000/svg';
const WIDTH = 96;
const HEIGHT = 22;
/** Room left and right for half a dot. */
const INSET = 6;

/**
 * The samples of a step on a line from 0 to 1, with a tick at the threshold. A sample at or over it
 * is a filled dot, one under it a cross, so the shape says what the place says; samples on the same
 * spot are moved apart a little. `samples` are P(Yes), null for a sample without it.
 */
export function sampleStrip(samples: readonly (number | null)[], threshold: number): SVGSVGElement {
  const svg = make('svg', { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'strip' }) as SVGSVGElement;
  svg.setAttribute('aria-label', describe(samples));
  const middle = HEIGHT / 2;
  const at = (value: number): number => INSET + value * (WIDTH - 2 * INSET);
  svg.append(
    make('line', { class: 'axis', x1: at(0), x2: at(1), y1: middle, y2: middle }),
    make('line', { class: 'threshold', x1: at(threshold), x2: at(threshold), y1: 2, y2: HEIGHT - 2 }),
  );
  const taken = new Map<number, number>();
  for (const value of samples) {
    if (value === null) continue;
    const x = at(value);
    const spot = Math.round(x / 4);
    const before = taken.get(spot) ?? 0;
    taken.set(spot, before + 1);
    // 0, up, down, up twice …
    const away = Math.min(Math.ceil(before / 2) * 4, middle - 3);
    const y = middle + (before % 2 === 0 ? away : -away);
    svg.append(value < threshold ? cross(x, y) : make('circle', { class: 'yes', cx: x, cy: y, r: 2.8 }));
  }
  return svg;
}

function cross(x: number, y: number): SVGElement {
  const arm = 2.6;
  return make('path', { class: 'no', d: `M${x - arm} ${y - arm}L${x + arm} ${y + arm}M${x - arm} ${y + arm}L${x + arm} ${y - arm}` });
}

function describe(samples: readonly (number | null)[]): string {
  const values = samples.map((value) => (value === null ? t('none') : value.toFixed(2)));
  return values.length === 0 ? t('No samples') : t('P(Yes) of each sample: {0}', values.join(', '));
}

function make(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
