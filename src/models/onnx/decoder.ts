import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ModelCapabilities } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import { GRAPH_VERSION } from '../convert/decoder-graph.ts';
import { capabilitiesOf, MANIFEST_FILE, readManifest, type ModelManifest } from '../manifest.ts';
import { announcePasses, loadingTime, type OnBusy } from './busy.ts';
import { runForeignBatch } from './foreign/foreign-batch.ts';
import { openForeign, planForeign, type ForeignPlan } from './foreign/open-foreign.ts';
import { lazy, runHiding, type HidingItem, type Lazy } from './hiding-batch.ts';
import { openInspectSession, type InspectSession } from './inspect-session.ts';
import { availableMemory, checkMemory } from './memory.ts';
import { limitsFor, type SchedulerCounts, type SchedulerLimits } from './scheduler.ts';
import { openSession, type DecoderSession } from './session.ts';
import { loadTokenizer, type ModelTokenizer } from './tokenizer.ts';

/** A loaded model in terms of tokens: a graph that Stepscope converted, or one of another exporter. */
export interface Decoder {
  /** Folder name, for display. */
  readonly name: string;
  /** Where its configuration and its tokenizer are. */
  readonly folder: string;
  readonly manifest: ModelManifest;
  readonly tokenizer: ModelTokenizer;
  /** undefined for a graph of another exporter, whose cache works otherwise. */
  readonly session: DecoderSession | undefined;
  readonly capabilities: ModelCapabilities;
  /** Opened when it is first needed; undefined for a graph of another exporter. */
  readonly inspection: Lazy<InspectSession> | undefined;
  /** See runHiding. */
  run(items: readonly HidingItem[], signal?: AbortSignal): Promise<SchedulerCounts>;
  release(): Promise<void>;
}

export interface DecoderOptions {
  readonly threads?: number;
  readonly limits?: SchedulerLimits;
  readonly onBusy?: OnBusy;
}

/**
 * Opens a converted model folder, a folder that another exporter made, or one graph file of such a folder. Throws
 * StepscopeError with one sentence that names the file and what to do.
 */
export async function openDecoder(given: string, options: DecoderOptions): Promise<Decoder> {
  const folder = path.basename(given) === 'model.onnx' ? path.dirname(given) : given;
  if (await isFile(path.join(folder, MANIFEST_FILE))) return openConverted(folder, options);
  const plan = await planForeign(given);
  // Without any graph it is the missing manifest that is to be told of.
  return plan === undefined ? openConverted(given, options) : openPlanned(plan, options);
}

async function openConverted(folder: string, options: DecoderOptions): Promise<Decoder> {
  const manifest = await readManifest(folder);
  if (manifest.graph !== GRAPH_VERSION) {
    throw new StepscopeError('model-invalid', `${folder} was converted to graph "${manifest.graph}", this version runs "${GRAPH_VERSION}": convert the model again.`);
  }
  const tokenizer = await loadTokenizer(folder, manifest);
  const limits = options.limits ?? limitsFor(manifest);
  checkMemory(folder, manifest, limits, availableMemory());
  options.onBusy?.(loadingTime(manifest));
  const settings = { threads: options.threads ?? defaultThreads() };
  const opened = await openSession(folder, manifest, settings);
  const inspection = lazy(() => openInspectSession(folder, manifest, settings));
  const announce = announcePasses(manifest, options.onBusy);
  const session: DecoderSession = {
    ...opened,
    forward(input) {
      announce(input.ids.length);
      return opened.forward(input);
    },
  };
  return {
    name: path.basename(folder),
    folder,
    manifest,
    tokenizer,
    session,
    capabilities: capabilitiesOf(manifest),
    inspection,
    run: (items, signal) => runHiding({ session, inspection, tokenizer, limits }, items, signal),
    async release() {
      await session.release();
      if (inspection.started) await (await inspection.get()).release();
    },
  };
}

async function openPlanned(plan: ForeignPlan, options: DecoderOptions): Promise<Decoder> {
  const opened = await openForeign(plan, options.threads ?? defaultThreads(), options.onBusy);
  const { manifest, session, notes } = opened;
  const tokenizer = await loadTokenizer(plan.place.folder, manifest).catch(async (error: unknown) => {
    await session.release();
    throw error;
  });
  return {
    name: path.basename(path.resolve(plan.place.folder)),
    folder: plan.place.folder,
    manifest,
    tokenizer,
    session: undefined,
    capabilities: { probabilities: true, ...(notes.length > 0 ? { notes } : {}) },
    inspection: undefined,
    run: async (items, signal) => {
      if (items.some(({ hides }) => hides !== undefined && hides.length > 0)) {
        throw new StepscopeError('unsupported', `${path.basename(plan.place.folder)} cannot hide parts of its input: use a model folder made by "stepscope convert".`);
      }
      return runForeignBatch(opened, tokenizer, items, options.limits ?? opened.limits, signal);
    },
    release: () => session.release(),
  };
}

function isFile(file: string): Promise<boolean> {
  return stat(file).then((info) => info.isFile(), () => false);
}

/** Physical cores do the arithmetic; more threads than that only wait for each other. */
function defaultThreads(): number {
  return Math.max(1, Math.min(8, os.availableParallelism()));
}
