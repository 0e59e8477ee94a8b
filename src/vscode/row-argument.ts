import * as vscode from 'vscode';

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
