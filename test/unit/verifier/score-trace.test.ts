import assert from 'node:assert/strict';
import type { ChatPrompt, ChatRequest } from '../../../src/core/chat.ts';
import type { GenerateEvent, GenerateRequest, LanguageModel, ProbabilityReading } from '../../../src/core/model.ts';
import { StepscopeError } from '../../../src/core/result.ts';
import { combineSamples, provenanceOf, summarize } from '../../../src/core/verifier/combine.ts';
import type { ScoreEvent } from '../../../src/core/verifier/events.ts';
import { VERDICT_MARKER } from '../../../src/core/verifier/prompt.ts';
import type { Sample, Score } from '../../../src/core/verifier/score.ts';
import { scoreTrace, scoreTraces } from '../../../src/core/verifier/score-trace.ts';
import { failsWith } from '../models/fails-with.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../../src/core/verifier/settings.ts';

const INFO = { name: 'fake', hash: 'h', weights: 'none', parameters: 1, context: 100 };
const PROVENANCE = provenanceOf(INFO, DEFAULT_VERIFIER_SETTINGS, '2026-01-01T00:00:00Z');

function sample(pYes: number | undefined, verdict: 'yes' | 'no' | undefined = pYes === undefined ? undefined : pYes < 0.5 ? 'no' : 'yes'): Sample {
  return { pYes, verdict, analysis: 'a', sections: [], tokens: 3 };
}

/** A model for faults only: what it answers is written down; it remembers what it was asked. */
function fakeModel(answer: (request: GenerateRequest, index: number) => GenerateEvent[], read: (prompt: string) => ProbabilityReading = () => ({ ok: true, probabilities: [0.25, 0.75], tokens: 5 })) {
  const asked: GenerateRequest[] = [];
  const model: LanguageModel = {
    info: INFO,
    capabilities: { probabilities: true },
    async *generate(requests) {
      asked.push(...requests);
      await Promise.resolve();
      for (const [index, request] of requests.entries()) yield* answer(request, index);
    },
    nextTokenProbabilities: (prompts) => Promise.resolve(prompts.map(read)),
  };
  return { model, asked };
}

function answerWith(text: string, readout: readonly number[] | undefined) {
  return (request: GenerateRequest, index: number): GenerateEvent[] =>
    Array.from({ length: request.n }, (_, i) => ({ type: 'sample', request: index, sample: i, text, tokens: 3, finish: 'stop', readout }));
}

async function all(events: AsyncIterable<ScoreEvent>): Promise<ScoreEvent[]> {
  const list: ScoreEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

function scoresOf(events: readonly ScoreEvent[]): Score[] {
  return events.flatMap((event) => (event.type === 'step' ? [event.score] : []));
}

describe('combining samples', () => {
  it('means P(Yes) over the parsed samples and counts the others', () => {
    const score = combineSamples([sample(0.8), sample(0.4), sample(undefined), { ...sample(0.9), verdict: undefined }], PROVENANCE);
    assert.ok(Math.abs((score.pYes ?? 0) - 0.7) < 1e-12);
    assert.equal(score.hard, 0.5);
    assert.equal(score.unparsed, 1);
    assert.ok(Math.abs((score.spread ?? 0) - Math.sqrt((0.01 + 0.09 + 0.04) / 2)) < 1e-12);
  });

  it('gives no score, not 0, when nothing parsed, and no spread from one sample', () => {
    const none = combineSamples([sample(undefined), sample(undefined)], PROVENANCE);
    assert.deepEqual([none.pYes, none.hard, none.spread, none.unparsed], [undefined, undefined, undefined, 2]);
    assert.equal(combineSamples([sample(0.3)], PROVENANCE).spread, undefined);
  });

  it('summarises a solution four ways, and not at all while a step is missing', () => {
    const scores = [0.9, 0.5, 0.2].map((p) => combineSamples([sample(p)], PROVENANCE));
    const full = summarize(scores, 0.5, 1, 9);
    assert.equal(full.firstError, 2, 'the threshold itself is no error');
    assert.ok(Math.abs((full.product ?? 0) - 0.09) < 1e-12 && full.min === 0.2 && full.last === 0.2);
    const partial = summarize([scores[0], undefined, scores[2]], 0.5, 1, 9);
    assert.deepEqual([partial.min, partial.mean, partial.product, partial.last, partial.firstError, partial.scored], [undefined, undefined, undefined, 0.2, 2, 2]);
    assert.equal(summarize([scores[0]], 0.5, 1, 9).firstError, undefined);
  });
});

describe('scoring a trace (faults and bookkeeping)', () => {
  const request = { problem: 'Q?', steps: ['one', 'two'], settings: DEFAULT_VERIFIER_SETTINGS };

  it('is greedy with one sample, and samples as published with more', async () => {
    const one = fakeModel(answerWith(`x ${VERDICT_MARKER} Yes`, [0.9, 0.1]));
    await all(scoreTrace(one.model, request));
    assert.deepEqual(one.asked.map(({ n, temperature, topP }) => [n, temperature, topP]), [[1, 0, 1], [1, 0, 1]]);
    const four = fakeModel(answerWith(`x ${VERDICT_MARKER} Yes`, [0.9, 0.1]));
    await all(scoreTrace(four.model, { ...request, settings: { ...DEFAULT_VERIFIER_SETTINGS, k: 4, seed: 3 } }));
    assert.deepEqual(four.asked.map(({ n, temperature, topP, seed }) => [n, temperature, topP, seed]), [[4, 0.95, 0.95, 3], [4, 0.95, 0.95, 3]]);
  });

  it('makes only the samples that are missing, as the next ones of the stream', async () => {
    const { model, asked } = fakeModel(answerWith(`x ${VERDICT_MARKER} No`, [0.2, 0.8]));
    const known = [sample(0.9), sample(0.7)];
    const events = await all(scoreTrace(model, { ...request, settings: { ...DEFAULT_VERIFIER_SETTINGS, k: 4 }, known: (step) => (step === 0 ? known : []) }));
    assert.deepEqual(asked.map(({ n, firstSample }) => [n, firstSample]), [[2, 2], [4, 0]]);
    const first = events.find((event) => event.type === 'step' && event.step === 0);
    assert.ok(first?.type === 'step');
    assert.deepEqual(first.score.samples.map(({ pYes }) => pYes), [0.9, 0.7, 0.2, 0.2]);
  });

  it('asks nothing when everything is known', async () => {
    const { model, asked } = fakeModel(() => []);
    const events = await all(scoreTrace(model, { ...request, known: () => [sample(0.9)] }));
    assert.equal(asked.length, 0);
    assert.equal(scoresOf(events).length, 2);
    assert.equal(events.at(-1)?.type, 'finished');
  });

  it('shows a step without any verdict as unparsed', async () => {
    const events = await all(scoreTrace(fakeModel(answerWith('I wonder.', undefined)).model, request));
    for (const score of scoresOf(events)) assert.deepEqual([score.pYes, score.hard, score.unparsed], [undefined, undefined, 1]);
    const last = events.at(-1);
    assert.ok(last?.type === 'finished');
    assert.deepEqual([last.summary.scored, last.summary.firstError, last.summary.min], [0, undefined, undefined]);
  });

  it('fails one step alone and finishes', async () => {
    const { model } = fakeModel((r, index) => (index === 0 ? [{ type: 'failed', request: 0, reason: 'context-exceeded', message: 'too long.' }] : answerWith(`${VERDICT_MARKER} Yes`, [1, 0])(r, index)));
    const events = await all(scoreTrace(model, request));
    assert.deepEqual(events.map(({ type }) => type), ['started', 'step-failed', 'sample', 'step', 'finished']);
    const failed = events[1];
    assert.ok(failed?.type === 'step-failed');
    assert.equal(failed.message, 'Step 1: too long.');
  });

  it('passes on what the model throws, after what it had', async () => {
    const { model } = fakeModel((r, index) => {
      if (index === 1) throw new StepscopeError('engine-exited', 'gone');
      return answerWith(`${VERDICT_MARKER} Yes`, [1, 0])(r, index);
    });
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const event of scoreTrace(model, request)) seen.push(event.type);
    }, /gone/);
    assert.deepEqual(seen, ['started', 'sample', 'step']);
  });

  it('reads without an analysis in direct mode', async () => {
    const { model, asked } = fakeModel(() => [], (prompt) => (prompt.includes('Step 2: two') ? { ok: false, reason: 'context-exceeded', message: 'too long.' } : { ok: true, probabilities: [0.25, 0.75], tokens: 5 }));
    const events = await all(scoreTrace(model, { ...request, settings: { ...DEFAULT_VERIFIER_SETTINGS, mode: 'direct', k: 8 } }));
    assert.equal(asked.length, 0);
    const [score] = scoresOf(events);
    assert.deepEqual([score?.pYes, score?.hard, score?.samples.length, score?.provenance.k], [0.25, 0, 1, 1]);
    assert.equal(events.filter(({ type }) => type === 'step-failed').length, 1);
    assert.equal(events.at(-1)?.type, 'finished');
  });

  describe('in the chat form', () => {
    const settings = { ...DEFAULT_VERIFIER_SETTINGS, prompt: 'chat' } as const;
    const chatModel = (render: (request: ChatRequest, index: number) => ChatPrompt, text = `${VERDICT_MARKER} Yes`) => {
      const conversations: ChatRequest[] = [];
      const { model, asked } = fakeModel(answerWith(text, [0.9, 0.1]));
      const chatPrompts: LanguageModel['chatPrompts'] = (requests) => {
        conversations.push(...requests);
        return Promise.resolve(requests.map(render));
      };
      return { model: { ...model, info: { ...INFO, template: 't' }, capabilities: { probabilities: true, chat: true }, chatPrompts }, asked, conversations };
    };

    it('asks with an instruction and the prompt as turns, and says so in the provenance', async () => {
      const { model, asked, conversations } = chatModel((_, index) => ({ ok: true, prompt: `rendered ${index}` }));
      const events = await all(scoreTrace(model, { ...request, settings }));
      assert.deepEqual(asked.map(({ prompt }) => prompt), ['rendered 0', 'rendered 1']);
      assert.deepEqual(conversations.map(({ messages }) => messages.map(({ role }) => role)), [['system', 'user'], ['system', 'user']]);
      assert.match(conversations[1]?.messages[0]?.content ?? '', /Is the step correct \(Yes\/No\)\? X$/);
      assert.match(conversations[1]?.messages[1]?.content ?? '', /Now Step: Step 2: two\n[\s\S]*Reply: $/);
      assert.deepEqual(conversations.map(({ begun, variables }) => [begun, variables]), [[undefined, undefined], [undefined, undefined]]);
      for (const { provenance } of scoresOf(events)) assert.deepEqual([provenance.prompt, provenance.template, provenance.promptVersion], ['chat', 't', 'r-prm-1-chat-1']);
    });

    it('in direct mode the reply has begun with the question, without thinking', async () => {
      const { model, conversations } = chatModel(() => ({ ok: true, prompt: 'rendered' }));
      const events = await all(scoreTrace(model, { ...request, settings: { ...settings, mode: 'direct' } }));
      assert.deepEqual(conversations.map(({ begun, variables }) => [begun, variables]), Array.from({ length: 2 }, () => ['Verification: Is the step correct (Yes/No)?', { enable_thinking: false }]));
      assert.deepEqual(scoresOf(events).map(({ pYes }) => pYes), [0.25, 0.25]);
    });

    it('says a note once, and a conversation that the template refuses fails its step alone', async () => {
      const { model } = chatModel((_, index) => (index === 1 ? { ok: false, reason: 'template-invalid', message: 'it refuses.' } : { ok: true, prompt: 'rendered', note: 'no system turn.' }));
      const events = await all(scoreTrace(model, { ...request, steps: ['one', 'two', 'three'], settings }));
      assert.deepEqual(events.map(({ type }) => type), ['started', 'note', 'step-failed', 'sample', 'step', 'sample', 'step', 'finished']);
      assert.ok(events[2]?.type === 'step-failed' && events[2].message === 'Step 2: it refuses.');
    });

    it('a model without a template is told of by name, with what helps; with nothing to ask it is not missed', async () => {
      const { model, asked } = fakeModel(() => []);
      await assert.rejects(all(scoreTrace(model, { ...request, settings })), failsWith('unsupported', /^fake has no chat template: score with plain prompts, or put the chat_template\.jinja/));
      assert.equal(asked.length, 0);
      const events = await all(scoreTrace(model, { ...request, settings, known: () => [sample(0.9)] }));
      assert.equal(events.at(-1)?.type, 'finished');
    });

    it('a verdict inside the thinking that the prompt opened is none', async () => {
      for (const [prompt, verdict] of [['…<think>\n', undefined], ['…', 'yes']] as const) {
        const { model, asked } = chatModel(() => ({ ok: true, prompt }));
        const [score] = scoresOf(await all(scoreTrace(model, { ...request, steps: ['one'], settings })));
        assert.equal(asked[0]?.skipThinking, true);
        assert.equal(score?.samples[0]?.verdict, verdict);
      }
    });
  });

  it('finishes each of several solutions once, with its own summary', async () => {
    const { model } = fakeModel((r, index) => answerWith(`${VERDICT_MARKER} Yes`, index === 2 ? [0, 1] : [1, 0])(r, index));
    const finished: (number | undefined)[] = [];
    for await (const { trace, event } of scoreTraces(model, [request, { ...request, steps: ['a'] }, { ...request, steps: [] }])) {
      if (event.type === 'finished') {
        assert.ok(!(trace in finished));
        finished[trace] = event.summary.firstError;
      }
    }
    assert.deepEqual(finished, [undefined, 0, undefined]);
  });
});
