import type { Trace } from '../core/trace/trace.ts';

/** Stands before a mode switch, whatever its colour. */
const SWITCH_GLYPH = '⇄';

/** How the search that made a trace decided the mode after a step: `⇄ complex → medium, 0.91 ≥ good (0.85)`; empty where that was not recorded. */
export function modeSwitchAt({ given, steps }: Trace, step: number): string {
  const accepted = (given?.rounds ?? []).filter(({ selected }) => selected?.accepted === true);
  const round = accepted.length === steps.length ? accepted[step] : undefined;
  if (round === undefined) return '';
  return `${SWITCH_GLYPH} ${round.why ?? (round.terminated ? round.mode : `${round.mode} → ${round.nextMode}`)}`;
}
