import type { InspectSession } from './inspect-session.ts';
import type { Intervention } from './interventions.ts';
import type { DecoderSession } from './session.ts';

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
