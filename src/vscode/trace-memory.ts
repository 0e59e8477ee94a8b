import type * as vscode from 'vscode';

/** Which documents were opened as traces in this workspace, and the step each was left at. */
export interface TraceMemory {
  has(uri: vscode.Uri): boolean;
  remember(uri: vscode.Uri): void;
  forget(uri: vscode.Uri): void;
  lastStep(uri: vscode.Uri): number | undefined;
  setLastStep(uri: vscode.Uri, step: number): void;
}

interface Entry {
  readonly uri: string;
  readonly step?: number;
}

const KEY = 'stepscope.openedTraces';
/** The least recently used is forgotten first. */
const MOST = 200;

export function createTraceMemory(state: Pick<vscode.Memento, 'get' | 'update'>): TraceMemory {
  let entries = state.get<readonly Entry[]>(KEY) ?? [];
  const put = (uri: vscode.Uri, step: number | undefined): void => {
    const name = uri.toString();
    const entry: Entry = step === undefined ? { uri: name } : { uri: name, step };
    entries = [...entries.filter((other) => other.uri !== name), entry].slice(-MOST);
    void state.update(KEY, entries);
  };
  const find = (uri: vscode.Uri): Entry | undefined => entries.find((entry) => entry.uri === uri.toString());
  return {
    has: (uri) => find(uri) !== undefined,
    remember: (uri) => put(uri, find(uri)?.step),
    forget(uri) {
      entries = entries.filter((entry) => entry.uri !== uri.toString());
      void state.update(KEY, entries);
    },
    lastStep: (uri) => find(uri)?.step,
    setLastStep: (uri, step) => put(uri, step),
  };
}
