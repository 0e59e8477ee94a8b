import { fail, ok, type Result } from '../../core/result.ts';
import type { TokenLogprob } from './wire.ts';

/** A distribution over candidates. `bound` is the largest possible error of any of the probabilities, where not all were listed. */
export interface CandidateReading {
  readonly probabilities: readonly number[];
  readonly bound?: number;
}

/** Servers write -9999 or the smallest float for "impossible": such an entry says nothing about its token. */
const IMPOSSIBLE = -1000;
/** What rounding may take from the sum of the listed probabilities. */
const ROUNDING = 1e-6;

/**
 * Softmax over the first tokens of `candidates`, from the `asked` likeliest next tokens that a server lists.
 *
 * A server prints tokens as text, so the first token of a candidate is found by text, by the first of these rules that fits:
 * 1. a token that is exactly the candidate (` Yes`; `ĠYes` and `▁Yes` are other spellings of it);
 * 2. a token that is the candidate without its leading space (`Yes`: servers that drop the space when they print a token,
 *    and the start of a chat reply, where there is none);
 * 3. the longest token that the candidate starts with, where that tells all candidates apart (` Y` and ` N`).
 * All candidates are read by the same rule: mixing them would compare a verdict with a fragment of another word.
 *
 * A candidate that is not listed is at most as likely as the last one that is, and as what the listed ones leave over. The
 * shares then lie in intervals; the middle is reported, and the distance to the farthest end as `bound`. With none listed
 * there is no reading.
 */
export function readCandidates(top: readonly TokenLogprob[], candidates: readonly string[], asked: number): Result<CandidateReading, 'unlisted'> {
  // Beside the likeliest tokens vLLM lists the chosen one, which may be anywhere: only the first ones bound the rest.
  const listed = top.filter(({ logprob }) => logprob > IMPOSSIBLE).slice(0, asked);
  const found = findCandidates(listed, candidates);
  if (found === undefined) {
    const names = candidates.map((candidate) => `"${candidate.trim()}"`).join(' nor ');
    const likeliest = listed[0] === undefined ? 'lists no token' : `lists ${listed.length} likelier tokens, first ${JSON.stringify(listed[0].token)}`;
    return fail('unlisted', `Neither ${names} is among the next tokens that the server shows (it ${likeliest}), so their probabilities are unknown.`);
  }
  // Relative to the likeliest, so that nothing underflows.
  const highest = Math.max(...found.filter((logprob) => logprob !== undefined));
  const weights = found.map((logprob) => (logprob === undefined ? undefined : Math.exp(logprob - highest)));
  const known = weights.reduce<number>((sum, weight) => sum + (weight ?? 0), 0);
  const missing = weights.filter((weight) => weight === undefined).length;
  if (missing === 0) return ok({ probabilities: weights.map((weight) => (weight ?? 0) / known) });
  return ok(withMissing(weights, known, missing, Math.exp(mostOfUnlisted(listed) - highest)));
}

/** The middle of what is possible when each missing candidate weighs between 0 and `most`. */
function withMissing(weights: readonly (number | undefined)[], known: number, missing: number, most: number): CandidateReading {
  const largestMissing = (missing * most) / (known + missing * most);
  const share = largestMissing / 2;
  const probabilities = weights.map((weight) => (weight === undefined ? share / missing : (weight / known) * (1 - share)));
  const errors = weights.map((weight, i) => {
    const [low, high] = weight === undefined ? [0, most / (known + most)] : [(weight / known) * (1 - largestMissing), weight / known];
    const middle = probabilities[i] ?? 0;
    return Math.max(middle - low, high - middle);
  });
  return { probabilities, bound: Math.max(...errors) };
}

/** Upper bound of the log-probability of a token that is not listed. */
function mostOfUnlisted(listed: readonly TokenLogprob[]): number {
  const mass = listed.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
  return Math.min(listed.at(-1)?.logprob ?? 0, Math.log(Math.max(1 - mass, ROUNDING)));
}

/** The log-probability of each candidate's first token; undefined for one that is not listed, or where none is. */
function findCandidates(listed: readonly TokenLogprob[], candidates: readonly string[]): (number | undefined)[] | undefined {
  const tokens = listed.map(({ token, logprob }) => ({ token: plainText(token), logprob }));
  const rules: readonly ((candidate: string) => number | undefined)[] = [
    (candidate) => tokens.find(({ token }) => token === candidate)?.logprob,
    (candidate) => tokens.find(({ token }) => token === candidate.trimStart())?.logprob,
  ];
  for (const rule of rules) {
    const found = candidates.map(rule);
    if (found.some((logprob) => logprob !== undefined)) return found;
  }
  const prefixes = candidates.map((candidate) => longest(tokens.filter(({ token }) => token.trim() !== '' && candidate.startsWith(token))));
  const distinct = new Set(prefixes.map((prefix) => prefix?.token)).size === candidates.length;
  return distinct && prefixes.every((prefix) => prefix !== undefined) ? prefixes.map((prefix) => prefix.logprob) : undefined;
}

function longest(tokens: readonly TokenLogprob[]): TokenLogprob | undefined {
  return [...tokens].sort((a, b) => b.token.length - a.token.length)[0];
}

/** Byte-level BPE writes a space as `Ġ`, SentencePiece as `▁`; most servers translate them back. */
function plainText(token: string): string {
  return token.replace(/^[\u0120\u2581]/, ' ');
}
