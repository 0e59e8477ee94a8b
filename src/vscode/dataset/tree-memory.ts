import type * as vscode from 'vscode';

/** What is unfolded and selected in the *Traces* tree, by the ids of its items; kept in this workspace. */
export interface TreeMemory {
  isUnfolded(id: string): boolean;
  setUnfolded(id: string, unfolded: boolean): void;
  selected(): string | undefined;
  select(id: string | undefined): void;
  /** Forgets the items of a file that has left the tree; `file` is the id of its item. */
  forget(file: string): void;
}

interface State {
  readonly unfolded: readonly string[];
  readonly selected?: string;
}

const KEY = 'stepscope.tracesTree';
/** The one that was unfolded first is forgotten first. */
const MOST = 500;

export function createTreeMemory(memento: Pick<vscode.Memento, 'get' | 'update'>): TreeMemory {
  let state = memento.get<State>(KEY) ?? { unfolded: [] };
  const store = (now: State): void => {
    state = now;
    void memento.update(KEY, state);
  };
  const ofFile = (file: string) => (id: string): boolean => id === file || id.startsWith(`${file}#`);
  return {
    isUnfolded: (id) => state.unfolded.includes(id),
    setUnfolded(id, unfolded) {
      const others = state.unfolded.filter((other) => other !== id);
      store({ ...state, unfolded: unfolded ? [...others, id].slice(-MOST) : others });
    },
    selected: () => state.selected,
    select(id) {
      const { unfolded } = state;
      if (id !== state.selected) store(id === undefined ? { unfolded } : { unfolded, selected: id });
    },
    forget(file) {
      const { unfolded, selected } = state;
      const isOf = ofFile(file);
      store({ unfolded: unfolded.filter((id) => !isOf(id)), ...(selected !== undefined && !isOf(selected) && { selected }) });
    },
  };
}
