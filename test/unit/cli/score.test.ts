import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundledModel } from '../models/shared-models.ts';
import { jsonLines as lines, runCli } from './run-cli.ts';

const stepscope = (...args: readonly string[]) => runCli(args);

describe('stepscope score', function () {
  this.timeout(180_000);
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-cli-'))));
  after(() => rmSync(work, { recursive: true, force: true }));
  const write = (name: string, content: string | Uint8Array) => {
    const file = path.join(work, name);
    writeFileSync(file, content);
    return file;
  };

  it('finds the wrong step of the sample trace', async () => {
    const { code, stdout } = await stepscope('score', 'media/samples/photos.md');
    assert.equal(code, 0);
    assert.match(stdout, /3\s+0\.0\d+\s+✗ error\s+After losing 37/);
    assert.match(stdout, /first error: step 3/);
    assert.match(stdout, /r-prm \(29M parameters, 8-bit.*K=1 greedy, threshold 0\.5/);
  });

  it('prints the same JSON twice, one line a step and one a row', async () => {
    const first = await stepscope('score', 'media/samples/sample.jsonl', '--row', '1', '--k', '3', '--seed', '7', '--json');
    assert.equal(first.code, 0);
    const rows = lines(first.stdout);
    const steps = rows.slice(0, -1);
    assert.ok(steps.length > 2);
    steps.forEach((step, index) => {
      assert.deepEqual(Object.keys(step), ['row', 'step', 'text', 'score', 'hard', 'verdict', 'samples', 'mode', 'model']);
      assert.deepEqual([step['row'], step['step'], step['mode'], (step['samples'] as unknown[]).length], [1, index, 'reasoned', 3]);
      const samples = step['samples'] as { pYes: number; verdict: string; analysis: string }[];
      assert.ok(Math.abs((step['score'] as number) - samples.reduce((sum, { pYes }) => sum + pYes / 3, 0)) < 1e-9);
      for (const sample of samples) assert.ok(sample.analysis.endsWith(`(Yes/No)? ${sample.verdict}`));
    });
    const { row, summary } = rows.at(-1) as { row: number; summary: Record<string, number> };
    assert.equal(row, 1);
    assert.deepEqual(Object.keys(summary), ['firstError', 'min', 'mean', 'product', 'last', 'scored', 'steps', 'seconds', 'tokens']);
    assert.equal(summary['steps'], steps.length);
    const second = await stepscope('score', 'media/samples/sample.jsonl', '--row', '1', '--k', '3', '--seed', '7', '--json');
    const timeless = (text: string) => text.replace(/"seconds":[\d.]+/, '');
    assert.equal(timeless(second.stdout), timeless(first.stdout));
  });

  it('scores all rows in direct mode, and a row alone as among the others', async () => {
    const all = await stepscope('score', 'media/samples/sample.jsonl', '--mode', 'direct', '--json');
    assert.equal(all.code, 0);
    const rows = lines(all.stdout);
    assert.equal(rows.filter((line) => 'summary' in line).length, 4);
    const alone = lines((await stepscope('score', 'media/samples/sample.jsonl', '--mode', 'direct', '--json', '--row', '2')).stdout);
    assert.deepEqual(alone.filter((line) => 'step' in line), rows.filter((line) => 'step' in line && line['row'] === 2));
  });

  it('goes on after a bad row, names it, and exits with 2', async () => {
    const good = '{"problem": "Anna has 2 apples. Anna buys 3 more apples. How many apples does Anna have now?", "steps": ["Anna gets 3 more apples: 2 + 3 = 5."]}';
    const file = write('rows.jsonl', `${good}\n{"problem": nonsense}\n${good}\n`);
    const { code, stdout, stderr } = await stepscope('score', file, '--json', '--mode', 'direct');
    assert.equal(code, 2);
    assert.match(stderr, /rows\.jsonl row 1.*not JSON/);
    assert.deepEqual(lines(stdout).filter((line) => 'summary' in line).map((line) => line['row']), [0, 2]);
  });

  it('scores what fits when a step is longer than the context, and names the limit', async () => {
    const file = write('long.md', `# Question\n\nAnna has 2 apples. Anna buys 3 more apples. How many apples does Anna have now?\n\n# Solution\n\nAnna gets 3 more apples: 2 + 3 = 5.\n\n${'and so on '.repeat(2000)}\n`);
    const { code, stdout, stderr } = await stepscope('score', file, '--json', '--mode', 'direct');
    assert.equal(code, 2);
    assert.match(stderr, /long\.md: Step 2: The prompt has (at least )?\d+ tokens, r-prm reads at most 2048: shorten/);
    const [first, second, last] = lines(stdout);
    assert.ok(typeof first?.['score'] === 'number');
    assert.equal(second?.['score'], null);
    assert.equal((last?.['summary'] as Record<string, unknown>)['min'], null);
  });

  it('cuts the steps as it is told, and says how', async () => {
    const file = write('one-paragraph.md', `# Question\n\nAnna has 2 apples. Anna buys 3 more apples. How many apples does Anna have now?\n\n# Solution\n\nAnna gets 3 more apples: 2 + 3 = 5. So the answer is 5.\n`);
    const texts = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await stepscope('score', file, '--mode', 'direct', '--json', ...args);
      assert.equal(code, 0, stderr);
      const all = lines(stdout);
      return { texts: all.slice(0, -1).map((line) => line['text']), units: all.slice(0, -1).map((line) => line['unit']), row: all.at(-1) ?? {} };
    };
    const both = ['Anna gets 3 more apples: 2 + 3 = 5.', 'So the answer is 5.'];
    const sentences = await texts('--segment', 'sentences', '--language', 'en');
    assert.deepEqual(sentences.texts, both);
    assert.deepEqual(sentences.row['segmentation'], { by: 'sentences', why: null });
    assert.deepEqual((await texts('--segment', 'blank-lines')).texts, [both.join(' ')]);
    const auto = await texts('--segment', 'auto');
    assert.deepEqual(auto.row['segmentation'], { by: 'sentences', why: 'There is one paragraph, of 2 sentences.' });
    const planned = await texts('--segment', 'planning-words');
    assert.deepEqual([planned.texts, planned.units], [both, [0, 1]]);
    assert.deepEqual((await texts('--segment', 'planning-words', '--planning-words', 'Wait,Hmm')).units, [0]);
    assert.equal('segmentation' in (await texts()).row, false);
  });

  it('names the rows that give no steps', async () => {
    const question = 'Anna has 2 apples. Anna buys 3 more apples. How many apples does Anna have now?';
    const file = write('mixed.jsonl', `${JSON.stringify({ problem: question, solution: '2 + 3 = 5.' })}\n${JSON.stringify({ problem: question, steps: ['2 + 3 = 5.', 'So 5.'] })}\n`);
    const { code, stdout, stderr } = await stepscope('score', file, '--mode', 'direct', '--json', '--segment', 'given');
    assert.equal(code, 2);
    assert.match(stderr, /^mixed\.jsonl row 0 has no steps of its own, only a text: choose another segmenter/);
    assert.deepEqual(lines(stdout).filter((line) => 'step' in line).map((line) => line['row']), [1, 1]);
  });

  describe('bad input: exit code 2, one sentence, nothing on stdout', () => {
    const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
      ['a file that is not there', () => ['absent.md'], /^absent\.md does not exist/],
      ['a folder', () => ['src'], /^src is a folder/],
      ['an empty file', () => [write('empty.md', '')], /^empty\.md is empty/],
      ['no question', () => [write('no-question.md', '# Solution\n\nAnna has 5 apples.\n')], /^no-question\.md/],
      ['no solution', () => [write('no-solution.md', 'How many apples?\n')], /^no-solution\.md/],
      ['invalid UTF-8', () => [write('latin1.md', Buffer.from([0x51, 0x3f, 0x0a, 0x0a, 0xe9, 0xff]))], /^latin1\.md.*UTF-8/],
      ['one line of 2 MB', () => [write('giant.txt', `Q? ${'a'.repeat(2_000_000)}`)], /^giant\.txt/],
      ['one step of 2 MB', () => [write('giant-step.md', `Q?\n\n${'a'.repeat(2_000_000)}`), '--mode', 'direct'], /giant-step\.md: Step 1: The prompt has at least \d+ tokens/],
      ['a row that is not there', () => ['media/samples/sample.jsonl', '--row', '99'], /sample\.jsonl.*99/],
      ['a model folder that is not there', () => ['media/samples/photos.md', '--model', 'no/such/model'], /no\/such\/model holds no converted model/],
      ['a truncated model', () => ['media/samples/photos.md', '--model', truncatedModel()], /model\.onnx\.data has 1000 bytes where/],
      ['an unknown option', () => ['media/samples/photos.md', '--fast'], /--fast.*see stepscope --help/],
      ['a K that is no number', () => ['media/samples/photos.md', '--k', 'many'], /^--k many is not a whole number from 1 to 256/],
      ['an unknown form of the prompt', () => ['media/samples/photos.md', '--prompt', 'xml'], /^--prompt xml is not one of plain, chat/],
      ['a chat prompt for a model without a template', () => ['media/samples/photos.md', '--prompt', 'chat'], /^r-prm has no chat template: score with plain prompts, or put the chat_template\.jinja/],
      ['an unknown mode', () => ['media/samples/photos.md', '--mode', 'quick'], /^--mode quick is not one of reasoned, direct/],
      ['an unknown segmenter', () => ['media/samples/photos.md', '--segment', 'vibes'], /^--segment vibes is not one of auto, given, blank-lines, numbered, sentences, planning-words, lines\./],
      ['a language without a segmenter', () => ['media/samples/photos.md', '--language', 'en'], /name a segmenter as well/],
      ['a language that is none', () => ['media/samples/photos.md', '--segment', 'sentences', '--language', '?'], /^--language \? is no language/],
      ['words for another segmenter', () => ['media/samples/photos.md', '--segment', 'lines', '--planning-words', 'So'], /^--planning-words wants --segment planning-words/],
      ['no file', () => [], /score takes one file/],
    ];
    const truncatedModel = () => {
      const folder = path.join(work, 'truncated');
      cpSync(bundledModel('r-prm'), folder, { recursive: true });
      truncateSync(path.join(folder, 'model.onnx.data'), 1000);
      return folder;
    };
    for (const [what, args, message] of cases) {
      it(what, async () => {
        const { code, stderr, stdout } = await stepscope('score', ...args(), '--json');
        assert.equal(code, 2, stderr);
        assert.match(stderr.trim(), message);
        assert.equal(stderr.trim().split('\n').length, 1, stderr);
        assert.doesNotMatch(stdout, /"score":\d/);
      });
    }
  });

  it('converts nothing from a folder that is no model, and leaves nothing behind', async () => {
    const { code, stderr } = await stepscope('convert', work, path.join(work, 'out'));
    assert.equal(code, 2);
    assert.match(stderr, /config\.json cannot be read: point to a Hugging Face model folder/);
  });
});
