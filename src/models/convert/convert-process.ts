import type { ConvertEvent, ConvertOrder, EngineResults } from '../../protocol/engine.ts';
import { openChannel } from '../onnx/channel.ts';
import type { EngineProgram } from '../onnx/engine-program.ts';

/**
 * Converts a checkpoint in a process of its own, so that neither the editor nor a model that is scoring waits for it.
 * Throws what convertModel throws, and `engine-exited` when the process dies;
 * in no case does a half-written model stay.
 */
export async function convertInProcess(program: EngineProgram, order: ConvertOrder, onProgress: (event: ConvertEvent) => void, signal?: AbortSignal): Promise<EngineResults['convert']> {
  const channel = openChannel(program);
  try {
    return await channel.request({ type: 'convert', order }, (event) => event.type === 'converted' && onProgress(event), signal);
  } finally {
    // An aborted conversion still removes its folder; the process gets the time for it.
    if (signal?.aborted === true) setTimeout(() => channel.close(), CLEAN_UP_MS).unref();
    else channel.close();
  }
}

const CLEAN_UP_MS = 2000;
