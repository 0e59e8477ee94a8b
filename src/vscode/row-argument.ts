import * as vscode from 'vscode';
import { TRACE_SCHEME } from './manifest.ts';
import { parseRowUri } from './trace-content-provider.ts';

/** A row of a data set, or one of its traces. */
export interface RowPlace {
  readonly file: vscode.Uri;
  /** 0-based. */
  readonly row: number;
  readonly variant?: string;
}

/** The row that an item of the *Traces* tree stands for, which a menu gives to a command; undefined for anything else. */
export function rowArgument(argument: unknown): RowPlace | undefined {
  if (typeof argument !== 'object' || argument === null || !('uri' in argument) || !('row' in argument)) return undefined;
  const { uri, row } = argument;
  const variant = 'variant' in argument ? argument.variant : undefined;
  if (!(uri instanceof vscode.Uri) || typeof row !== 'number') return undefined;
  return { file: uri, row, ...(typeof variant === 'string' && { variant }) };
}

/** The address of a tree item, of an explorer item, or an address itself. */
export function namedUri(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  if (typeof argument === 'string') return vscode.Uri.parse(argument);
  return typeof argument === 'object' && argument !== null && 'uri' in argument && argument.uri instanceof vscode.Uri ? argument.uri : undefined;
}

/** The address that is named, or else that of the active editor. */
export function uriOf(argument: unknown): vscode.Uri | undefined {
  const named = namedUri(argument);
  if (named !== undefined) return named;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
}

/** The file that a command is about, as `uriOf`; for a row's document its data set. */
export function fileArgument(argument: unknown): vscode.Uri | undefined {
  const uri = uriOf(argument);
  return uri?.scheme === TRACE_SCHEME ? parseRowUri(uri)?.file : uri;
}
