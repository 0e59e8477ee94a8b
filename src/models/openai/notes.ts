import type { ServerFacts } from './probe.ts';

/** ModelCapabilities.notes of a served model: what at least one of its servers was seen not to do. */
export function notesOf(facts: readonly ServerFacts[]): string[] {
  const notes: string[] = [];
  const blind = facts.some(({ top }) => top === 0);
  const closed = facts.some(({ continues }) => !continues);
  const chat = facts.some(({ dialect }) => dialect.api === 'chat');
  if (blind) notes.push('The server lists no log-probabilities: a step gets a verdict and a hard score, no P(Yes).');
  if (closed && chat && !blind) notes.push('The server starts a new reply instead of going on with one: a step gets a verdict and a hard score, no P(Yes).');
  if (closed && !chat) notes.push(`The server wraps the prompt in a chat template, so the model does not read it as it is${blind ? '.' : ': a step gets a verdict and a hard score, no P(Yes).'}`);
  if (facts.some(({ seeds }) => !seeds)) notes.push('The same seed gives other texts: samples cannot be made again.');
  if (facts.some(({ context }) => context === 0)) notes.push('The server does not say how long a text it reads: a prompt may be cut without a word.');
  return notes;
}
