/** How much room a column needs. */
export interface ColumnRoom {
  /** Least width in em. */
  readonly least: number;
  readonly most: number | 'rest';
  /** The order in which columns go, the lowest first; absent for those that stay. */
  readonly drop?: number;
}

export interface FittedColumns<Column> {
  readonly shown: readonly Column[];
  /** There is too little room for the columns that stay, so those that take the rest get nothing. */
  readonly isTight: boolean;
}

/** The columns that fit into `room` em, in their order. */
export function fitColumns<Column extends ColumnRoom>(columns: readonly Column[], room: number): FittedColumns<Column> {
  const order = columns.filter(({ drop }) => drop !== undefined).sort((one, other) => (one.drop ?? 0) - (other.drop ?? 0));
  let shown = columns;
  const need = (): number => shown.reduce((sum, { least }) => sum + least, 0);
  for (const next of order) {
    if (need() <= room) break;
    shown = shown.filter((column) => column !== next);
  }
  return { shown, isTight: need() > room };
}
