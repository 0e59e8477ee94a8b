import type { LanguageModel } from '../../src/core/model.ts';

/** The same model, with somebody who hears each prompt that it is asked about. */
export function overheardModel(model: LanguageModel, heard: (prompt: string) => void): LanguageModel {
  return {
    ...model,
    generate(requests, signal) {
      for (const { prompt } of requests) heard(prompt);
      return model.generate(requests, signal);
    },
    nextTokenProbabilities(prompts, candidates, signal) {
      for (const prompt of prompts) heard(prompt);
      return model.nextTokenProbabilities(prompts, candidates, signal);
    },
  };
}
