import type { AttentionMatrix, AttentionUnit } from './matrix.ts';

/** What a colour says. `steps` colours on each side of the middle. */
export interface HeatScale {
  /** From -1 to 1: how strong the colour of a value is, and on which side. */
  readonly strength: (value: number) => number;
  /** Numbers of the legend, from one end to the other. */
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
  /** A number in a few characters. */
  readonly text: (value: number) => string;
}

/** Quotients further from 1 have the colour of the end. */
const MOST_DOUBLINGS = 3;

/** The scale of matrices that are looked at together: 0 to the largest share, or 1/8 to 8 times uniform by doublings. */
export function attentionScale(unit: AttentionUnit, matrices: readonly AttentionMatrix[]): HeatScale {
  if (unit === 'uniform') {
    const strength = (value: number): number => Math.max(-1, Math.min(1, Math.log2(value) / MOST_DOUBLINGS));
    const ticks = [['≤1/8', 1 / 8], ['1/4', 1 / 4], ['1/2', 1 / 2], ['1', 1], ['2', 2], ['4', 4], ['≥8', 8]] as const;
    return { strength, ticks: ticks.map(([text, value]) => ({ value, text })), text: quotientText };
  }
  const most = largest(matrices);
  return { strength: (value) => value / most, ticks: ticksAt([0, most / 4, most / 2, (3 * most) / 4, most], shareText), text: shareText };
}

/** The scale of a difference: as far on both sides of 0 as the largest change. */
export function differenceScale(unit: AttentionUnit, matrix: AttentionMatrix): HeatScale {
  const most = largest([matrix]);
  const text = (value: number): string => signed(value, unit === 'share' ? shareText : quotientText);
  return { strength: (value) => value / most, ticks: ticksAt([-most, -most / 2, 0, most / 2, most], text), text };
}

function ticksAt(values: readonly number[], text: (value: number) => string): HeatScale['ticks'] {
  return values.map((value) => ({ value, text: text(value) }));
}

/** Three decimals without the zero before the point: shares are from 0 to 1. An exact 0 is `0`. */
export function shareText(value: number): string {
  if (value === 0) return '0';
  return value.toFixed(3).replace(/^0\./, '.');
}

export function quotientText(value: number): string {
  return value === 0 ? '0' : value < 10 ? value.toFixed(2) : value.toFixed(1);
}

/** With a sign that is not a hyphen. */
export function signed(value: number, text: (value: number) => string): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${text(Math.abs(value))}`;
}

function largest(matrices: readonly AttentionMatrix[]): number {
  const most = matrices.flat(2).reduce<number>((top, value) => Math.max(top, Math.abs(value ?? 0)), 0);
  // All is 0 where nothing changed: any scale shows it.
  return most === 0 ? 1 : most;
}
