import type { GenerateRequest, LanguageModel } from '../model.ts';
import { fail, ok, type Result } from '../result.ts';
import { detectLanguage } from '../segment/language.ts';
import { collectSamples } from './collect-samples.ts';
import type { BiasQuestion, Guesses } from './events.ts';
import { GUESS_TEMPLATES, guessLead, type GuessTemplate, type GuessTemplateName } from './guess-templates.ts';
import { guessDistribution } from './guesses.ts';
import type { BiasPrompts } from './prompts.ts';
import { questionSeed, type BiasSettings } from './settings.ts';
import { repliedAnswer, type AnswerFinder } from './stated-answer.ts';

export interface PromptedQuestion {
  readonly question: BiasQuestion;
  readonly prompts: BiasPrompts;
}

interface Ask {
  readonly template: GuessTemplateName;
  readonly lead: string;
  readonly temperature: number;
  readonly request: GenerateRequest;
}

/** Samples the guesses of some questions in one batch: all guesses of a question share its prompt. */
export async function askGuesses(model: LanguageModel, asked: readonly PromptedQuestion[], settings: BiasSettings, find: AnswerFinder, signal?: AbortSignal): Promise<Result<Guesses>[]> {
  const asks = asked.map((question) => asksOf(question, settings));
  const samples = await collectSamples(model, asks.flat().map(({ request }) => request), signal);
  let next = 0;
  return asks.map((ofQuestion) => {
    const results = ofQuestion.map((ask) => ({ ask, result: samples[next++] }));
    const failed = results.find(({ result }) => result?.ok !== true)?.result;
    if (failed?.ok === false) return fail(failed.error.reason, failed.error.message);
    const replies = results.map(({ ask, result }) => ({ ask, samples: result?.ok === true ? result.value : [] }));
    const answerOf = (ask: Ask, text: string) => repliedAnswer(find, ask.lead + text);
    const [greedy, ...sampled] = replies;
    return ok({
      greedy: greedy?.samples[0] && answerOf(greedy.ask, greedy.samples[0].text),
      distributions: sampled.map(({ ask, samples: own }) => guessDistribution(ask.template, ask.temperature, own.map(({ text }) => answerOf(ask, text)))),
      tokens: replies.flatMap(({ samples: own }) => own).reduce((sum, { tokens }) => sum + tokens, 0),
    });
  });
}

/** The greedy guess with the first template, then each template at each temperature. */
function asksOf({ question, prompts }: PromptedQuestion, { guesses, seed }: BiasSettings): Ask[] {
  const language = detectLanguage(question.question);
  const ask = (name: GuessTemplateName, temperature: number, n: number): Ask => {
    const { stop }: GuessTemplate = GUESS_TEMPLATES[name];
    const lead = guessLead(name, language);
    const request = { prompt: prompts.direct + lead, n, temperature, stop, topP: guesses.topP, maxNewTokens: guesses.maxNewTokens, seed: questionSeed(seed, question.row) };
    return { template: name, lead, temperature, request };
  };
  const first = guesses.templates[0] ?? 'closed';
  return [ask(first, 0, 1), ...guesses.templates.flatMap((name) => guesses.temperatures.map((temperature) => ask(name, temperature, guesses.n)))];
}
