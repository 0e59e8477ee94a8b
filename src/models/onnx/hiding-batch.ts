import type { HiddenPart } from '../../core/model.ts';
import type { InspectSession } from './inspect-session.ts';
import { isPlain, type Hide } from './interventions.ts';
import { interveningSession } from './intervening-session.ts';
import { runBatch, type BatchItem, type SchedulerCounts, type SchedulerLimits } from './scheduler.ts';
import type { DecoderSession } from './session.ts';
import { hideOf, tokenSpans } from './token-spans.ts';
import type { ModelTokenizer } from './tokenizer.ts';

/** A request, and what its later rows do not see: nothing when absent. */
export interface HidingItem extends BatchItem {
  readonly hides?: readonly Hide[];
}

export function hidesOf(tokenizer: ModelTokenizer, prompt: string, ids: readonly number[], parts: readonly HiddenPart[]): Hide[] {
  if (parts.length === 0) return [];
  const spans = tokenSpans(tokenizer, prompt, ids);
  return parts.map((part) => hideOf(spans, part));
}

/** Something that is made when it is first needed; a failure is forgotten, so that the next use tries again. */
export interface Lazy<T> {
  readonly started: boolean;
  get(): Promise<T>;
}

export function lazy<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  return {
    get started() {
      return made !== undefined;
    },
    get() {
      if (made === undefined) {
        made = make();
        made.catch(() => (made = undefined));
      }
      return made;
    },
  };
}

interface Engine {
  readonly session: DecoderSession;
  readonly inspection: Lazy<InspectSession>;
  readonly tokenizer: ModelTokenizer;
  readonly limits: SchedulerLimits;
}

/**
 * Runs requests; those that hide the same positions decode together, and groups follow each other: for interventions that
 * hold for all rows of a batch.
 */
export async function inGroups(items: readonly HidingItem[], runGroup: (hides: readonly Hide[], group: readonly HidingItem[]) => Promise<SchedulerCounts>): Promise<SchedulerCounts> {
  const groups = new Map<string, HidingItem[]>();
  for (const item of items) {
    const key = JSON.stringify(item.hides ?? []);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  let total: SchedulerCounts = { prefillTokens: 0, decodeSteps: 0, decodedTokens: 0 };
  for (const group of groups.values()) total = sum(total, await runGroup(group[0]?.hides ?? [], group));
  return total;
}

/**
 * Runs requests on a converted model. What is hidden in all layers and heads is a matter of each row's mask, so that such
 * requests decode together with those that hide nothing; the others run in groups that hide the same, after them.
 */
export async function runHiding({ session, inspection, tokenizer, limits }: Engine, items: readonly HidingItem[], signal?: AbortSignal): Promise<SchedulerCounts> {
  const isPlainItem = ({ hides = [] }: HidingItem) => isPlain({ hide: hides });
  const plain = items.filter(isPlainItem).map(({ request, listener, hides }) => ({ listener, request: hides === undefined ? request : { ...request, hides } }));
  const layered = items.filter((item) => !isPlainItem(item));
  const first = plain.length > 0 || items.length === 0 ? await runBatch(session, tokenizer, plain, limits, signal) : undefined;
  const rest = await inGroups(layered, async (hide, group) => runBatch(interveningSession(await inspection.get(), { hide }), tokenizer, group, limits, signal));
  return first === undefined ? rest : sum(first, rest);
}

function sum(one: SchedulerCounts, other: SchedulerCounts): SchedulerCounts {
  return {
    prefillTokens: one.prefillTokens + other.prefillTokens,
    decodeSteps: one.decodeSteps + other.decodeSteps,
    decodedTokens: one.decodedTokens + other.decodedTokens,
  };
}
