import type { Language } from '../segment/language.ts';

/** How a guess is asked for once the thinking is closed: what the reply begins with, by the question's language. */
export interface GuessTemplate {
  readonly label: string;
  /** Absent languages take English; an empty text leaves the form of the answer to the model. */
  readonly lead: Partial<Readonly<Record<Language, string>>> & { readonly en: string };
}

export const GUESS_TEMPLATES = {
  closed: { label: 'Thinking closed, nothing else', lead: { en: '' } },
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
  },
  choice: {
    label: 'Thinking closed, and a letter asked for',
    lead: {
      en: 'The answer is option (',
      zh: '答案是选项（',
      es: 'La respuesta es la opción (',
      fr: 'La réponse est l’option (',
      de: 'Die Antwort ist Option (',
      sw: 'Jibu ni chaguo (',
    },
  },
} as const satisfies Readonly<Record<string, GuessTemplate>>;

export type GuessTemplateName = keyof typeof GUESS_TEMPLATES;

/** What the reply to a question in this language begins with. */
export function guessLead(name: GuessTemplateName, language: Language): string {
  const { lead }: GuessTemplate = GUESS_TEMPLATES[name];
  return lead[language] ?? lead.en;
}
