import * as vscode from 'vscode';
import type { TokenGroup } from '../../core/attention/groups.ts';
import type { AttentionUnit, HeadChoice } from '../../core/attention/matrix.ts';
import type { AttentionReading } from '../../core/attention/read-attention.ts';

/** The name of a group of tokens: `step 3`, `question`, `first token`. */
export function groupName({ kind, steps }: TokenGroup): string {
  if (steps !== undefined) return steps.end - steps.first === 1 ? vscode.l10n.t('step {0}', steps.first + 1) : vscode.l10n.t('steps {0}–{1}', steps.first + 1, steps.end);
  switch (kind) {
    case 'first':
      return vscode.l10n.t('first token');
    case 'between':
      return vscode.l10n.t('template');
    case 'system':
      return vscode.l10n.t('system turn');
    case 'question':
      return vscode.l10n.t('question');
    case 'answer':
      return vscode.l10n.t('answer');
    case 'step':
      return vscode.l10n.t('step');
  }
}

/** Which heads were averaged: `mean of 8 layers, 8 heads each`, `layer 3 of 8, head 2 of 8`. */
export function headsText({ layers, heads }: Pick<AttentionReading, 'layers' | 'heads'>, { layer, head }: HeadChoice): string {
  if (layer === undefined) return vscode.l10n.t('mean of {0} layers, {1} heads each', layers, heads);
  if (head === undefined) return vscode.l10n.t('layer {0} of {1}, mean of {2} heads', layer + 1, layers, heads);
  return vscode.l10n.t('layer {0} of {1}, head {2} of {3}', layer + 1, layers, head + 1, heads);
}

export function unitText(unit: AttentionUnit): string {
  return unit === 'share' ? vscode.l10n.t('share of attention (a row sums to 1)') : vscode.l10n.t('times uniform attention (1 is uniform)');
}

/** A token with what cannot be seen of it. */
export function tokenText(text: string): string {
  return text === '' ? vscode.l10n.t('(part of a character)') : text.replaceAll('\n', '↵').replaceAll('\t', '⇥').replaceAll(' ', '␣');
}

export function notExplanation(): string {
  return vscode.l10n.t('Attention is not explanation: it says where values were read from, not that they decided what was written.');
}
