/** What only a model can say of one trace that is there already. */
export const TRACE_PARTS = ['guesses', 'lens', 'attention'] as const;
export type TracePart = (typeof TRACE_PARTS)[number];
