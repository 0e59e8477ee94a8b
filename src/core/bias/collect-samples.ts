import type { GenerateEvent, GenerateRequest, LanguageModel } from '../model.ts';
import { fail, ok, type Result } from '../result.ts';

export type FinishedSample = Extract<GenerateEvent, { type: 'sample' }>;

/** Runs a batch to its end: the samples of each request in order, or why it could not run. */
export async function collectSamples(model: LanguageModel, requests: readonly GenerateRequest[], signal?: AbortSignal): Promise<Result<FinishedSample[]>[]> {
  const samples = requests.map((): FinishedSample[] => []);
  const failures = new Map<number, Result<FinishedSample[]>>();
  if (requests.length === 0) return [];
  for await (const event of model.generate(requests, signal)) {
    if (event.type === 'sample') samples[event.request]?.push(event);
    else if (event.type === 'failed') failures.set(event.request, fail(event.reason, event.message));
  }
  return samples.map((all, request) => failures.get(request) ?? ok(all.sort((a, b) => a.sample - b.sample)));
}
