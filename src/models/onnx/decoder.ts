import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ModelCapabilities } from '../../core/model.ts';
import { StepscopeError } from '../../core/result.ts';
import { GRAPH_VERSION } from '../convert/decoder-graph.ts';
import { capabilitiesOf, MANIFEST_FILE, readManifest, type ModelManifest } from '../manifest.ts';
import { attentionMeans, type ReadAttention } from './attention-means.ts';
import { announcePasses, loadingTime, type OnBusy } from './busy.ts';
import { openForeignDecoder } from './foreign/foreign-decoder.ts';
import { planForeign } from './foreign/open-foreign.ts';
import { lazy, runHiding, type HidingItem } from './hiding-batch.ts';
import { attentionSource, inspect } from './inspect.ts';
import { openInspectSession, type InspectInput } from './inspect-session.ts';
import type { Inspect } from './inspect-text.ts';
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
  /** Throws `unsupported` for what the capabilities do not name. The first call loads the weights a second time. */
  readonly inspect: Inspect;
  /** The same for this. */
  readonly attention: ReadAttention;
  /** See inGroups. */
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
  return plan === undefined ? openConverted(given, options) : openForeignDecoder(plan, options, options.threads ?? defaultThreads());
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
  const announce = announcePasses(manifest, options.onBusy);
  const inspection = lazy(async () => {
    options.onBusy?.(loadingTime(manifest));
    const inner = await openInspectSession(folder, manifest, settings);
    return {
      ...inner,
      forward(input: InspectInput) {
        announce(input.ids.length);
        return inner.forward(input);
      },
    };
  });
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
    inspect: async (request, signal) => inspect(await inspection.get(), request, signal),
    attention: async (request, onRead, signal) => attentionMeans(attentionSource(await inspection.get()), request, onRead, signal),
    run: (items, signal) => runHiding({ session, inspection, tokenizer, limits }, items, signal),
    async release() {
      await session.release();
      if (inspection.started) await (await inspection.get()).release();
    },
  };
}

function isFile(file: string): Promise<boolean> {
  return stat(file).then((info) => info.isFile(), () => false);
}

/** Physical cores do the arithmetic; more threads than that only wait for each other. */
function defaultThreads(): number {
  return Math.max(1, Math.min(8, os.availableParallelism()));
}
