/** How much room a column needs, in em. */
export interface ColumnRoom {
  readonly least: number;
  /** What shows nearly all of its values. */
  readonly good: number;
  /** `rest` takes what the others leave. */
  readonly most: number | 'rest';
  /** The order in which columns go where not all are as wide as is good, the lowest first; absent for those that stay. */
  readonly drop?: number;
}

export interface FittedColumns<Column> {
  readonly shown: readonly Column[];
  /** CSS grid tracks of the columns that are shown. */
  readonly tracks: string;
  /** The room that they need at least, in em. */
  readonly least: number;
  /** The columns that stay are narrower than is good. */
  readonly isNarrow: boolean;
  /** Even at their least the columns that stay have too little room, so the one that takes the rest has gone as well. */
  readonly isTight: boolean;
}

/** The columns that fit into `room` em, in their order. */
export function fitColumns<Column extends ColumnRoom>(columns: readonly Column[], room: number): FittedColumns<Column> {
  const order = columns.filter(({ drop }) => drop !== undefined).sort((one, other) => (one.drop ?? 0) - (other.drop ?? 0));
  const need = (width: 'good' | 'least'): number => shown.reduce((sum, column) => sum + column[width], 0);
  let shown = columns;
  for (const next of order) {
    if (need('good') <= room) break;
    shown = shown.filter((column) => column !== next);
  }
  const isNarrow = need('good') > room;
  const width = isNarrow ? 'least' : 'good';
  const isTight = need('least') > room;
  if (isTight) shown = shown.filter(({ most }) => most !== 'rest');
  const tracks = shown.map((column) => `minmax(${column[width]}em, ${column.most === 'rest' ? '1fr' : `${column.most}em`})`).join(' ');
  return { shown, tracks, least: need('least'), isNarrow, isTight };
}
