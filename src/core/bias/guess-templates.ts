import type { Language } from '../segment/language.ts';

/** How a guess is asked for once the thinking is closed: what the reply begins with, by the question's language. */
export interface GuessTemplate {
  readonly label: string;
  /** Absent languages take English; an empty text leaves the form of the answer to the model. */
  readonly lead: Partial<Readonly<Record<Language, string>>> & { readonly en: string };
  /** A guess ends there. */
  readonly stop: readonly string[];
}

export const GUESS_TEMPLATES = {
  closed: { label: 'Thinking closed, nothing else', lead: { en: '' }, stop: [] },
  boxed: {
    label: 'Thinking closed, and the answer begun in a box',
    lead: {
      en: 'The answer is \\boxed{',
      zh: '答案是\\boxed{',
      es: 'La respuesta es \\boxed{',
      fr: 'La réponse est \\boxed{',
      de: 'Die Antwort ist \\boxed{',
      sw: 'Jibu ni \\boxed{',
    },
    stop: ['}'],
  },
  choice: {
    label: 'Thinking closed, and the letter of a choice begun',
    lead: { en: 'The answer is (', zh: '答案是（', es: 'La respuesta es (', fr: 'La réponse est (', de: 'Die Antwort ist (', sw: 'Jibu ni (' },
    stop: [')', '）'],
  },
} as const satisfies Readonly<Record<string, GuessTemplate>>;

export type GuessTemplateName = keyof typeof GUESS_TEMPLATES;

/** What the reply to a question in this language begins with. */
export function guessLead(name: GuessTemplateName, language: Language): string {
  const { lead }: GuessTemplate = GUESS_TEMPLATES[name];
  return lead[language] ?? lead.en;
}
