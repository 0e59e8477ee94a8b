import type { GenerateEvent, GenerateRequest } from '../../core/model.ts';
import { answerStart, opensThinking } from '../../core/trace/thinking.ts';
import { aborted, ServerFault } from './fault.ts';
import type { Pool } from './pool.ts';
import { pushStream } from './push-stream.ts';
import { readNext, roomFor, streamSample, type Readout, type SampleText, type Server } from './sample.ts';

/**
 * See LanguageModel.generate. Every sample is a request of its own with a seed of its own, so that it can be repeated, moved to
 * another server and continued later; servers share the prompt's computation through their prefix caches.
 */
export function generateBatch(pool: Pool<Server>, requests: readonly GenerateRequest[], signal?: AbortSignal): AsyncGenerator<GenerateEvent> {
  return pushStream(async (push, left) => {
    const failed = new AbortController();
    const until = AbortSignal.any([left, failed.signal]);
    try {
      await Promise.all(requests.map((request, index) => runRequest(pool, request, index, push, until)));
    } catch (error) {
      throw signal?.aborted === true ? aborted() : error;
    } finally {
      // A failure of the whole batch ends what still runs.
      failed.abort();
    }
  }, signal);
}

/** Runs all samples of a request. Throws what ends the whole batch; what ends only this request is an event. */
async function runRequest(pool: Pool<Server>, request: GenerateRequest, index: number, push: (event: GenerateEvent) => void, signal: AbortSignal): Promise<void> {
  const refused = new AbortController();
  const until = AbortSignal.any([signal, refused.signal]);
  let room: Promise<number> | undefined;
  /** All samples wait for one measurement of the prompt; one that failed is made again. */
  const roomOn = (server: Server) => {
    room ??= roomFor(server, request.prompt, request.maxNewTokens, until);
    room.catch(() => (room = undefined));
    return room;
  };
  const one = async (sample: number) => {
    const preview = previewOf((text) => push({ type: 'text', request: index, sample, text }));
    const seed = seedOf(request.seed, (request.firstSample ?? 0) + sample);
    const made = await pool.run(async (server) => {
      const text = await streamSample(server, request, seed, await roomOn(server), preview, until);
      return { text, readout: await readAfter(server, request, text, until).catch(passing) };
    }, until);
    // The text is there: only the reading is made again, wherever there is room.
    const readout = made.readout === 'failed' ? await pool.run((server) => readAfter(server, request, made.text, until), until) : made.readout;
    preview(made.text.text);
    push({ type: 'sample', request: index, sample, ...made.text, ...readoutFields(readout) });
  };
  try {
    await Promise.all(Array.from({ length: request.n }, (_, sample) => one(sample)));
  } catch (error) {
    refused.abort();
    const alone = error instanceof ServerFault && (error.kind === 'request' || (error.retryable && pool.alive));
    if (!alone) throw error;
    push({ type: 'failed', request: index, reason: error.reason, message: error.message });
  }
}

/** A failure that may pass. */
function passing(error: unknown): 'failed' {
  if (error instanceof ServerFault && error.retryable) return 'failed';
  throw error;
}

async function readAfter(server: Server, { prompt, readout, skipThinking }: GenerateRequest, { text }: SampleText, signal: AbortSignal): Promise<Readout | undefined> {
  const seen = skipThinking === true ? answerStart(text, opensThinking(prompt)) : 0;
  const at = readout === undefined || seen === undefined ? -1 : text.indexOf(readout.after, seen);
  if (readout === undefined || at < 0) return undefined;
  return readNext(server, prompt, text.slice(0, at + readout.after.length), readout.candidates, signal);
}

function readoutFields(readout: Readout | undefined): Pick<Extract<GenerateEvent, { type: 'sample' }>, 'readout' | 'bound' | 'unread'> {
  if (readout === undefined) return { readout: undefined };
  if (!readout.ok) return { readout: undefined, unread: readout.fault.message };
  const { probabilities, bound } = readout.reading;
  return { readout: probabilities, ...(bound === undefined ? {} : { bound }) };
}

/** Passes on what is new in a growing text. A second attempt that writes something else is not shown. */
function previewOf(show: (text: string) => void): (text: string) => void {
  let shown = '';
  return (text) => {
    if (text.length <= shown.length || !text.startsWith(shown)) return;
    show(text.slice(shown.length));
    shown = text;
  };
}

/** Spreads (seed, sample) over 31 bits, the range that every server takes. */
export function seedOf(seed: number, sample: number): number {
  // The finaliser of MurmurHash3: neighbours must not get neighbouring seeds.
  let hash = Math.imul(seed ^ Math.imul(sample + 1, 0x9e3779b1), 1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & 0x7fffffff;
}
