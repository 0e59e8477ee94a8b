import * as vscode from 'vscode';
import type { RunKind } from '../../core/run/run.ts';
import { runIdOf, runIdsOf } from './named-runs.ts';
import type { RunEntry, RunStore } from './run-store.ts';

export interface RunChoice {
  readonly title: string;
  readonly fits: 'running' | 'unfinished' | 'any';
  /** The sentence where there is none. */
  readonly none: string;
}

/** The id of a run of a kind: what an item of the *Runs* view or an id names, else the only one that fits, else what a person picks. */
export async function chooseRun(runs: RunStore, kind: RunKind, argument: unknown, { title, fits, none }: RunChoice): Promise<string | undefined> {
  const id = runIdOf(argument);
  if (id !== undefined) return id;
  const entries = (await runs.list()).flatMap((entry) => ('header' in entry && entry.header.kind === kind && doesFit(entry, fits) ? [entry] : []));
  if (entries.length === 0) {
    void vscode.window.showInformationMessage(none);
    return undefined;
  }
  if (entries.length === 1) return entries[0]?.id;
  return (await vscode.window.showQuickPick(entries.map((entry) => ({ label: entry.header.title, description: entry.header.started, id: entry.id })), { title }))?.id;
}

/** The ids of the runs that a command is about: all that are named, where several are; else one as `chooseRun` finds it. */
export async function chooseRuns(runs: RunStore, kind: RunKind, argument: unknown, selection: unknown, choice: RunChoice): Promise<readonly string[]> {
  const named = runIdsOf(argument, selection);
  if (named.length > 1) return named;
  const id = await chooseRun(runs, kind, named[0], choice);
  return id === undefined ? [] : [id];
}

function doesFit({ running, end }: Extract<RunEntry, { readonly header: unknown }>, fits: RunChoice['fits']): boolean {
  switch (fits) {
    case 'running':
      return running !== undefined;
    case 'unfinished':
      return running === undefined && end?.reason !== 'done';
    case 'any':
      return true;
  }
}
