import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { readBiasEvents } from '../../src/core/bias/read-events.ts';
import type { BiasEvent } from '../../src/core/bias/events.ts';
import { parseRunLog, type RunLog } from '../../src/core/run/run-log.ts';
import { exported, tabs } from './exports.ts';
import { eventually, LONG, openText, run } from './traces.ts';

const QUESTION = 'Mia has 393 photos. Mia loses 237 photos. How many photos does Mia have now?';
const GIVEN = `# Problem\n\n${QUESTION}\n\n# Solution\n\n<think>\nMia has 237 fewer photos: 393 - 237 = 156.\n\nSo the answer is 156.\n</think>\n\nThe answer is \\boxed{156}.\n`;

const hide = (argument: unknown, choice: object): Promise<string | undefined> => Promise.resolve(vscode.commands.executeCommand<string | undefined>('stepscope.hideInput', argument, choice));

/** The log of a run, as it is exported. */
async function logOf(id: string | undefined): Promise<{ readonly log: RunLog; readonly events: readonly BiasEvent[] }> {
  assert.ok(id);
  const log = parseRunLog(id, await exported(id));
  assert.ok(log.ok);
  const events = readBiasEvents(id, log.value, 'masking');
  assert.ok(events.ok, events.ok ? '' : events.error.message);
  return { log: log.value, events: events.value };
}

const masked = (events: readonly BiasEvent[]) => events.filter((event) => event.type === 'masked');

describe('hiding input', function () {
  this.timeout(LONG);
  let id: string | undefined;

  it('has the policy write a trace where there is none, and continues it under each plan', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    id = await hide({ question: QUESTION, gold: '156' }, { targets: ['question', 'random', 'nothing'], start: 'start' });
    const { log, events } = await logOf(id);
    assert.deepEqual([log.header.kind, log.header.models.map(({ info }) => info.name), log.end?.reason], ['masking', ['reasoner'], 'done']);
    const trace = events.find((event) => event.type === 'trace');
    assert.deepEqual([trace?.given, trace?.trace.answer, trace?.trace.correct], [undefined, '156', true]);
    const [question, nothing] = masked(events);
    // The model cannot know numbers that it never sees; what is only continued again is the same.
    assert.equal(question?.comparison.answerChanged, true);
    assert.equal(question.mask.hidden?.map(({ text }) => text).join(''), QUESTION);
    assert.ok(events.some((event) => event.type === 'not-applicable' && event.plan === 1 && /no \d+ tokens in a row/.test(event.message)), 'so early there is no place for a random span');
    assert.equal(nothing?.comparison.same, true);
  });

  it('opens again from its log', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('openRun', id);
    await eventually('the panel', () => tabs().some((label) => label.includes('Mia has 393')));
  });

  it('reads a solution of a document as text, says so in the log, and keeps what stands before the mask', async () => {
    const { document } = await openText(GIVEN);
    const made = await hide(document.uri, { targets: ['numbers', 'step:2', 'random:numbers', 'nothing'], start: 'step:2' });
    const { events } = await logOf(made);
    const trace = events.find((event) => event.type === 'trace');
    assert.equal(trace?.given, true);
    assert.equal(trace.trace.pFirst !== undefined && trace.trace.tokens !== undefined && trace.trace.pFirst < trace.trace.tokens, true);
    const kept = trace.trace.text.slice(0, trace.trace.steps[1]?.start);
    assert.ok(masked(events).every((event) => event.trace.text.startsWith(kept)));
    assert.deepEqual(masked(events)[0]?.mask.hidden?.map(({ text }) => text).join(''), '393237');
    assert.equal(masked(events)[1]?.mask.hidden?.length, 6);
    assert.ok(events.some((event) => event.type === 'not-applicable' && /does not stand before/.test(event.message)));
  });
});
