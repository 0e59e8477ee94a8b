/** Attention that generated tokens pay to a group of earlier ones, divided by what uniform attention over all they see would pay. */
export interface GroupAttention {
  readonly question: number | undefined;
  /** Results of the trace's own equations. */
  readonly results: number | undefined;
  readonly others: number | undefined;
  /** Tokens that were averaged over. */
  readonly tokens: number;
}

/** Where the attention of one trace goes. */
export interface AttentionSummary {
  /** [layer], mean over heads and over the tokens of the words that open a reflection. Empty where the trace has none. */
  readonly reflecting: readonly GroupAttention[];
  /** [layer], over all other tokens of the trace. */
  readonly others: readonly GroupAttention[];
  /** [step][step]: mean mass of a token of the row's step on the column's step, over layers and heads; column 0 is the question. */
  readonly steps: readonly (readonly number[])[];
  /** Normalised attention to the question by generated token, mean over layers and heads. */
  readonly question: readonly number[];
}
