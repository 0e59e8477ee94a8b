import { PLAN_COLUMNS, type MaskingSnapshot } from '../../src/protocol/masking-view.ts';
import { t } from '../components/l10n.ts';
import { scrollRegion } from '../components/scroll-region.ts';

/** The numbers of the trace and of each plan as a table, and the exact tokens that each plan has hidden. */
export function createPlansView(): { readonly element: HTMLElement; update(snapshot: MaskingSnapshot): void } {
  const element = document.createElement('div');
  const scroll = scrollRegion('scroll', t('Plans and their results'));
  const table = document.createElement('table');
  table.className = 'plans';
  scroll.append(table);
  const hidden = document.createElement('div');
  element.append(scroll, hidden);
  let drawn = '';

  return {
    element,
    update({ results, cells }) {
      const now = JSON.stringify([results, cells]);
      if (now === drawn) return;
      drawn = now;
      element.hidden = results.length === 0;
      table.replaceChildren(line('th', [t('Plan, n = 1'), ...PLAN_COLUMNS.map((name) => TITLES[name])]), line('td', [t('Original'), ...cells]), ...results.map(({ label, cells: own, message = '' }) => resultLine(label, own, message)));
      const open = new Set([...hidden.querySelectorAll('details[open]')].map((one) => one.id));
      hidden.replaceChildren(...results.flatMap(({ label, hidden: tokens, hiddenNote, state }, index) => (state === 'done' ? [tokenList(`hidden-${index}`, label, hiddenNote, tokens ?? [], open)] : [])));
    },
  };
}

const TITLES: Readonly<Record<(typeof PLAN_COLUMNS)[number], string>> = {
  tokens: t('Tokens'),
  r: 'r',
  reflections: t('Reflections'),
  answer: t('Answer'),
  changed: t('Changed'),
  first: t('First difference'),
  hidden: t('Tokens hidden'),
};

function resultLine(label: string, cells: readonly string[], message: string): HTMLElement {
  if (cells.length > 0) {
    const made = line('td', [label, ...cells]);
    if (message !== '') made.lastElementChild?.append(` ${message}`);
    return made;
  }
  const made = line('td', [label, message]);
  const said = made.lastElementChild;
  if (said instanceof HTMLTableCellElement) said.colSpan = PLAN_COLUMNS.length;
  return made;
}

function line(tag: 'th' | 'td', texts: readonly string[]): HTMLTableRowElement {
  const row = document.createElement('tr');
  texts.forEach((text, at) => {
    const cell = document.createElement(at === 0 ? 'th' : tag);
    cell.scope = tag === 'th' ? 'col' : at === 0 ? 'row' : '';
    cell.textContent = text;
    row.append(cell);
  });
  return row;
}

/** More chips than this hold up the page; the log has all. */
const MOST_TOKENS = 2000;

function tokenList(id: string, label: string, note: string, tokens: readonly { readonly position: number; readonly text: string }[], open: ReadonlySet<string>): HTMLElement {
  const details = document.createElement('details');
  details.id = id;
  details.open = open.has(id);
  const summary = document.createElement('summary');
  summary.textContent = t('Effective mask of: {0}', label);
  const about = document.createElement('p');
  about.className = 'quiet';
  about.textContent = tokens.length > MOST_TOKENS ? `${note} ${t('The first {0} are shown; the log has all.', MOST_TOKENS)}` : note;
  const list = document.createElement('ol');
  list.className = 'tokens';
  list.append(
    ...tokens.slice(0, MOST_TOKENS).map(({ position, text }) => {
      const item = document.createElement('li');
      const at = document.createElement('span');
      at.className = 'position';
      at.textContent = String(position);
      const code = document.createElement('code');
      // White space is a token's own: a space is drawn as editors draw it, a line feed as \n.
      code.textContent = JSON.stringify(text).slice(1, -1).replaceAll(' ', '·');
      item.append(at, code);
      return item;
    }),
  );
  details.append(summary, about, list);
  return details;
}
