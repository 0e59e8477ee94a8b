import * as vscode from 'vscode';
import type { AttentionSnapshot } from '../../protocol/attention-view.ts';
import type { Fact } from '../../protocol/search-view.ts';
import { attentionChoices } from './attention-choices.ts';
import { partGrid, tokenGrid } from './attention-grids.ts';
import type { AttentionData, AttentionState } from './attention-session.ts';
import { headsText, notExplanation, unitText } from './attention-words.ts';

/** What the *Attention* panel shows. `models` names the model of each role. */
export function attentionSnapshot(state: AttentionState, models: readonly string[]): AttentionSnapshot {
  const { view, data, running } = state;
  return {
    uri: view?.document.uri.toString() ?? '',
    title: view === undefined ? vscode.l10n.t('Attention') : vscode.l10n.t('Attention: {0}', view.open.name),
    status: statusOf(state),
    busy: running !== undefined,
    off: data === undefined,
    choices: attentionChoices(state, models),
    notes: data === undefined ? [] : attentionNotes(data, state),
    parts: data && partGrid(data, state),
    tokens: data && tokenGrid(data, state),
  };
}

/** Whether the document is another text than the one that was read. */
export function isStale({ view, data }: AttentionState): boolean {
  return data !== undefined && view !== undefined && view.document.version !== data.version;
}

function statusOf(state: AttentionState): string {
  const { view, data, running, trouble } = state;
  if (view === undefined) return vscode.l10n.t('No trace is open: open a file with a question and its solution, and run Stepscope: Show Attention.');
  if (running?.progress !== undefined) return vscode.l10n.t('Reading: {0} of {1} tokens.', running.progress.tokens, running.progress.total);
  if (running !== undefined) return vscode.l10n.t('Loading the model…');
  if (trouble !== undefined) return trouble;
  if (data === undefined) return vscode.l10n.t('Nothing is read yet: press Read.');
  if (isStale(state)) return vscode.l10n.t('The text has changed since it was read: press Read Again.');
  return vscode.l10n.t('{0} read {1} tokens.', data.info.name, data.plain.tokens);
}

export function attentionFacts({ info, plain, hidden }: AttentionData, { heads, unit }: Pick<AttentionState, 'heads' | 'unit'>): Fact[] {
  const tokens = hidden === undefined ? undefined : hidden.reading.hidden.reduce((sum, count) => sum + count, 0);
  return [
    { name: vscode.l10n.t('Model'), value: `${info.name}, ${info.weights}` },
    { name: vscode.l10n.t('Tokens'), value: vscode.l10n.t('{0} in {1} groups', plain.tokens, plain.groups.length) },
    { name: vscode.l10n.t('Heads'), value: headsText(plain, heads) },
    { name: vscode.l10n.t('Numbers'), value: unitText(unit) },
    ...(hidden === undefined ? [] : [{ name: vscode.l10n.t('Hidden'), value: vscode.l10n.t('{0}: {1} tokens, by an attention mask in all layers', hidden.name, tokens ?? 0) }]),
  ];
}

export function attentionNotes({ info, role, hidden }: AttentionData, { unit }: Pick<AttentionState, 'unit'>): string[] {
  return [
    notExplanation(),
    role === 'policy'
      ? vscode.l10n.t('The solution is given as text, and whether {0} wrote it is not known: it is read as if it had.', info.name)
      : vscode.l10n.t('Read on the prompt of the verifier: all steps, the last one under judgement, to the end of the verification question.'),
    vscode.l10n.t('A row is who attends, a column what is attended to; a cell is the mean over the tokens of its row. The first token is a group of its own, since models rest attention on it; template is every token that is in no other group.'),
    ...(unit === 'uniform' ? [vscode.l10n.t('Times uniform is the mean share divided by the mean share that equal attention to all visible tokens would give; a layer with a sliding window sees fewer than are counted here.')] : []),
    ...(hidden === undefined ? [] : [vscode.l10n.t('The mask begins with the token that predicts the first one of its step: that token is in the row of the step before.')]),
    ...(info.demonstration === undefined ? [] : [vscode.l10n.t('{0} is a demonstration model: {1}.', info.name, info.demonstration)]),
  ];
}
