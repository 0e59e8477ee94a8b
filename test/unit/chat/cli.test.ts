import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chatInstruction } from '../../../src/core/verifier/chat-prompt.ts';
import { VERIFICATION_QUESTION, VERDICTS, verifierPrompt } from '../../../src/core/verifier/prompt.ts';
import { readChatTemplate, templateHash } from '../../../src/models/chat/chat-template.ts';
import { loadRuntime } from '../../../src/models/onnx/runtime.ts';
import { jsonLines, runCli } from '../cli/run-cli.ts';
import { bundledModel } from '../models/shared-models.ts';
import { writeTinyCheckpoint } from '../models/tiny-checkpoint.ts';
import { templateSource } from './chat-fixtures.ts';

const PROBLEM = 'Anna has 2 apples. Anna buys 3 more apples. How many apples does Anna have now?';
const STEPS = ['Anna gets 3 more apples: 2 + 3 = 5.', 'So the answer is 5.'];

describe('stepscope score --prompt chat, from a checkpoint to scores', function () {
  this.timeout(120_000);
  let work = '';
  let trace = '';
  let qwen = '';
  before(async () => {
    work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-chat-cli-'));
    trace = path.join(work, 'row.jsonl');
    writeFileSync(trace, JSON.stringify({ problem: PROBLEM, steps: STEPS }));
    qwen = await convert('qwen3', templateSource('qwen3'));
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  /** A random checkpoint of 1 MB whose template is the given one, converted by the command line. */
  async function convert(name: string, template: string): Promise<string> {
    const source = path.join(work, `${name}-checkpoint`);
    writeTinyCheckpoint(source, path.join(bundledModel('r-prm'), 'tokenizer.json'));
    writeFileSync(path.join(source, 'tokenizer_config.json'), JSON.stringify({ eos_token: { content: '<|im_end|>' }, chat_template: [{ name: 'default', template }, { name: 'tool_use', template: 'x' }] }));
    const config = path.join(source, 'config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replace('"max_position_embeddings":512', '"max_position_embeddings":2048'));
    const { code, stderr } = await runCli(['convert', source, path.join(work, name), '--bits', '32']);
    assert.equal(code, 0, stderr);
    return path.join(work, name);
  }
  const score = async (model: string, ...more: readonly string[]) => {
    const { code, stdout, stderr } = await runCli(['score', trace, '--model', model, '--mode', 'direct', '--json', ...more]);
    assert.equal(code, 0, stderr);
    const lines = jsonLines(stdout);
    const last = lines.at(-1) as { settings: { prompt: string }; model: { hash: string; template?: string } };
    return { scores: lines.flatMap((line) => ('score' in line ? [line['score'] as number] : [])), ...last, stderr };
  };

  it('gives P(Yes) after exactly the conversation that the template writes', async () => {
    const { scores, settings, model: made } = await score(qwen, '--prompt', 'chat');
    const template = await readChatTemplate(qwen);
    assert.ok(template !== undefined);
    assert.deepEqual([settings.prompt, made.template], ['chat', templateHash(template)]);
    const runtime = await loadRuntime(qwen);
    const prompts = STEPS.map((_, step) => {
      const turn = (role: string, content: string) => `<|im_start|>${role}\n${content}<|im_end|>\n`;
      return `${turn('system', chatInstruction('direct'))}${turn('user', verifierPrompt(PROBLEM, STEPS, step, 'reasoned'))}<|im_start|>assistant\n<think>\n\n</think>\n\n${VERIFICATION_QUESTION}`;
    });
    const expected = await runtime.probabilities(prompts, VERDICTS);
    await runtime.release();
    assert.equal(scores.length, 2);
    scores.forEach((value, i) => {
      const reading = expected[i];
      assert.ok(reading?.ok === true && Math.abs(value - (reading.probabilities[0] ?? NaN)) < 1e-6, `${value} instead of ${JSON.stringify(reading)}`);
    });
  });

  it('another template is other scores of the same model; plain scores do not know it', async () => {
    const gemma = await convert('gemma2', templateSource('gemma2'));
    const [a, b, plainA, plainB] = [await score(qwen, '--prompt', 'chat'), await score(gemma, '--prompt', 'chat'), await score(qwen), await score(gemma)];
    assert.equal(a.model.hash, b.model.hash);
    assert.notEqual(a.model.template, b.model.template);
    assert.notDeepEqual(a.scores, b.scores);
    assert.deepEqual(plainA.scores, plainB.scores);
    assert.deepEqual([plainA.settings.prompt, plainA.model.template], ['plain', undefined]);
    // Said once, though both steps are asked so.
    assert.match(b.stderr, /^The chat template of .*gemma2\/tokenizer_config\.json has no system turn: [^\n]*\n$/);
    assert.equal(a.stderr, '');
  });

  it('names a template that is endless, and exits with 2', async () => {
    const endless = await convert('endless', '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}');
    const { code, stderr } = await runCli(['score', trace, '--model', endless, '--prompt', 'chat', '--json']);
    assert.equal(code, 2);
    assert.match(stderr, /^The chat template of .*endless\/tokenizer_config\.json is not done after 3 s: use the template that came with the model, or plain prompts\.\n$/);
  });

  it('the bundled reasoner, which is no verifier, answers in its chat form', async () => {
    const { scores, settings } = await score(bundledModel('reasoner'), '--prompt', 'chat');
    assert.equal(settings.prompt, 'chat');
    for (const value of scores) assert.ok(value > 0 && value < 1);
  });
});
