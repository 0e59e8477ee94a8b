import { setTimeout as sleep } from 'node:timers/promises';

/** How long anything may take to appear. Generous: software drawing on a busy machine is slow. */
export const WAIT = 60_000;

/** Text as a person reads it: one kind of space, no invisible characters, nothing around it. */
export function normal(text: string): string {
  return text
    .replace(/[\u200b-\u200f\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Asks again until there is an answer. */
export async function until<T>(what: string, timeout: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`Waited ${timeout / 1000} s in vain for ${what}`);
    await sleep(200);
  }
}
