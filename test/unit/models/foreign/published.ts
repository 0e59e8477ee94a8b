import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { GenerateEvent, GenerateRequest } from '../../../../src/core/model.ts';
import { loadRuntime, type Runtime } from '../../../../src/models/onnx/runtime.ts';
import { createExporter, type ExportLayout, type Exporter } from './export.ts';

export type SampleEvent = Extract<GenerateEvent, { type: 'sample' }>;

/** What most exports look like. */
export const COMMON: ExportLayout = { attention: 'gqa', positions: true, cache: true };

/** One checkpoint, published in any number of layouts for the tests of a suite. */
export interface Published {
  readonly work: string;
  /** A new folder with one graph. */
  readonly publish: (layout: ExportLayout, name?: string) => Promise<string>;
  /** Released after the test. */
  readonly load: (given: string) => Promise<Runtime>;
}

/** Sets a suite up; `source` gives the checkpoint's folder, which may be made below `work`. */
export function publishedModel(source: (work: string) => string): Published {
  let work = '';
  let exporter: Exporter;
  let folders = 0;
  const open: Runtime[] = [];
  before(async () => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-foreign-'));
    exporter = await createExporter(source(work), path.join(work, 'export'));
  });
  afterEach(async () => {
    for (const runtime of open.splice(0)) await runtime.release();
  });
  after(async () => {
    await exporter.close();
    rmSync(work, { recursive: true, force: true });
  });
  return {
    get work() {
      return work;
    },
    publish: async (layout, name = 'model.onnx') => exporter.publish(path.join(work, `published-${++folders}`), await exporter.graph(layout), name),
    async load(given) {
      const runtime = await loadRuntime(given);
      open.push(runtime);
      return runtime;
    },
  };
}

export async function generate(runtime: Runtime, requests: readonly GenerateRequest[], signal?: AbortSignal) {
  const samples: SampleEvent[] = [];
  const failed: GenerateEvent[] = [];
  const counts = await runtime.generate(
    requests,
    (event) => {
      if (event.type === 'sample') samples.push(event);
      else if (event.type === 'failed') failed.push(event);
    },
    signal,
  );
  samples.sort((a, b) => a.request - b.request || a.sample - b.sample);
  return { samples, failed, counts };
}
