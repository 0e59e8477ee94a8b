import path from 'node:path';
import type { GenerateRequest } from '../../src/core/model.ts';
import { VERDICT_READING, VERDICTS } from '../../src/core/verifier/prompt.ts';
import { bundledModelDirectory } from '../../src/models/catalog.ts';
import { loadRuntime } from '../../src/models/onnx/runtime.ts';
import { LIMIT, SAMPLES, SAMPLING, secondsSince, type Peer } from './peer.ts';

/** This project's engine with the bundled verifier, one batch a trace, as the extension and the terminal run it. */
export async function openStepscope(threads: number): Promise<Peer> {
  const runtime = await loadRuntime(bundledModelDirectory(path.resolve('.'), 'r-prm'), { threads });
  const run = async (requests: readonly GenerateRequest[]) => {
    let tokens = 0;
    let first = 0;
    await runtime.generate(requests, (event) => {
      if (first === 0) first = performance.now();
      if (event.type === 'sample') tokens += event.tokens;
    });
    return { tokens, seconds: secondsSince(first) };
  };
  return {
    name: `Stepscope, ${runtime.info.weights}, ${threads} threads`,
    async prefill(prompt) {
      const started = performance.now();
      const [reading] = await runtime.probabilities([prompt], VERDICTS);
      return (reading?.ok === true ? reading.tokens : NaN) / secondsSince(started);
    },
    async decode(prompt, rows, limit) {
      const { tokens, seconds } = await run([{ prompt, n: rows, maxNewTokens: limit, ...SAMPLING, seed: 1, stop: [] }]);
      return tokens / seconds;
    },
    async job(traces) {
      let sum = 0;
      for (const [seed, prompts] of traces.entries()) {
        const { tokens } = await run(prompts.map((prompt) => ({ prompt, n: SAMPLES, maxNewTokens: LIMIT, ...SAMPLING, seed, ...VERDICT_READING })));
        sum += tokens;
      }
      return sum;
    },
    close: () => runtime.release(),
  };
}
