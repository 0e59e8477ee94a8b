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

/**
 * The blocks of a report. Those that have not changed, and tables and charts that only say more, stay as they are, with their
 * focus, filters and what is unfolded, also where others come before them: pictures come to a report once there are rows enough.
 */
export function createBlockList(onOpen: (ref: string) => void): { readonly element: HTMLElement; update(blocks: readonly Block[]): void } {
  const element = document.createElement('div');
  let views: { readonly view: BlockView; said: string }[] = [];
  return {
    element,
    update(blocks) {
      const left = views;
      views = blocks.map((block) => {
        const said = JSON.stringify(block);
        // Blocks keep their order. What is passed over has gone.
        const at = left.findIndex((known) => known.said === said || known.view.update(block));
        const [known] = at < 0 ? [] : left.splice(0, at + 1).slice(at);
        return known === undefined ? { view: createBlockView(block, onOpen), said } : Object.assign(known, { said });
      });
      const stay = new Set(views.map(({ view }) => view.element));
      for (const child of [...element.children]) if (!stay.has(child as HTMLElement)) child.remove();
      // An element that stays is never moved: that would take its focus and its place.
      views.forEach(({ view }, index) => {
        if (element.children[index] !== view.element) element.insertBefore(view.element, element.children[index] ?? null);
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
