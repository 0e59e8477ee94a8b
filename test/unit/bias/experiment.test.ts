import assert from 'node:assert/strict';
import path from 'node:path';
import type { BiasEvent } from '../../../src/core/bias/events.ts';
import { runBias } from '../../../src/core/bias/experiment.ts';
import { parsePlan } from '../../../src/core/bias/plan.ts';
import { biasPrompts } from '../../../src/core/bias/prompts.ts';
import { renderPlan } from '../../../src/core/bias/render-plan.ts';
import { DEFAULT_BIAS_SETTINGS, type BiasSettings } from '../../../src/core/bias/settings.ts';
import type { LanguageModel } from '../../../src/core/model.ts';
import { createRandom } from '../../../src/core/random.ts';
import { createEngine, type Engine } from '../../../src/models/onnx/engine.ts';
import { bundledModel } from '../models/shared-models.ts';
import { repoRoot } from '../formats/shared-data.ts';

const QUESTIONS = [
  { row: 0, question: 'Mia has 393 photos. Mia loses 237 photos. How many photos does Mia have now?', gold: '156' },
  { row: 1, question: 'Calculate (7 × 18) - 36.', gold: '90' },
  { row: 2, question: 'Count the letter "i" in "zinindni".', gold: '3' },
];
const SYSTEM = 'reflect at random';

function settings(...plans: readonly string[]): BiasSettings {
  return {
    ...DEFAULT_BIAS_SETTINGS,
    system: SYSTEM,
    guesses: { ...DEFAULT_BIAS_SETTINGS.guesses, n: 6 },
    trace: { ...DEFAULT_BIAS_SETTINGS.trace, maxNewTokens: 250 },
    plans: plans.map((text) => {
      const plan = parsePlan(text, 'mask');
      assert.ok(plan.ok, text);
      return plan.value;
    }),
  };
}

type Of<Type extends BiasEvent['type']> = Extract<BiasEvent, { type: Type }>;
const ofType = <Type extends BiasEvent['type']>(events: readonly BiasEvent[], type: Type) => events.filter((event): event is Of<Type> => event.type === type);

async function collect(model: LanguageModel, task: Parameters<typeof runBias>[1], signal?: AbortSignal): Promise<BiasEvent[]> {
  const events: BiasEvent[] = [];
  for await (const event of runBias(model, task, signal)) events.push(event);
  return events;
}

describe('the experiment on the bundled reasoner', function () {
  this.timeout(120_000);
  let engine: Engine;
  let model: LanguageModel;
  let events: BiasEvent[] = [];
  const asked = settings('question@answer', 'nothing@answer', 'question@step:40');
  before(async () => {
    engine = createEngine({ enginePath: path.join(repoRoot(), 'dist', 'engine.js') });
    model = await engine.load(bundledModel('reasoner'));
    events = await collect(model, { questions: QUESTIONS, settings: { ...asked, attention: 1 } });
  });
  after(() => engine.dispose());

  it('asks guesses, traces, halves, attention, masked runs and ends with a report', () => {
    assert.equal(events[0]?.type, 'started');
    assert.equal(events.at(-1)?.type, 'report');
    assert.deepEqual(ofType(events, 'failed'), []);
    assert.deepEqual(ofType(events, 'lack'), []);
    for (const { guesses } of ofType(events, 'guesses')) {
      const { answers, unparsed } = guesses.distributions[0]!;
      assert.equal(answers.reduce((sum, { count }) => sum + count, 0) + unparsed, 6);
    }
    const traces = ofType(events, 'trace');
    assert.deepEqual(traces.map(({ row }) => row), [0, 1, 2]);
    for (const { trace } of traces) {
      assert.ok(trace.correct === true && trace.first !== undefined, trace.text);
      assert.ok((trace.pFirst ?? 0) > 0 && (trace.pFirst ?? Infinity) < (trace.tokens ?? 0));
    }
    assert.equal(ofType(events, 'not-applicable').length, 3);
    const { report } = ofType(events, 'report')[0]!;
    assert.deepEqual([report.questions, report.plans[0]?.n, report.plans[2]?.notApplicable], [3, 3, 3]);
    assert.equal(report.attention.length, 8);
  });

  it('tells the exact tokens that a plan hides: those of the question, and no others', () => {
    for (const { row, plan, mask } of ofType(events, 'masked')) {
      const hidden = mask.hidden?.map(({ text }) => text).join('') ?? '';
      assert.equal(hidden.trim(), plan === 0 ? QUESTIONS[row]?.question : '', `row ${row} plan ${plan}`);
      assert.ok(plan !== 0 || (mask.from ?? 0) > (mask.hidden?.at(-1)?.position ?? Infinity));
    }
  });

  it('leaves no attention on what a plan hides, in any layer and head, and some without it', async () => {
    const { trace } = ofType(events, 'trace')[0]!;
    const [prompts] = await biasPrompts(model, [QUESTIONS[0]!.question], asked);
    assert.ok(prompts?.ok);
    const { thinking, question } = prompts.value;
    const rendered = renderPlan(asked.plans[0]!, { prompt: thinking, question, trace: trace.text, steps: trace.steps, first: trace.first, tokens: undefined }, createRandom(0, 0));
    assert.ok(rendered.ok);
    const masked = ofType(events, 'masked').find(({ row, plan }) => row === 0 && plan === 0)!;
    const text = thinking + masked.trace.text;
    const from = rendered.value.prompt.length;
    const hide = rendered.value.hide.map((part) => ({ ...part, from }));
    const look = (hides: typeof hide) => model.inspect!({ text, rows: { start: from, end: text.length }, spans: [question], hide: hides });
    const mass = (tokens: Awaited<ReturnType<typeof look>>) => tokens.flatMap(({ attention }) => attention.flatMap((heads) => heads.map(([onQuestion = NaN]) => onQuestion)));
    const under = mass(await look(hide));
    assert.ok(under.length > 8 * 8 * 10 && under.every((value) => value === 0));
    assert.ok(mass(await look([])).every((value) => value > 0));
  });

  it('says where attention goes: normalised groups, steps, and what each layer would answer', () => {
    const [{ row, summary, lens }] = ofType(events, 'attention') as [Of<'attention'>];
    const { trace } = ofType(events, 'trace').find((event) => event.row === row)!;
    assert.equal(summary.question.length, (trace.tokens ?? 0) - 1);
    assert.equal(summary.steps.length, trace.steps.length);
    for (const [step, masses] of summary.steps.entries()) {
      assert.equal(masses.length, trace.steps.length + 1);
      assert.ok(masses.slice(step + 2).every((mass) => mass === 0), 'nothing is seen of later steps');
    }
    for (const layer of summary.others) assert.ok((layer.question ?? 0) > 0 && (layer.others ?? 0) > 0);
    if (lens === undefined) return;
    assert.equal(lens.probabilities.length, 9);
    assert.ok((lens.probabilities.at(-1)?.own ?? 0) > (lens.probabilities.at(-1)?.guess ?? 1));
  });

  it('goes on from the events of a run that was cut off, asks nothing twice, and reports the same', async () => {
    const cut = events.filter((event) => event.type !== 'report' && !(event.type === 'masked' && event.row === 2) && !(event.type === 'trace' && event.row === 1));
    const again = await collect(model, { questions: QUESTIONS, settings: { ...asked, attention: 1 }, done: cut });
    assert.deepEqual(ofType(again, 'guesses'), []);
    assert.deepEqual(ofType(again, 'trace').map(({ row }) => row), [1]);
    assert.deepEqual([...new Set(ofType(again, 'masked').map(({ row }) => row))], [2]);
    assert.equal(again.filter(({ type }) => type === 'started').length, 0);
    assert.equal(ofType(again, 'report')[0]?.report.plans[0]?.n, 3);
  });

  it('says which part a model cannot do and goes on with the rest; without prompts it says why at once', async () => {
    const lesser: LanguageModel = { ...model, capabilities: { probabilities: true, chat: true } };
    const result = await collect(lesser, { questions: QUESTIONS.slice(0, 1), settings: { ...settings('question@start'), attention: 1 } });
    assert.deepEqual(ofType(result, 'lack').map(({ part }) => part), ['masking', 'attention']);
    assert.match(ofType(result, 'lack')[0]?.message ?? '', /reasoner does not give generation with parts of the prompt hidden/);
    assert.equal(ofType(result, 'trace').length, 1);
    assert.equal(ofType(result, 'masked').length, 0);
    const silent: LanguageModel = { ...model };
    delete (silent as { chatPrompts?: unknown }).chatPrompts;
    await assert.rejects(collect({ ...silent, capabilities: { probabilities: true } }, { questions: QUESTIONS, settings: asked }), /has no chat template/);
    const templated = await collect({ ...silent, capabilities: { probabilities: true } }, {
      questions: QUESTIONS.slice(1, 2),
      settings: { ...settings(), promptTemplate: '<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n<think>\n' },
    });
    assert.equal(ofType(templated, 'trace')[0]?.trace.correct, true);
  });

  it('stops when aborted', async () => {
    await assert.rejects(collect(model, { questions: QUESTIONS, settings: asked }, AbortSignal.abort()), /cancelled/i);
  });
});
