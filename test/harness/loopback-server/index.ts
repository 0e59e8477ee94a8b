// A loopback model server in a process of its own, which can die as real ones do. Started by test/harness/loopback.ts, which
// gives its options as JSON. Prints its address, then one line of JSON for each request; ends when its input ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { FAKE_MODEL } from '../../unit/openai/fake-model.ts';
import { isWork, startServer } from '../../unit/openai/fake-server.ts';
import { LLAMA_CPP, OLLAMA, VLLM } from '../../unit/openai/flavours.ts';
import type { LoopbackOptions } from '../loopback.ts';

const FLAVOURS = { vllm: VLLM, llamacpp: LLAMA_CPP, ollama: OLLAMA };

async function main({ flavour = 'vllm', ids = ['r-prm'], key, delay = 0, listed, port, context }: LoopbackOptions): Promise<void> {
  const shape = FLAVOURS[flavour];
  const list = (tokens: number) => ({ object: 'list', data: ids.flatMap((id) => (shape.models(id, tokens) as { data: object[] }).data) });
  const server = await startServer({
    flavour: { ...shape, models: (_id, tokens) => list(tokens) },
    ...(key === undefined ? {} : { key }),
    ...(port === undefined ? {} : { port }),
    ...(context === undefined ? {} : { context }),
    ...(listed === undefined ? {} : { model: { ...FAKE_MODEL, top: (text) => FAKE_MODEL.top(text).slice(0, listed) } }),
    async before(asked) {
      process.stdout.write(`${JSON.stringify({ path: asked.path, authorization: asked.headers.authorization ?? null, work: isWork(asked) })}\n`);
      if (isWork(asked)) await sleep(delay);
    },
  });
  process.stdout.write(`${server.url}\n`);
}

// Each line of its input is answered with an empty one: what was printed before it has been read then.
process.stdin.on('end', () => process.exit(0)).on('data', (data) => process.stdout.write('\n'.repeat(String(data).split('\n').length - 1)));
main(JSON.parse(process.argv[2] ?? '{}') as LoopbackOptions).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
