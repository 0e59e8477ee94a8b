import type { GenerateEvent, GenerateRequest, LanguageModel, ProbabilityReading } from '../model.ts';
import type { LoggedSearchEvent, SearchFinished } from './events.ts';
import type { SearchSettings } from './settings.ts';
import { solve, type SearchModels, type SearchOptions, type SearchProblem } from './solve.ts';

/** A question to a model that waits for the others. */
interface Call {
  /** Of the problem that asks. */
  readonly order: number;
  readonly model: LanguageModel;
  readonly kind: 'generate' | 'read';
  /** Asks for all calls of a batch, which have its model and kind; settles each. */
  readonly run: (batch: readonly Call[]) => Promise<void>;
  readonly requests: readonly GenerateRequest[];
  readonly prompts: readonly string[];
  readonly candidates: readonly string[];
  readonly settle: (answer: { readonly events: readonly GenerateEvent[]; readonly readings: readonly ProbabilityReading[] }) => void;
  readonly reject: (error: unknown) => void;
}

/** A problem's place in the gate: its models are the shared ones, asked together with the other problems'. */
interface Seat {
  readonly policy: LanguageModel | undefined;
  readonly verifier: LanguageModel | undefined;
  leave(): void;
}

/**
 * Merges the questions of several searches: when every open search waits for a model, what they ask the policy becomes one
 * batch, and when none of them waits for it, what they ask the verifier. Which questions meet depends on the searches
 * alone, not on the clock, and they stand in the order of the problems: so the batches, and with them the tokens, are the
 * same each time. They are other batches than those of a problem that is solved alone. Only local models are waited for.
 */
function createGate({ policy, verifier }: SearchModels, signal: AbortSignal | undefined): { join(order: number): Seat } {
  let seats = 0;
  let running = false;
  let waiting: Call[] = [];

  const flush = () => {
    if (running || waiting.length === 0 || waiting.length < seats) return;
    const first = waiting.find(({ model }) => model === policy) ?? waiting[0];
    const isOfBatch = ({ model, kind }: Call) => model === first?.model && kind === first.kind;
    const batch = waiting.filter(isOfBatch).sort((a, b) => a.order - b.order);
    waiting = waiting.filter((call) => !isOfBatch(call));
    running = true;
    void batch[0]?.run(batch).catch((error: unknown) => batch.forEach(({ reject }) => reject(error))).finally(() => {
      running = false;
      flush();
    });
  };
  const ask = (call: Pick<Call, 'order' | 'model' | 'kind' | 'run'> & Partial<Pick<Call, 'requests' | 'prompts' | 'candidates'>>) =>
    new Promise<{ readonly events: readonly GenerateEvent[]; readonly readings: readonly ProbabilityReading[] }>((settle, reject) => {
      waiting.push({ requests: [], prompts: [], candidates: [], ...call, settle, reject });
      flush();
    });
  const seated = (model: LanguageModel, order: number): LanguageModel => {
    // A server has no batches: nobody waits.
    if (model.concurrent === true) return model;
    return {
      ...model,
      async *generate(requests) {
        yield* (await ask({ order, model, kind: 'generate', run: (batch) => generateAll(model, batch, signal), requests })).events;
      },
      async nextTokenProbabilities(prompts, candidates) {
        return (await ask({ order, model, kind: 'read', run: (batch) => readAll(model, batch, signal), prompts, candidates })).readings;
      },
    };
  };

  return {
    join(order) {
      seats++;
      return {
        policy: policy && seated(policy, order),
        verifier: verifier && seated(verifier, order),
        leave() {
          seats--;
          flush();
        },
      };
    },
  };
}

async function generateAll(model: LanguageModel, batch: readonly Call[], signal: AbortSignal | undefined): Promise<void> {
  const owners = batch.flatMap((call) => call.requests.map((_, request) => ({ call, request })));
  const events = new Map<Call, GenerateEvent[]>(batch.map((call) => [call, []]));
  for await (const event of model.generate(batch.flatMap(({ requests }) => requests), signal)) {
    const owner = owners[event.request];
    if (owner !== undefined && event.type !== 'text') events.get(owner.call)?.push({ ...event, request: owner.request });
  }
  for (const call of batch) call.settle({ events: events.get(call) ?? [], readings: [] });
}

async function readAll(model: LanguageModel, batch: readonly Call[], signal: AbortSignal | undefined): Promise<void> {
  const readings = await model.nextTokenProbabilities(batch.flatMap(({ prompts }) => prompts), batch[0]?.candidates ?? [], signal);
  let from = 0;
  for (const call of batch) {
    call.settle({ events: [], readings: readings.slice(from, from + call.prompts.length) });
    from += call.prompts.length;
  }
}

/** One of the problems of a run. */
export interface RunProblem extends SearchProblem {
  /** See SearchOptions. */
  readonly rounds?: SearchOptions['rounds'];
}

/** Problems at once: with a local model more prompts in a batch make each row slower than they fill it; a server wants many. */
export const PROBLEMS_AT_ONCE = { local: 4, served: 64 } as const;

/** Whether a problem has nothing left to do. */
export function isOver(finished: SearchFinished | undefined): boolean {
  return finished?.reason === 'done';
}

/** The seed of a problem of a data set: its row's, so that problems do not share their luck and a row alone has the seed that it has among others. */
export function problemSeed(seed: number, row: number | undefined): number {
  return (seed + (row ?? 0)) % 2 ** 31;
}

/**
 * Solves several problems at once, at most `open` at a time, their rounds in lockstep (see createGate): the way to run a data
 * set. Each has the seed of its row. Events of different problems interleave; each problem ends with `finished`, those that
 * were never begun when the signal fired with nothing.
 */
export async function solveTogether(models: SearchModels, problems: readonly RunProblem[], settings: SearchSettings, open: number, emit: (event: LoggedSearchEvent) => void, signal?: AbortSignal): Promise<void> {
  const gate = createGate(models, signal);
  let next = 0;
  const begin = () => {
    const index = next++;
    const problem = signal?.aborted === true ? undefined : problems[index];
    return problem && { index, problem, seat: gate.join(index) };
  };
  const lane = async (first: ReturnType<typeof begin>) => {
    for (let current = first; current !== undefined; ) {
      const { index, problem, seat } = current;
      const own = { ...models, policy: seat.policy, verifier: seat.verifier };
      const options = { ...(problem.rounds && { rounds: problem.rounds }), ...(signal && { signal }) };
      for await (const event of solve(own, problem, { ...settings, seed: problemSeed(settings.seed, problem.row) }, options)) emit({ ...event, problem: index });
      // The next takes its place before this one leaves: the others wait for it.
      current = begin();
      seat.leave();
    }
  };
  // All are seated before the first asks.
  await Promise.all(Array.from({ length: Math.min(open, problems.length) }, begin).map(lane));
}
