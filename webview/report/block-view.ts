import type { Chart } from '../../src/core/picture/chart.ts';
import type { Block } from '../../src/core/report/block.ts';
import { chartFigure } from '../components/chart-figure.ts';
import { keepPlace } from '../components/keep-place.ts';
import { createTableView, isSameTable } from './table-view.ts';

interface BlockView {
  readonly element: HTMLElement;
  /** Shows another block in its place; false where it cannot, and a new view has to be made. */
  update(block: Block): boolean;
}

interface ShownBlock {
  readonly view: BlockView;
  /** The block as it is shown. */
  readonly said: string;
}

/**
 * The blocks of a report. Those that have not changed stay as they are, with their focus, filters and what is unfolded, also
 * where a block before them comes or goes.
 */
export function createBlockList(onOpen: (ref: string) => void): { readonly element: HTMLElement; update(blocks: readonly Block[]): void } {
  const element = document.createElement('div');
  let views: readonly ShownBlock[] = [];
  return {
    element,
    update(blocks) {
      const left = [...views];
      views = blocks.map((block) => {
        const said = JSON.stringify(block);
        const same = left.findIndex((shown) => shown.said === said);
        const at = same >= 0 ? same : left.findIndex(({ view }) => view.update(block));
        const [known] = at < 0 ? [] : left.splice(at, 1);
        return { view: known?.view ?? createBlockView(block, onOpen), said };
      });
      left.forEach(({ view }) => view.element.remove());
      // What stands where it belongs is not moved: it would lose its focus.
      views.forEach(({ view }, index) => {
        const there = element.children.item(index);
        if (there !== view.element) element.insertBefore(view.element, there);
      });
    },
  };
}

function createBlockView(block: Block, onOpen: (ref: string) => void): BlockView {
  if (block.kind === 'table') return tableBlock(block, onOpen);
  if (block.kind === 'chart') return chartBlock(block.chart, onOpen);
  return { element: textBlock(block), update: () => false };
}

function textBlock(block: Exclude<Block, { kind: 'table' | 'chart' }>): HTMLElement {
  if (block.kind === 'list') {
    const list = document.createElement('ul');
    list.append(...block.items.map((item) => textElement('li', item)));
    return list;
  }
  const element = textElement(block.kind === 'heading' ? `h${block.level}` : 'p', block.text);
  if (block.kind === 'warning') {
    element.className = 'warning';
    element.setAttribute('role', 'note');
  }
  return element;
}

function textElement(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function tableBlock(block: Extract<Block, { kind: 'table' }>, onOpen: (ref: string) => void): BlockView {
  let { table } = block;
  const view = createTableView(table, onOpen);
  return {
    element: view.element,
    update(next) {
      if (next.kind !== 'table' || !isSameTable(table, next.table)) return false;
      table = next.table;
      view.update(table);
      return true;
    },
  };
}

/** A picture with its words, and its numbers as a table, which stays unfolded. */
function chartBlock(first: Chart, onOpen: (ref: string) => void): BlockView {
  const element = document.createElement('div');
  const update = (chart: Chart): void => keepPlace(element, () => element.replaceChildren(chartFigure(chart, 'report', onOpen)));
  update(first);
  return {
    element,
    update(next) {
      if (next.kind !== 'chart' || next.chart.id !== first.id) return false;
      update(next.chart);
      return true;
    },
  };
}
