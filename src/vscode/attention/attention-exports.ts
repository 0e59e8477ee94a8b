import Papa from 'papaparse';
import * as vscode from 'vscode';
import { attentionCells } from '../../core/attention/cells.ts';
import { heatPicture, heatSvg, HEAT_STYLE } from '../../core/attention/heat-map.ts';
import { svg, svgText, type SvgNode } from '../../core/picture/svg.ts';
import { ok } from '../../core/result.ts';
import { exportFile, type ExportForm } from '../runs/export-file.ts';
import { attentionMaps, partReadings, tokenReadings, type NamedReadings } from './attention-grids.ts';
import type { AttentionData, AttentionState } from './attention-session.ts';
import { attentionFacts, attentionNotes } from './attention-snapshot.ts';

type Exported = Pick<AttentionState, 'heads' | 'unit'> & { readonly data: AttentionData; readonly name: string };

const attentionForms = (state: Exported): readonly ExportForm[] => [
  { title: vscode.l10n.t('CSV: a row a cell, of the layer and head that are shown'), extension: 'csv', write: () => ok(csv(state)) },
  { title: vscode.l10n.t('JSON: all layers and heads'), extension: 'json', write: () => ok(json(state)) },
  { title: vscode.l10n.t('SVG: the pictures'), extension: 'svg', write: () => ok(picture(state)) },
];

/** Writes what is shown to a file. Asks for the form and the file, unless they are given. */
export async function exportAttention({ view, data, heads, unit }: AttentionState, form?: unknown, file?: unknown): Promise<void> {
  if (view === undefined || data === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no attention to export: run Stepscope: Show Attention on a trace first.'));
    return;
  }
  const { name } = view.open;
  await exportFile(vscode.l10n.t('Attention of {0}', name), attentionForms({ data, heads, unit, name }), form, file);
}

/** Empty cells are numbers that there are none of. Layers and heads are counted from 1; empty: the mean. */
function csv({ data, heads }: Exported): string {
  const made = { model: data.info.name, model_hash: data.info.hash, layer: heads.layer === undefined ? '' : heads.layer + 1, head: heads.head === undefined ? '' : heads.head + 1, hidden: data.hidden?.name ?? '' };
  const of = (grid: string, readings: NamedReadings | undefined): object[] =>
    readings === undefined
      ? []
      : attentionCells(readings.plain, readings.hidden, heads).map(({ row, column, share, uniform, times, hiddenShare, hiddenUniform, hiddenTimes }) => ({
          grid,
          from: readings.rows[row],
          to: readings.columns[column],
          from_tokens: readings.rowTokens[row],
          to_tokens: readings.columnTokens[column],
          share,
          uniform_share: uniform,
          times_uniform: times ?? '',
          hidden_share: hiddenShare ?? '',
          hidden_uniform_share: hiddenUniform ?? '',
          hidden_times_uniform: hiddenTimes ?? '',
          ...made,
        }));
  // Tokens of a trace may begin as a formula does.
  return Papa.unparse([...of('parts', partReadings(data)), ...of('tokens', tokenReadings(data))], { newline: '\n', escapeFormulae: true });
}

function json(state: Exported): string {
  const { data, name } = state;
  const numbers = ({ plain, hidden, rows, columns }: NamedReadings): object => ({
    rows,
    columns,
    uniform: plain.uniform,
    // [layer][head][row][column]
    share: nested(plain),
    ...(hidden && { hiddenUniform: hidden.uniform, hiddenShare: nested(hidden) }),
  });
  const tokens = tokenReadings(data);
  const all = {
    trace: name,
    model: data.info,
    role: data.role,
    tokens: data.plain.tokens,
    groups: data.plain.groups,
    ...(data.hidden && { hidden: { plan: data.hidden.name, parts: data.hidden.parts, tokens: data.hidden.reading.hidden } }),
    notes: attentionNotes(data, state),
    parts: numbers(partReadings(data)),
    ...(tokens && { pair: numbers(tokens) }),
  };
  return `${JSON.stringify(all)}\n`;
}

function nested({ layers, heads, rows, columns, means }: NamedReadings['plain']): number[][][][] {
  const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
  return range(layers).map((layer) => range(heads).map((head) => range(rows).map((row) => [...means.subarray((((layer * heads + head) * rows) + row) * columns, (((layer * heads + head) * rows) + row + 1) * columns)])));
}

/** In the colours of paper, or of a dark page. */
const PAPER = `:root { --heat-ink: #1f2328; --heat-quiet: #59636e; --heat-more: #0969da; --heat-less: #bc4c00; } .paper { fill: #fff; }`;
const LINE = 16;

/** The pictures one below the other, each with what it was made of. */
function picture(state: Exported): string {
  const { data, name } = state;
  const tokens = tokenReadings(data);
  const maps = [partReadings(data), ...(tokens === undefined ? [] : [tokens])].flatMap((readings) => attentionMaps(readings, data, state));
  const captions = attentionFacts(data, state).map(({ name: fact, value }) => `${fact}: ${value}`);
  const lines = [name, ...captions, ...attentionNotes(data, state)];
  let y = LINE;
  const nodes: SvgNode[] = lines.map((line) => textLine(line, (y += LINE)));
  let width = 900;
  for (const map of maps) {
    y += 2 * LINE;
    nodes.push(textLine(map.name, y));
    const drawn = heatPicture(map);
    nodes.push(svg('g', { transform: `translate(0 ${y})` }, heatSvg(drawn, map)));
    width = Math.max(width, drawn.width);
    y += drawn.height;
  }
  const longest = Math.max(...lines.map((line) => line.length));
  return svgText(svg('svg', { class: 'heat', xmlns: 'http://www.w3.org/2000/svg', width: Math.max(width, 6.2 * longest + 20), height: y + LINE }, svg('style', {}, PAPER + HEAT_STYLE), svg('rect', { class: 'paper', width: '100%', height: '100%' }), ...nodes));
}

function textLine(text: string, y: number): SvgNode {
  return svg('text', { x: 10, y }, text);
}
