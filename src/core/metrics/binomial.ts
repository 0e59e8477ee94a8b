import { gammaln } from 'simple-statistics';
import type { Random } from '../random.ts';

/**
 * Draws from the binomial distribution of `n` trials with probability `p`, exactly: the inverse of its distribution function,
 * walked outwards from the mode, which takes about as many steps as the standard deviation is wide.
 */
export function drawBinomial(n: number, p: number, random: Random): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const atMode = Math.exp(gammaln(n + 1) - gammaln(mode + 1) - gammaln(n - mode + 1) + mode * Math.log(p) + (n - mode) * Math.log1p(-p));
  let left = random() - atMode;
  let [below, above] = [mode, mode];
  let [belowMass, aboveMass] = [atMode, atMode];
  while (left >= 0 && (below > 0 || above < n)) {
    if (above < n) {
      aboveMass *= ((n - above) / (above + 1)) * odds;
      above++;
      left -= aboveMass;
      if (left < 0) return above;
    }
    if (below > 0) {
      belowMass *= below / ((n - below + 1) * odds);
      below--;
      left -= belowMass;
      if (left < 0) return below;
    }
  }
  return mode;
}
