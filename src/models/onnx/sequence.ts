import { answerStart } from '../../core/trace/thinking.ts';
import { createRandom, type Random } from '../../core/random.ts';
import { softmaxOver } from './sampler.ts';
import { createTextStream, type TextStream } from './text-stream.ts';
import type { Hide } from './interventions.ts';
import type { ModelTokenizer } from './tokenizer.ts';
import type { TrunkPath } from './trunk.ts';

/** One generation request in token terms. */
export interface SequenceRequest {
  readonly ids: readonly number[];
  /** What later rows do not see, in all layers and heads. A place in the prompt, and from a place in it on. Default: nothing. */
  readonly hides?: readonly Hide[];
  readonly n: number;
  readonly firstSample: number;
  /** 0 reads the next token's distribution and generates nothing. */
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
  readonly stop: readonly string[];
  readonly readout: { readonly after: string; readonly tokens: readonly number[] } | undefined;
  /** `stop` and `readout` look past thinking; `opened`: the prompt ends in an open thinking block. */
  readonly skipThinking?: { readonly opened: boolean };
}

export interface SequenceResult {
  readonly sample: number;
  readonly text: string;
  readonly ids: readonly number[];
  readonly finish: 'stop' | 'end' | 'length';
  /** Probabilities of the readout's tokens. */
  readonly readout: readonly number[] | undefined;
  /** The marker appeared, but inside a token: the text up to it must be read again to get the readout. */
  readonly readAgain: string | undefined;
}

export interface SequenceListener {
  text(sample: number, delta: string): void;
  done(result: SequenceResult): void;
}

/** One running or waiting sample. */
export interface Sequence {
  readonly request: SequenceRequest;
  readonly listener: SequenceListener;
  readonly sample: number;
  readonly random: Random;
  readonly stream: TextStream;
  path: TrunkPath | undefined;
  column: number;
  /** First slot of its column that is its own. */
  firstSlot: number;
  /** Generated, and not yet passed through the model. */
  pendingToken: number;
  /** The readout is the distribution that comes next. */
  readNext: boolean;
  readout: readonly number[] | undefined;
  readAgain: string | undefined;
  finished: boolean;
}

export function createSequence(request: SequenceRequest, sample: number, listener: SequenceListener, tokenizer: ModelTokenizer): Sequence {
  return {
    request,
    listener,
    sample,
    random: createRandom(request.seed, request.firstSample + sample),
    stream: createTextStream(tokenizer),
    path: undefined,
    column: -1,
    firstSlot: 0,
    pendingToken: -1,
    readNext: false,
    readout: undefined,
    readAgain: undefined,
    finished: false,
  };
}

export type Sampler = (logits: Float32Array, temperature: number, topP: number, random: Random) => number;

/**
 * Takes the distribution after everything so far, draws the next token, and decides whether the sample ends with it.
 * Calls the listener; sets `finished`.
 */
export function advance(sequence: Sequence, logits: Float32Array, sampler: Sampler, endTokens: readonly number[], roomLeft: number): void {
  const { request, stream, listener, sample } = sequence;
  if (request.readout !== undefined && (sequence.readNext || request.maxNewTokens === 0)) {
    sequence.readout = softmaxOver(logits, request.readout.tokens);
    sequence.readNext = false;
  }
  if (request.maxNewTokens === 0) {
    finish(sequence, 'length', '', []);
    return;
  }
  const token = sampler(logits, request.temperature, request.topP, sequence.random);
  if (endTokens.includes(token)) {
    finish(sequence, 'end', stream.text, [...stream.ids, token]);
    return;
  }
  const before = stream.text;
  const after = stream.push(token);
  sequence.pendingToken = token;
  const seen = request.skipThinking === undefined ? 0 : answerStart(after, request.skipThinking.opened);
  const stopAt = seen === undefined ? undefined : findStop(after, seen, before.length, request.stop);
  const text = stopAt === undefined ? after : after.slice(0, stopAt);
  if (seen !== undefined) noteReadout(sequence, seen, before.length, text);
  if (text.length > before.length) listener.text(sample, text.slice(before.length));
  if (stopAt !== undefined) finish(sequence, 'stop', text, stream.ids);
  else if (stream.ids.length >= request.maxNewTokens || roomLeft <= 0) finish(sequence, 'length', text, stream.ids);
}

/** `seen`: where the text begins that is looked at; `from`: where its newest part begins. */
function noteReadout(sequence: Sequence, seen: number, from: number, text: string): void {
  const { readout } = sequence.request;
  if (readout === undefined || sequence.readout !== undefined || sequence.readAgain !== undefined || sequence.readNext) return;
  const at = text.indexOf(readout.after, Math.max(seen, from - readout.after.length));
  if (at < 0) return;
  const end = at + readout.after.length;
  if (end === text.length && end === sequence.stream.text.length) sequence.readNext = true;
  else sequence.readAgain = text.slice(0, end);
}

/** Offset right after the first stop string that the newest text completes. */
function findStop(text: string, seen: number, from: number, stops: readonly string[]): number | undefined {
  let best: number | undefined;
  for (const stop of stops) {
    const at = text.indexOf(stop, Math.max(seen, from - stop.length + 1));
    if (at >= 0 && (best === undefined || at + stop.length < best)) best = at + stop.length;
  }
  return best;
}

function finish(sequence: Sequence, reason: SequenceResult['finish'], text: string, ids: readonly number[]): void {
  sequence.finished = true;
  // A sample that ends right at the marker leaves the distribution after it unread.
  const readAgain = sequence.readNext ? text : sequence.readAgain;
  sequence.listener.done({ sample: sequence.sample, text, ids: [...ids], finish: reason, readout: sequence.readout, readAgain });
}
