/** From nothing to the first token in a process of its own, and the memory that it takes: npm run bench -- start. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { scoreTrace } from '../../src/core/verifier/score-trace.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../src/core/verifier/settings.ts';
import { stepTexts } from '../../src/core/trace/trace.ts';
import { openTraces } from '../../src/formats/open.ts';
import { bundledModelDirectory } from '../../src/models/catalog.ts';
import { createEngine } from '../../src/models/onnx/engine.ts';

const ROUNDS = 5;

/** Peak and present resident memory of a process in MB; Linux only. */
function memory(pid: number | undefined): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) => (Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024).toFixed(0);
  return `${megabytes('VmRSS')} MB, peak ${megabytes('VmHWM')} MB`;
}

export async function benchStart(): Promise<void> {
  const opened = openTraces('photos.md', readFileSync(path.resolve('media/samples/photos.md')));
  const trace = opened.ok ? opened.value.trace(0) : opened;
  if (!trace.ok) throw new Error(trace.error.message);
  const request = { problem: trace.value.problem, steps: stepTexts(trace.value), settings: DEFAULT_VERIFIER_SETTINGS };
  for (let round = 0; round < ROUNDS; round++) {
    const engine = createEngine({ enginePath: path.resolve('dist/engine.js') });
    const started = performance.now();
    const model = await engine.load(bundledModelDirectory(path.resolve('.'), 'r-prm'));
    const loaded = performance.now() - started;
    let first = 0;
    for await (const event of model.generate([{ prompt: `Question: ${request.problem}\n`, n: 1, maxNewTokens: 1, temperature: 0, topP: 1, seed: 0, stop: [] }])) {
      if (event.type !== 'failed' && first === 0) first = performance.now() - started;
    }
    const afterFirst = memory(engine.pid);
    let scored = 0;
    for (const k of [1, 8]) for await (const event of scoreTrace(model, { ...request, settings: { ...request.settings, k } })) scored += event.type === 'step' ? 1 : 0;
    console.log(`model loaded after ${loaded.toFixed(0)} ms, first token after ${first.toFixed(0)} ms (${afterFirst}); after scoring ${scored / 2} steps at K = 1 and 8: ${memory(engine.pid)}`);
    engine.dispose();
  }
}
