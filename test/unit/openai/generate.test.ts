import assert from 'node:assert/strict';
import { chatInstruction } from '../../../src/core/verifier/chat-prompt.ts';
import type { ScoreEvent } from '../../../src/core/verifier/events.ts';
import { scoreTrace } from '../../../src/core/verifier/score-trace.ts';
import { DEFAULT_VERIFIER_SETTINGS } from '../../../src/core/verifier/settings.ts';
import type { Score } from '../../../src/core/verifier/score.ts';
import { seedOf } from '../../../src/models/openai/generate.ts';
import { analysisOf, FAKE_MODEL } from './fake-model.ts';
import { LLAMA_CPP, OLLAMA, VLLM, type Flavour } from './flavours.ts';
import { connectTo, generate, servers, verify } from './serving.ts';

describe('generating on a server', () => {
  const { start, stop } = servers();
  afterEach(stop);

  for (const flavour of [VLLM, LLAMA_CPP]) {
    it(`${flavour.name}: text with its stop string, count of tokens, P(Yes) after the question`, async () => {
      const server = await start({ flavour });
      const model = await connectTo([server]);
      const requests = [verify('right'), verify('wrong')];
      const { samples, streamed } = await generate(model, requests);
      samples.forEach((sample, i) => {
        assert.equal(sample.text, analysisOf(requests[i]?.prompt ?? ''));
        assert.equal(sample.finish, 'stop');
        assert.equal(streamed.get(`${i}/0`), sample.text);
        assert.ok(sample.tokens > 20 && sample.tokens < 60, String(sample.tokens));
        assert.ok(Math.abs((sample.readout?.[0] ?? 0) - (i === 0 ? 0.9 : 0.06) / 0.96) < 1e-9);
        assert.equal(sample.bound, undefined);
      });
    });
  }

  it('says how a text ended: by itself, by its limit, by a stop string in the middle', async () => {
    for (const flavour of [VLLM, LLAMA_CPP]) {
      const model = await connectTo([await start({ flavour })]);
      const { samples } = await generate(model, [verify('right', { stop: [] }), verify('right', { stop: [], maxNewTokens: 5 }), verify('right', { stop: ['21 × 3'] })]);
      assert.deepEqual(samples.map(({ finish }) => finish), ['end', 'length', 'stop']);
      assert.equal(samples[1]?.readout, undefined);
      assert.ok(samples[2]?.text.endsWith('Calculation Analysis**: 21 × 3'));
    }
  });

  it('a stop string that the server strips and names is put back', async () => {
    const names: Flavour = { ...VLLM, keepsStop: false };
    const model = await connectTo([await start({ flavour: names })]);
    const { samples } = await generate(model, [verify('wrong', { stop: ['Conclusion'] })]);
    assert.ok(samples[0]?.text.endsWith('\nConclusion'));
    assert.equal(samples[0]?.finish, 'stop');
  });

  for (const [what, packet, newline] of [['every byte alone', 1, '\n'], ['cut anywhere, CRLF', 7, '\r\n'], ['CR alone', 5, '\r'], ['all at once', 1 << 20, '\n']] as const) {
    it(`reads a stream in packets: ${what}`, async () => {
      const model = await connectTo([await start({ packet, newline })]);
      const request = verify('right');
      const { samples } = await generate(model, [request]);
      assert.equal(samples[0]?.text, analysisOf(request.prompt));
    });
  }

  it('samples with a seed each: the same again, and the same when a run is continued', async () => {
    const model = await connectTo([await start({ model: { ...FAKE_MODEL, next: (text, temperature, seed) => (text.includes('Reply') && temperature > 0 ? [` seed ${seed}`] : FAKE_MODEL.next(text, temperature, seed)) } })]);
    const options = { n: 6, temperature: 1, seed: 5, stop: [] };
    const texts = async (more: object) => (await generate(model, [verify('right', { ...options, ...more })])).samples.map(({ text }) => text);
    const six = await texts({});
    assert.equal(new Set(six).size, 6);
    assert.deepEqual(await texts({}), six);
    assert.deepEqual(await texts({ n: 2, firstSample: 4 }), six.slice(4));
    assert.notDeepEqual(await texts({ seed: 6 }), six);
    for (let i = 0; i < 1000; i++) assert.ok(seedOf(i, i) >= 0 && seedOf(i, i) < 2 ** 31);
  });

  it('fits the limit into the context, and fails only the prompt that is too long', async () => {
    for (const flavour of [VLLM, LLAMA_CPP]) {
      const model = await connectTo([await start({ flavour, context: 600 })]);
      const { samples, failed } = await generate(model, [verify('right', { maxNewTokens: 4096 }), verify('long '.repeat(2000)), verify('wrong', { maxNewTokens: 4096 })]);
      assert.deepEqual(samples.map(({ request, finish }) => [request, finish]), [[0, 'stop'], [2, 'stop']]);
      assert.deepEqual(failed.map(({ request, reason }) => [request, reason]), [[1, 'context-exceeded']]);
      const readings = await model.nextTokenProbabilities([verify('right').prompt, 'long '.repeat(2000)], [' Analysis', ' No']);
      assert.equal(readings[1]?.ok, false);
    }
  });

  it('scores a trace like a local model, and carries the bound', async () => {
    const shy = { ...FAKE_MODEL, top: (text: string) => FAKE_MODEL.top(text).slice(0, 1) };
    const model = await connectTo([await start({ model: shy })]);
    const scores: Score[] = [];
    for await (const event of scoreTrace(model, { problem: 'How many?', steps: ['right', 'wrong'], settings: { ...DEFAULT_VERIFIER_SETTINGS, k: 3 } })) if (event.type === 'step') scores.push(event.score);
    assert.deepEqual(scores.map(({ hard, unparsed, samples }) => [hard, unparsed, samples.length]), [[1, 0, 3], [0, 0, 3]]);
    for (const { pYesBound, pYes } of scores.flatMap(({ samples }) => samples)) {
      assert.ok(pYesBound !== undefined && pYesBound > 0.01 && pYesBound < 0.06);
      assert.ok(pYes !== undefined && pYes !== 0);
    }
  });

  it('chat: looks past the thinking of a reasoner, whether its tags are in the reply or only the last one', async () => {
    const thought = 'Is the step correct (Yes/No)? No? No, it is.';
    const said = ' Verification: Is the step correct (Yes/No)? Yes';
    const replies = [`<think>\n${thought}\n</think>\n\n${said}`, `${thought}\n</think>\n\n${said}, I think.`, said, `<think>\n${thought}`];
    const verdicts = ['yes', 'yes', 'yes', undefined];
    for (const flavour of [VLLM, LLAMA_CPP]) {
      for (const [i, reply] of replies.entries()) {
        const behind = { ...FAKE_MODEL, next: (text: string, temperature: number, seed: number) => (text.endsWith('Reply: ') ? (reply.match(/\s?\S+|\s+/gu) ?? []) : FAKE_MODEL.next(text, temperature, seed)) };
        const model = await connectTo([await start({ flavour, model: behind })], { api: 'chat', instruction: chatInstruction('reasoned') });
        const events: ScoreEvent[] = [];
        for await (const event of scoreTrace(model, { problem: 'How many?', steps: ['right'], settings: { ...DEFAULT_VERIFIER_SETTINGS, prompt: 'chat' } })) events.push(event);
        const sample = events.find((event) => event.type === 'sample')?.sample;
        assert.equal(sample?.verdict, verdicts[i], reply);
        assert.equal(sample?.pYes === undefined, verdicts[i] === undefined);
        assert.equal(sample?.analysis, reply.replace(', I think.', ''));
      }
    }
  });

  it('chat: one conversation is one user turn after the instruction of the connection, and no other', async () => {
    const model = await connectTo([await start()], { api: 'chat', instruction: 'Judge.' });
    const user = { role: 'user', content: 'Q' } as const;
    const [mine, begun, bare, other] = (await model.chatPrompts?.([{ messages: [{ role: 'system', content: 'Judge.' }, user] }, { messages: [{ role: 'system', content: 'Judge.' }, user], begun: 'A' }, { messages: [user] }, { messages: [{ role: 'system', content: 'Else.' }, user] }])) ?? [];
    assert.deepEqual([mine, begun], [{ ok: true, prompt: 'Q' }, { ok: true, prompt: 'QA' }]);
    for (const refused of [bare, other]) assert.ok(refused?.ok === false && refused.reason === 'unsupported');
    const completions = await connectTo([await start()]);
    assert.deepEqual([completions.capabilities.chat, 'chatPrompts' in completions], [undefined, false]);
  });

  it('without log-probabilities: a verdict, no P(Yes), and a sentence that says why', async () => {
    for (const flavour of [OLLAMA, { ...VLLM, maxTop: 0 }]) {
      const model = await connectTo([await start({ flavour })]);
      const { samples } = await generate(model, [verify('right')]);
      assert.equal(samples[0]?.readout, undefined);
      assert.match(samples[0]?.unread ?? '', /returns no log-probabilities for this model.*vLLM or llama\.cpp/);
      const [reading] = await model.nextTokenProbabilities(['x'], [' Yes', ' No']);
      assert.ok(reading?.ok === false);
      for await (const event of scoreTrace(model, { problem: 'How many?', steps: ['right'], settings: DEFAULT_VERIFIER_SETTINGS })) {
        if (event.type === 'step') assert.deepEqual([event.score.pYes, event.score.hard], [undefined, 1]);
      }
    }
  });
});
