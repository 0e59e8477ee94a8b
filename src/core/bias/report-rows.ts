import type { AnswerLens } from './lens.ts';
import type { BiasEvent, Deviation, Guesses, TraceMeasure } from './events.ts';

type Reached<Type extends BiasEvent['type']> = Extract<BiasEvent, { type: Type }>;

/** All that an experiment has reached of one question. */
export interface BiasRow {
  /** 0-based in its data set. */
  readonly row: number;
  readonly question?: string;
  readonly gold?: string;
  readonly guesses?: Guesses;
  readonly trace?: TraceMeasure;
  readonly deviation?: Deviation | undefined;
  /** By plan; a hole where it was not reached. */
  readonly plans: readonly (Reached<'masked'> | Reached<'not-applicable'> | undefined)[];
  readonly lens?: AnswerLens | undefined;
}

/** The questions of an experiment in the order in which they were begun. */
export function biasRows(events: readonly BiasEvent[]): BiasRow[] {
  const rows = new Map<number, BiasRow>();
  const extend = (row: number, part: (known: BiasRow) => Partial<BiasRow>) => {
    const known = rows.get(row) ?? { row, plans: [] };
    rows.set(row, { ...known, ...part(known) });
  };
  for (const event of events) {
    if (event.type === 'guesses') extend(event.row, () => ({ guesses: event.guesses }));
    else if (event.type === 'trace') extend(event.row, () => ({ question: event.question, trace: event.trace, deviation: event.deviation, ...(event.gold === undefined ? {} : { gold: event.gold }) }));
    else if (event.type === 'masked' || event.type === 'not-applicable') extend(event.row, ({ plans }) => ({ plans: Object.assign([...plans], { [event.plan]: event }) }));
    else if (event.type === 'attention') extend(event.row, () => ({ lens: event.lens }));
  }
  return [...rows.values()];
}
