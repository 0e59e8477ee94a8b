export interface Measured {
  readonly what: string;
  readonly value: string;
  readonly aim: string;
}

export type Add = (what: string, value: string, aim: string) => void;

export const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;

export const percent = (before: number, after: number): string => `${(100 * (after / before - 1)).toFixed(1)}%`;
