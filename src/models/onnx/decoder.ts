import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ModelCapabilities } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import { GRAPH_VERSION } from '../convert/decoder-graph.ts';
import { MANIFEST_FILE, readManifest, type ModelManifest } from '../manifest.ts';
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
  /** Hears of work that takes the event loop for a while, with a generous estimate in ms. */
  readonly onBusy?: (ms: number) => void;
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
  options.onBusy?.(loadingTime(Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0)));
  const settings = { threads: options.threads ?? defaultThreads() };
  const opened = await openSession(folder, manifest, settings);
  const inspection = lazy(() => openInspectSession(folder, manifest, settings));
  const busy = announcer(manifest, options);
  const session: DecoderSession = {
    ...opened,
    forward(input) {
      busy(input.ids.length);
      return opened.forward(input);
    },
  };
  return {
    name: path.basename(folder),
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

/** What a converted model can do, by its manifest: masks always, the rest with an inspection graph. */
function capabilitiesOf({ inspect }: ModelManifest): ModelCapabilities {
  const inspected = inspect !== undefined;
  return { probabilities: true, masks: true, attention: inspected, gates: inspected, hidden: inspected };
}

async function openPlanned(plan: ForeignPlan, options: DecoderOptions): Promise<Decoder> {
  const opened = await openForeign(plan, options.threads ?? defaultThreads(), (bytes) => options.onBusy?.(loadingTime(bytes)));
  const { manifest, session } = opened;
  const tokenizer = await loadTokenizer(plan.place.folder, manifest).catch(async (error: unknown) => {
    await session.release();
    throw error;
  });
  const busy = announcer(manifest, options);
  const model = {
    ...opened,
    session: {
      ...session,
      forward(pass: Parameters<typeof session.forward>[0]) {
        busy(pass.ids.length * (pass.ids[0]?.length ?? 0));
        return session.forward(pass);
      },
    },
  };
  return {
    name: path.basename(path.resolve(plan.place.folder)),
    manifest,
    tokenizer,
    session: undefined,
    capabilities: { probabilities: true, ...(opened.notes.length > 0 ? { notes: opened.notes } : {}) },
    inspection: undefined,
    run: async (items, signal) => {
      if (items.some(({ hides }) => hides !== undefined && hides.length > 0)) {
        throw new StepscopeError('unsupported', `${path.basename(plan.place.folder)} cannot hide parts of its input: use a model folder made by "stepscope convert".`);
      }
      return runForeignBatch(model, tokenizer, items, options.limits ?? opened.limits, signal);
    },
    release: () => session.release(),
  };
}

function isFile(file: string): Promise<boolean> {
  return stat(file).then((info) => info.isFile(), () => false);
}

/** How long onnxruntime may take to read and pack the weights (ms), from a slow disk. */
function loadingTime(bytes: number): number {
  return 2000 + bytes / 30_000;
}

/** Slower than any machine that runs these models: operations a second, for saying how long a pass can take at most. */
const SLOWEST = 2e9;
/** Passes that may take longer than this (ms) are announced. */
const LONG_PASS = 1000;

/** Says before each long pass how long it may take, so that whoever waits can tell work from a hang. */
function announcer(manifest: ModelManifest, { onBusy }: DecoderOptions): (tokens: number) => void {
  return (tokens) => {
    const ms = (1000 * 2 * manifest.parameters * tokens) / SLOWEST;
    if (ms > LONG_PASS) onBusy?.(ms);
  };
}

/** Physical cores do the arithmetic; more threads than that only wait for each other. */
function defaultThreads(): number {
  return Math.max(1, Math.min(8, os.availableParallelism()));
}
