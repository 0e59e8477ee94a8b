import * as vscode from 'vscode';
import type { HideChoice } from '../../core/attention/hide.ts';
import { ATTENTION_UNITS } from '../../core/attention/matrix.ts';
import type { Span } from '../../core/trace/trace.ts';
import type { AttentionChoiceName, AttentionChoiceView } from '../../protocol/attention-view.ts';
import type { ModelRole } from '../model-role.ts';
import type { AttentionState } from './attention-session.ts';
import { unitText } from './attention-words.ts';

export const ATTENTION_ROLES: readonly ModelRole['name'][] = ['policy', 'verifier'];

/** What can be hidden; `selection` is what is selected in the document when it is chosen. */
type HideItem = { readonly kind: 'nothing' | 'question' | 'numbers' | 'system' | 'selection' } | { readonly kind: 'step'; readonly index: number };

/** The lists of the panel, with what is chosen. `models` names the model of each role. */
export function attentionChoices(state: AttentionState, models: readonly string[]): AttentionChoiceView[] {
  const { view, data, heads, unit, hide, role } = state;
  const steps = view?.open.steps.length ?? 0;
  const numbered = (count: number, name: (number: number) => string): string[] => Array.from({ length: count }, (_, index) => name(index + 1));
  const off = data === undefined;
  const items = hideItems(state);
  return [
    { name: 'model', label: vscode.l10n.t('Model'), names: models, chosen: ATTENTION_ROLES.indexOf(role), off: view === undefined },
    { name: 'layer', label: vscode.l10n.t('Layer'), names: [vscode.l10n.t('mean of all'), ...numbered(data?.plain.layers ?? 0, String)], chosen: (heads.layer ?? -1) + 1, off },
    { name: 'head', label: vscode.l10n.t('Head'), names: [vscode.l10n.t('mean of all'), ...(heads.layer === undefined ? [] : numbered(data?.plain.heads ?? 0, String))], chosen: (heads.head ?? -1) + 1, off: off || heads.layer === undefined },
    { name: 'unit', label: vscode.l10n.t('Numbers'), names: ATTENTION_UNITS.map(unitText), chosen: ATTENTION_UNITS.indexOf(unit), off },
    { name: 'hide', label: vscode.l10n.t('Hide'), names: items.map(itemName), chosen: Math.max(0, items.findIndex((item) => isChosen(item, hide))), off },
    { name: 'from', label: vscode.l10n.t('From'), names: numbered(steps, (number) => vscode.l10n.t('step {0}', number)), chosen: hide?.from ?? 0, off: off || hide === undefined },
  ];
}

/** What choosing an entry of a list changes. `selected` is the selection in the document, as offsets into the text. */
export function chosen(state: AttentionState, name: AttentionChoiceName, index: number, selected: readonly Span[]): Partial<Pick<AttentionState, 'role' | 'heads' | 'unit' | 'hide'>> {
  const { data, heads, hide } = state;
  switch (name) {
    case 'model':
      return { role: ATTENTION_ROLES[index] ?? 'policy' };
    case 'layer':
      return { heads: index === 0 || index > (data?.plain.layers ?? 0) ? {} : { ...heads, layer: index - 1 } };
    case 'head': {
      const { layer } = heads;
      if (layer === undefined) return {};
      return { heads: index === 0 || index > (data?.plain.heads ?? 0) ? { layer } : { layer, head: index - 1 } };
    }
    case 'unit':
      return { unit: ATTENTION_UNITS[index] ?? 'share' };
    case 'hide':
      return { hide: hideOf(hideItems(state)[index] ?? { kind: 'nothing' }, hide?.from ?? 0, state, selected) };
    case 'from':
      return hide === undefined ? {} : { hide: { ...hide, from: Math.min(index, Math.max(0, (state.view?.open.steps.length ?? 1) - 1)) } };
  }
}

/** A step, and a selection among the steps, can be hidden only from a later step on. */
function hideOf(item: HideItem, from: number, { view, data }: AttentionState, selected: readonly Span[]): HideChoice | undefined {
  const last = Math.max(0, (view?.open.steps.length ?? 1) - 1);
  switch (item.kind) {
    case 'nothing':
      return undefined;
    case 'step':
      return { target: item, from: Math.min(last, Math.max(from, item.index + 1)) };
    case 'selection': {
      const end = Math.max(0, ...selected.map((span) => span.end));
      const starts = data?.text.parts.flatMap(({ kind, span }) => (kind === 'step' ? [span.start] : [])) ?? [];
      const first = starts.findIndex((start) => start >= end);
      return { target: { kind: 'spans', spans: selected }, from: Math.max(from, first < 0 ? last : first) };
    }
    case 'question':
    case 'numbers':
    case 'system':
      return { target: { kind: item.kind }, from };
  }
}

function hideItems({ view, data }: AttentionState): HideItem[] {
  const steps = Math.max(0, (view?.open.steps.length ?? 0) - 1);
  const hasSystem = data?.text.parts.some(({ kind }) => kind === 'system') === true;
  return [{ kind: 'nothing' }, { kind: 'question' }, { kind: 'numbers' }, ...(hasSystem ? [{ kind: 'system' as const }] : []), { kind: 'selection' }, ...Array.from({ length: steps }, (_, index) => ({ kind: 'step' as const, index }))];
}

function itemName(item: HideItem): string {
  switch (item.kind) {
    case 'nothing':
      return vscode.l10n.t('nothing');
    case 'question':
      return vscode.l10n.t('the question');
    case 'numbers':
      return vscode.l10n.t('the numbers of the question');
    case 'system':
      return vscode.l10n.t('the system turn');
    case 'selection':
      return vscode.l10n.t('what is selected in the text');
    case 'step':
      return vscode.l10n.t('step {0}', item.index + 1);
  }
}

function isChosen(item: HideItem, hide: HideChoice | undefined): boolean {
  if (hide === undefined) return item.kind === 'nothing';
  const { target } = hide;
  if (target.kind === 'spans') return item.kind === 'selection';
  return item.kind === target.kind && (item.kind !== 'step' || (target.kind === 'step' && target.index === item.index));
}
