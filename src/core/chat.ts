import type { ModelErrorReason } from './model.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A conversation that a model is to go on with. */
export interface ChatRequest {
  /** In order: at most one system turn, which comes first; turns of the assistant are finished ones. */
  readonly messages: readonly ChatMessage[];
  /**
   * What the assistant has said of its reply: the prompt ends with exactly this text, so that the model continues it, and
   * what the model wrote after a prompt can be given here to read on. Default: nothing yet.
   */
  readonly begun?: string;
  /** Whether the prompt opens the assistant's turn (the templates' add_generation_prompt). Default true; a begun reply needs it. */
  readonly addGenerationPrompt?: boolean;
  /**
   * Variables of the template. With `enable_thinking: false` the reply starts without thinking: where the template does not
   * know the variable and opens a thinking block, the block is closed at once.
   */
  readonly variables?: Readonly<Record<string, ChatVariable>>;
  /** The day that the template takes for today, ISO 8601 (`2024-07-26`). Default: today. */
  readonly date?: string;
}

export type ChatVariable = string | number | boolean | null | readonly ChatVariable[] | { readonly [name: string]: ChatVariable };

/** A conversation as one text, or why it cannot be one. */
export type ChatPrompt =
  | {
      readonly ok: true;
      /** For `generate` and `nextTokenProbabilities` of the same model; special tokens are written out. */
      readonly prompt: string;
      /** One sentence, where the conversation had to be put into another form than it was given in. */
      readonly note?: string;
    }
  | { readonly ok: false; readonly reason: ModelErrorReason; readonly message: string };
