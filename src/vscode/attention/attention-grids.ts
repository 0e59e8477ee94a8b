import * as vscode from 'vscode';
import { attentionCells, type CellNumbers } from '../../core/attention/cells.ts';
import { heatPicture, type HeatMap } from '../../core/attention/heat-map.ts';
import { attentionScale, differenceScale, quotientText, shareText, signed } from '../../core/attention/heat-scale.ts';
import { attentionDifference, attentionMatrix } from '../../core/attention/matrix.ts';
import type { AttentionReading } from '../../core/attention/read-attention.ts';
import type { AttentionCell, AttentionGridView, AttentionMapView } from '../../protocol/attention-view.ts';
import type { AttentionData, AttentionState } from './attention-session.ts';
import { groupName, headsText, tokenText, unitText } from './attention-words.ts';

/** A matrix with its names, once plain and once with parts hidden. */
export interface NamedReadings {
  /** The columns are all of the text, so that a row sums to 1. */
  readonly whole: boolean;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Tokens of each row and column. */
  readonly rowTokens: readonly number[];
  readonly columnTokens: readonly number[];
  readonly plain: AttentionReading;
  readonly hidden: AttentionReading | undefined;
}

type Shown = Pick<AttentionState, 'heads' | 'unit'>;

export function partReadings({ plain, hidden }: AttentionData): NamedReadings {
  const names = plain.groups.map(groupName);
  const tokens = plain.groups.map((group) => group.tokens);
  return { whole: true, rows: names, columns: names, rowTokens: tokens, columnTokens: tokens, plain, hidden: hidden?.reading };
}

export function tokenReadings({ text, pair }: AttentionData): NamedReadings | undefined {
  if (pair === undefined) return undefined;
  const names = (spans: typeof pair.plain.rowTokens): string[] => spans.map(({ start, end }) => tokenText(text.text.slice(start, end)));
  const one = (all: readonly unknown[]): number[] => all.map(() => 1);
  const [rows, columns] = [names(pair.plain.rowTokens), names(pair.plain.columnTokens)];
  return { whole: false, rows, columns, rowTokens: one(rows), columnTokens: one(columns), plain: pair.plain, hidden: pair.hidden };
}

export function partGrid(data: AttentionData, shown: Shown): AttentionGridView {
  const { groups } = data.plain;
  const together = Math.max(...groups.map(({ steps }) => (steps === undefined ? 1 : steps.end - steps.first)));
  const note = together > 1 ? vscode.l10n.t('There are too many steps to tell apart in a picture: {0} at a time are taken together.', together) : undefined;
  return gridOf(undefined, note, partReadings(data), data, shown);
}

export function tokenGrid(data: AttentionData, shown: Shown): AttentionGridView | undefined {
  const readings = tokenReadings(data);
  const { pair } = data;
  if (readings === undefined || pair === undefined) return undefined;
  const [row, column] = [pair.row, pair.column].map((index) => groupName(data.plain.groups[index] ?? { kind: 'between', tokens: 0 }));
  const { rows, columns } = pair.plain.left;
  const note = rows + columns === 0 ? undefined : vscode.l10n.t('Only the first tokens are shown: {0} of {1} and {2} of {3} are left out.', rows, row ?? '', columns, column ?? '');
  return gridOf(vscode.l10n.t('Tokens: {0} → {1}', row ?? '', column ?? ''), note, readings, data, shown);
}

function gridOf(title: string | undefined, note: string | undefined, readings: NamedReadings, data: AttentionData, shown: Shown): AttentionGridView {
  const { rows, columns } = readings;
  return { title, note, rows, columns, maps: attentionMaps(readings, data, shown).map(viewOf), cells: attentionCells(readings.plain, readings.hidden, shown.heads).map((cell) => describeCell(cell, readings)) };
}

function viewOf(map: HeatMap): AttentionMapView {
  return { name: map.name, description: map.description, picture: heatPicture(map) };
}

/** One run, or the plain one, the one with parts hidden and what that changed. Each says what it was made of. */
export function attentionMaps({ whole, rows, columns, plain, hidden }: NamedReadings, data: AttentionData, { heads, unit }: Shown): HeatMap[] {
  const first = attentionMatrix(plain, heads, unit);
  const legend = unit === 'share' ? vscode.l10n.t('share of attention') : vscode.l10n.t('times uniform attention');
  const made = `${data.info.name}, ${vscode.l10n.t('{0} tokens', data.plain.tokens)}, ${headsText(plain, heads)}, ${whole ? unitText(unit) : legend}. ${vscode.l10n.t('Attention is not explanation.')}`;
  const blank = { rows, columns, hidden: () => false };
  if (hidden === undefined || data.hidden === undefined) return [{ ...blank, name: vscode.l10n.t('Nothing hidden'), description: made, values: first, scale: { ...attentionScale(unit, [first]), name: legend } }];
  const second = attentionMatrix(hidden, heads, unit, plain);
  const change = unit === 'share' ? vscode.l10n.t('change of the share') : vscode.l10n.t('change in times uniform');
  const difference = attentionDifference(first, second);
  const scale = { ...attentionScale(unit, [first, second]), name: legend };
  const crossed = (row: number, column: number): boolean => (plain.uniform[row]?.[column] ?? 0) > 0 && hidden.uniform[row]?.[column] === 0;
  const count = data.hidden.reading.hidden.reduce((sum, some) => sum + some, 0);
  const masked = `${made} ${vscode.l10n.t('{0} tokens are hidden by an attention mask in all layers.', count)}`;
  return [
    { ...blank, name: vscode.l10n.t('Nothing hidden'), description: made, values: first, scale },
    { ...blank, name: vscode.l10n.t('Hidden: {0}', data.hidden.name), description: masked, values: second, scale, hidden: crossed },
    { ...blank, name: vscode.l10n.t('Difference: hidden minus plain'), description: masked, values: difference, scale: { ...differenceScale(unit, difference), name: change }, hidden: crossed },
  ];
}

function describeCell(cell: CellNumbers, { rows, columns, rowTokens, columnTokens, hidden }: NamedReadings): AttentionCell {
  const { row, column, share, times, hiddenShare, hiddenTimes } = cell;
  const [from, to] = [rows[row] ?? '', columns[column] ?? ''];
  const counts = `${rowTokens[row] ?? 0} × ${columnTokens[column] ?? 0}`;
  const number = (value: number | undefined, text: (value: number) => string): string => (value === undefined ? '–' : text(value));
  const change = hiddenShare === undefined ? undefined : hiddenShare - share;
  const plainText = vscode.l10n.t('{0} → {1}: share {2}, {3} times uniform, {4} tokens', from, to, shareText(share), number(times, quotientText), counts);
  if (hidden === undefined) return { row, column, cells: { from, to, tokens: counts, share: shareText(share), times: number(times, quotientText) }, text: `${plainText}.` };
  const cells = {
    from,
    to,
    tokens: counts,
    share: shareText(share),
    times: number(times, quotientText),
    hiddenShare: number(hiddenShare, shareText),
    hiddenTimes: number(hiddenTimes, quotientText),
    change: number(change, (value) => signed(value, shareText)),
  };
  return { row, column, cells, text: vscode.l10n.t('{0}; with parts hidden share {1}, {2} times uniform, change {3}.', plainText, cells.hiddenShare, cells.hiddenTimes, cells.change) };
}
