import type { InspectSession } from './inspect-session.ts';
import { hidingRule, type Hide, type Intervention } from './interventions.ts';
import { narrowMasks } from './narrowed-masks.ts';
import type { DecoderSession } from './session.ts';

/** The session with positions hidden in all layers and heads, from some row on: the plain graph with narrower masks. */
export function hidingSession(session: DecoderSession, hides: readonly Hide[]): DecoderSession {
  const rule = hidingRule(hides);
  return { ...session, forward: async (input) => session.forward({ ...input, ...narrowMasks(input, input, rule) }) };
}

/** The inspection graph as a session that generates under an intervention. */
export function interveningSession(session: InspectSession, intervention: Intervention): DecoderSession {
  const { manifest, width } = session;
  return {
    manifest,
    width,
    forward: async ({ logitRows, ...input }) =>
      session.forward({ ...input, tapRows: logitRows, spans: [], logits: logitRows.map((_, row) => ({ layer: manifest.layers, row })), intervention }),
    release: () => session.release(),
  };
}
