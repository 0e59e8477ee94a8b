import type { Endpoint } from './endpoint.ts';
import { ServerFault } from './fault.ts';
import { requestJson } from './http.ts';
import { readModels, type ServedModel } from './wire.ts';

/** The models that a server says it serves. Throws ServerFault in one sentence, or `aborted`. */
export async function listModels(endpoint: Endpoint, idleTimeout: number, signal: AbortSignal): Promise<ServedModel[]> {
  const list = readModels(await requestJson({ endpoint, path: '/models', idleTimeout, signal }));
  if (list === undefined) throw new ServerFault('fatal', 'server-malformed', `${endpoint.url}/models is no list of models: is it an OpenAI-compatible server?`);
  return list;
}

/** Whether a model answers to this name. Ollama's names have a tag; without one it means `latest`. */
export function answersTo({ id, aliases }: ServedModel, name: string): boolean {
  return id === name || aliases.includes(name) || id === `${name}:latest`;
}
