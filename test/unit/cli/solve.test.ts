import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { timeless } from '../search/fake-models.ts';
import { jsonLines, runCli } from './run-cli.ts';

const QUESTION = 'Mia has 393 photos. Mia loses 237 photos. Then Mia throws away 2 photos. How many photos does Mia have now?';

describe('stepscope solve', function () {
  this.timeout(180_000);
  let work = '';
  before(() => (work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-solve-'))));
  after(() => rmSync(work, { recursive: true, force: true }));
  const file = (name: string) => path.join(work, name);
  const solve = (...args: readonly string[]) => runCli(['solve', ...args]);

  it('solves with the bundled models, to the token the same again; goes on from a budget; replays', async () => {
    const seed = ['--question', QUESTION, '--temperature', '1.2', '--seed', '3'];
    const [first, second] = [await solve(...seed, '--json'), await solve(...seed, '--json')];
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(timeless(jsonLines(second.stdout)), timeless(jsonLines(first.stdout)));
    const finished = jsonLines(first.stdout).find(({ type }) => type === 'finished');
    assert.deepEqual([finished?.['answer'], finished?.['reason'], finished?.['modes']], ['154', 'done', { simple: 1, medium: 1, complex: 1 }]);

    const log = file('one.jsonl');
    const stopped = await solve(...seed, '--rounds', '1', '--log', log);
    assert.match(stopped.stdout + stopped.stderr, /answer: none {3}stopped: budget[\s\S]*budget of 1 rounds is spent/);
    assert.match((await solve(...seed, '--log', log)).stderr, /is there already: name a new log, or go on with it by --resume/);
    assert.match((await solve(...seed, '--log', log, '--resume', '--good', '0.9')).stderr, /made with other settings/);
    const resumed = await solve(...seed, '--log', log, '--resume', '--json');
    assert.deepEqual(timeless(jsonLines(resumed.stdout).find(({ type }) => type === 'finished')), timeless(finished));
    const kept = jsonLines(readFileSync(log, 'utf8'));
    assert.deepEqual(kept.map(({ type }) => type), ['run', 'started', 'round', 'round', 'round', 'finished', 'run-end']);

    const same = await runCli(['replay', log]);
    assert.match(same.stdout, /replayed: the same/);
    const other = await runCli(['replay', log, '--good', '1', '--low', '1', '--bad', '1', '--penalty', 'none', '--json']);
    const numbers = jsonLines(other.stdout).at(-1) as { firstChange: number; totals: { modes: Record<string, number> } };
    assert.deepEqual([numbers.firstChange, numbers.totals.modes['complex']], [0, 3]);
  });

  it('a data set: answers against gold, and a row that is no problem costs only itself', async () => {
    const data = file('rows.jsonl');
    writeFileSync(data, [{ id: 'a', question: QUESTION, answer: 154 }, { nothing: 1 }, { problem: 'Calculate 2 + 2.', answer: 'It is four.\n#### 5' }].map((row) => JSON.stringify(row)).join('\n'));
    const ran = await solve('--data', data, '--strategy', 'majority', '--samples', '2', '--temperature', '0');
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /rows\.jsonl row 1.*has no question/);
    assert.match(ran.stdout, /a +154 +✓ correct[\s\S]*row 2 +4 +✗ wrong[\s\S]*accuracy: 50\.0% \[9\.\d, 90\.\d\] \(95% Wilson, n = 2\)/);
    const none = await solve('--data', data, '--row', '9');
    assert.match(none.stderr, /has no row 9/);
  });

  it('says what is wrong with a command line, before a model is loaded', async () => {
    const wrong = async (message: RegExp, ...args: readonly string[]) => {
      const { code, stderr } = await solve(...args);
      assert.deepEqual([code, message.test(stderr)], [2, true], stderr);
    };
    await Promise.all([
      wrong(/needs a problem/, '--json'),
      wrong(/--strategy magic is not one of pats, all-simple/, '--question', 'Q', '--strategy', 'magic'),
      wrong(/thresholds are not in order/, '--question', 'Q', '--good', '0.5'),
      wrong(/--policy-endpoint needs --policy-template/, '--question', 'Q', '--policy-endpoint', 'http://127.0.0.1:9'),
      wrong(/has no \{question\}/, '--question', 'Q', '--policy-template', 'Q:'),
      wrong(/--resume goes with --log/, '--question', 'Q', '--resume'),
      wrong(/no-such-model/, '--question', 'Q', '--policy', 'no-such-model'),
    ]);
    assert.match((await runCli(['replay', 'media/samples/photos.md'])).stderr, /no search for steps with thinking modes/);
    assert.match((await runCli(['replay'])).stderr, /replay takes one file/);
  });
});
