import path from 'node:path';
import type { ModelCapabilities } from '../../../core/model.ts';
import { StepscopeError } from '../../../core/result.ts';
import { attentionMeans } from '../attention-means.ts';
import type { Decoder, DecoderOptions } from '../decoder.ts';
import { inGroups, lazy } from '../hiding-batch.ts';
import { loadTokenizer } from '../tokenizer.ts';
import { runForeignBatch } from './foreign-batch.ts';
import { foreignAttention, hidingForeignSession, inspectForeign, type ForeignInspection } from './inspect-foreign.ts';
import { openForeign, type ForeignPlan } from './open-foreign.ts';
import { openTappedSession } from './tapped-session.ts';

/** Opens a graph of another exporter as a model. Throws StepscopeError with one sentence. */
export async function openForeignDecoder(plan: ForeignPlan, options: DecoderOptions, threads: number): Promise<Decoder> {
  const opened = await openForeign(plan, threads, options.onBusy);
  const { manifest, session, traits, notes, tapped } = opened;
  const tokenizer = await loadTokenizer(plan.place.folder, manifest).catch(async (error: unknown) => {
    await session.release();
    throw error;
  });
  const name = path.basename(path.resolve(plan.place.folder));
  const limits = options.limits ?? opened.limits;
  const { layout } = session;
  /** The weights a second time: opened when it is first needed. */
  const inspection = lazy(async (): Promise<ForeignInspection> => {
    if (tapped === undefined) throw new StepscopeError('unsupported', `${name} cannot be looked into: use a model folder made by "stepscope convert".`);
    return { session: await openTappedSession(tapped, layout, { threads }), model: tapped, layout, pieces: traits.pieces, context: manifest.context };
  });
  return {
    name,
    folder: plan.place.folder,
    manifest,
    tokenizer,
    session: undefined,
    capabilities: capabilitiesOf(opened.tapped?.taps ?? [], notes),
    inspect: async (request, signal) => inspectForeign(await inspection.get(), request, signal),
    attention: async (request, onRead, signal) => attentionMeans(foreignAttention(await inspection.get()), request, onRead, signal),
    run: (items, signal) =>
      inGroups(items, async (hides, group) => {
        if (hides.length === 0) return runForeignBatch(opened, tokenizer, group, limits, signal);
        // Rows of different lengths have gaps in their caches, so that a place there would not be a position.
        const hiding = { session: hidingForeignSession(await inspection.get(), hides), traits: { ...traits, uneven: false }, manifest };
        return runForeignBatch(hiding, tokenizer, group, limits, signal);
      }),
    async release() {
      await session.release();
      if (inspection.started) await (await inspection.get()).session.release();
    },
  };
}

function capabilitiesOf(taps: readonly string[], notes: readonly string[]): ModelCapabilities {
  const has = (tap: string) => taps.includes(tap);
  const masks = has('masks');
  return { probabilities: true, masks, attention: masks && has('attention'), gates: has('gates'), hidden: has('hidden'), ...(notes.length > 0 ? { notes } : {}) };
}
