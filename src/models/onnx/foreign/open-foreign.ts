import path from 'node:path';
import { StepscopeError } from '../../../core/result.ts';
import { announcePasses, loadingTime, type OnBusy } from '../busy.ts';
import { availableMemory, checkMemory } from '../memory.ts';
import type { SchedulerLimits } from '../scheduler.ts';
import { checkGraph } from './check-graph.ts';
import { foreignLimits, type ForeignModel } from './foreign-batch.ts';
import { findGraph, type GraphPlace } from './find-graph.ts';
import { findTaps, type FoundTaps } from './find-taps.ts';
import { foreignManifest, readJson, type Json } from './foreign-manifest.ts';
import { openForeignSession } from './foreign-session.ts';
import { readGraphFile, type GraphFile } from './graph-file.ts';
import { readLayout, type GraphLayout } from './layout.ts';
import { probeGraph, type GraphTraits } from './probe.ts';

/** A foreign model before it is loaded: found, understood and small enough. */
export interface ForeignPlan {
  readonly place: GraphPlace;
  readonly graph: GraphFile;
  readonly layout: GraphLayout;
  readonly config: Json;
}

/** Inputs of the graphs that `stepscope convert` writes: with their manifest lost they are no foreign graphs. */
const OWN_INPUT = 'mask_trunk';
/** Operators that round the activations of a whole pass together. */
const ROUGH = ['DynamicQuantizeLinear', 'DynamicQuantizeMatMul'];

/**
 * Looks for a decoder graph of another exporter at a path (a folder or an .onnx file). undefined where there is none; throws
 * StepscopeError with one sentence where there is one that cannot be run.
 */
export async function planForeign(given: string): Promise<ForeignPlan | undefined> {
  const place = await findGraph(given);
  if (place === undefined) return undefined;
  const graph = await readGraphFile(place.file);
  if (graph.inputs.some(({ name }) => name === OWN_INPUT)) return undefined;
  const config = await readJson(path.join(place.folder, 'config.json'));
  const layout = readLayout(graph, config ?? {}, place.file);
  if (config === undefined) throw new StepscopeError('model-missing', `${path.join(place.folder, 'config.json')} is missing: copy the config.json of the model there.`);
  await checkGraph(place.file, graph, 'download it again');
  return { place, graph, layout, config };
}

export interface OpenedForeign extends ForeignModel {
  readonly limits: SchedulerLimits;
  /** What can be seen inside; undefined where nothing can. */
  readonly tapped: FoundTaps['model'];
  /** One sentence for each thing that this graph cannot do, or does slowly. */
  readonly notes: readonly string[];
}

/** Loads a foreign graph and finds out what it can do. Throws StepscopeError with one sentence. */
export async function openForeign(plan: ForeignPlan, threads: number, onBusy: OnBusy | undefined): Promise<OpenedForeign> {
  const { place, graph, layout, config } = plan;
  const manifest = await foreignManifest(place, graph, layout, config);
  const limits = foreignLimits(manifest);
  checkMemory(place.file, manifest, limits, availableMemory());
  onBusy?.(loadingTime(manifest));
  const session = await openForeignSession(place.file, layout, { threads }, announcePasses(manifest, onBusy));
  try {
    const rough = ROUGH.some((operator) => graph.operators.has(operator));
    // Without positions of its own, a graph that counts places would put an uneven row's new token after the longest one's.
    const knowsPositions = layout.positions !== undefined || graph.operators.has('GroupQueryAttention');
    const mayBeUneven = knowsPositions && !rough && !hasWindow(config);
    const traits = await probeGraph(session, place.file, { vocabulary: manifest.vocabulary, rough, mayBeUneven });
    onBusy?.(loadingTime(manifest));
    const { model: tapped, note } = await findTaps({
      file: place.file,
      graph,
      session,
      layers: layersOf(layout, config),
      vocabulary: manifest.vocabulary,
      rough,
      threads,
      weights: Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0),
      memory: availableMemory(),
    });
    return { session, traits, manifest, limits, tapped, notes: [...notesOf(layout, traits, manifest.endTokens.length > 0), ...(note === undefined ? [] : [note])] };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** 0 where nothing says it. */
function layersOf({ cache }: GraphLayout, config: Json): number {
  const stated = ['num_hidden_layers', 'n_layer', 'num_layers'].map((key) => config[key]).find((value) => Number.isSafeInteger(value));
  return cache.length > 0 ? cache.length / 2 : Number(stated ?? 0);
}

function hasWindow(config: Json): boolean {
  const types = config['layer_types'];
  if (Array.isArray(types)) return types.some((type) => type !== 'full_attention');
  return typeof config['sliding_window'] === 'number' && config['use_sliding_window'] !== false;
}

function notesOf(layout: GraphLayout, traits: GraphTraits, ends: boolean): string[] {
  const notes: string[] = [];
  if (layout.cache.length === 0) notes.push('The graph has no cache: each new token reads the whole text again, which is slow; export it with one (optimum: --task text-generation-with-past).');
  else if (!traits.pieces) notes.push('The graph reads a prompt only as a whole: nothing is shared between prompts that start alike.');
  if (!traits.batch) notes.push('The graph runs one sample at a time.');
  else if (!traits.uneven) notes.push('Only samples of equally long prompts decode together.');
  if (!ends) notes.push('Nothing says which token ends a text: samples end at a stop string or at their length.');
  return notes;
}
