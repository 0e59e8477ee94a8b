import { attentionMatrix, type AttentionMatrix, type HeadChoice } from './matrix.ts';
import type { AttentionReading } from './read-attention.ts';

/** The numbers of one cell; what there is none of is undefined. */
export interface CellNumbers {
  readonly row: number;
  readonly column: number;
  /** Share of the attention of the row's tokens, mean over them and over the chosen heads. */
  readonly share: number;
  /** The share that uniform attention would put there. */
  readonly uniform: number;
  readonly times: number | undefined;
  /** The same in the reading with parts hidden, where there is one. */
  readonly hiddenShare: number | undefined;
  readonly hiddenUniform: number | undefined;
  readonly hiddenTimes: number | undefined;
}

/** Every cell that has a number, row by row: those whose column stands before the row's last token. */
export function attentionCells(plain: AttentionReading, hidden: AttentionReading | undefined, choice: HeadChoice): CellNumbers[] {
  const read = (reading: AttentionReading | undefined): readonly [AttentionMatrix, AttentionMatrix] | undefined =>
    reading && [attentionMatrix(reading, choice, 'share', plain), attentionMatrix(reading, choice, 'uniform', plain)];
  const [shares, times] = read(plain) ?? [[], []];
  const other = read(hidden);
  return shares.flatMap((row, at) =>
    row.flatMap((share, column) =>
      share === undefined
        ? []
        : [
            {
              row: at,
              column,
              share,
              uniform: plain.uniform[at]?.[column] ?? 0,
              times: times[at]?.[column],
              hiddenShare: other?.[0][at]?.[column],
              hiddenUniform: hidden?.uniform[at]?.[column],
              hiddenTimes: other?.[1][at]?.[column],
            },
          ],
    ),
  );
}
