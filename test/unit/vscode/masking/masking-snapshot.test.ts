import assert from 'node:assert/strict';
import { comparePair } from '../../../../src/core/bias/compare.ts';
import type { BiasEvent, TraceMeasure } from '../../../../src/core/bias/events.ts';
import { traceReader } from '../../../../src/core/bias/measure-trace.ts';
import { DEFAULT_BIAS_SETTINGS } from '../../../../src/core/bias/settings.ts';
import { parseMaskingViewMessage, PLAN_COLUMNS, type MaskDraft, type PlanResult } from '../../../../src/protocol/masking-view.ts';
import { firstDraft, plansOf } from '../../../../src/vscode/masking/masking-choices.ts';
import { maskingExports, maskingHeadline, stateOfLog } from '../../../../src/vscode/masking/masking-log.ts';
import { maskingSnapshot } from '../../../../src/vscode/masking/masking-snapshot.ts';
import type { MaskingState } from '../../../../src/vscode/masking/masking-state.ts';

const QUESTION = 'Mia has 393 photos. Mia loses 237 photos. How many photos does Mia have now?';
const TRACE = 'Mia has fewer photos: 393 - 237 = 156.\n\nSo the answer is 156.\n\nWait, let me check.\n\n393 - 237 = 156.\n</think>\n\nThe answer is \\boxed{156}.';
const MASKED = 'Mia has fewer photos: 393 - 237 = 156.\n\nSo the answer is 156.\n\nWait, it is 157.\n</think>\n\nThe answer is \\boxed{157}.';

const reader = traceReader(DEFAULT_BIAS_SETTINGS.detectors);
/** Every ten characters a token. */
const measured = (text: string): TraceMeasure => ({ ...reader.measure(text, '156'), finish: 'end', tokens: Math.ceil(text.length / 10), pFirst: 6 });

function state(change: Partial<MaskingState> = {}, draft: Partial<MaskDraft> = {}): MaskingState {
  const subject = { name: 'photos', question: `\n${QUESTION}`, gold: '156' };
  const base = { subject, settings: { ...DEFAULT_BIAS_SETTINGS, system: 'reflect at random' }, policy: 'reasoner', lacks: {}, trace: measured(TRACE) };
  return { ...base, draft: { ...firstDraft(base), ...draft }, ...change };
}

function plans(draft: MaskDraft) {
  const found = plansOf(draft);
  assert.ok(found.ok);
  return found.value;
}

function ran(draft: Partial<MaskDraft> = {}): MaskingState {
  const before = state({}, { targets: ['question', 'numbers', 'nothing'], ...draft });
  const [original, masked] = [measured(TRACE), measured(MASKED)];
  const mask = { method: 'mask' as const, hidden: [{ position: 3, text: ' photos' }], from: 40, kept: TRACE.indexOf('.\n\nWait') };
  const events: BiasEvent[] = [
    { type: 'trace', row: 0, question: QUESTION, gold: '156', trace: original, deviation: undefined },
    { type: 'masked', row: 0, plan: 0, mask, trace: masked, comparison: comparePair(original, masked, { original: ['a', 'b', 'c'], masked: ['a', 'b', 'd'] }) },
    { type: 'not-applicable', row: 0, plan: 1, message: 'The question has no number: the plan does not apply to this question.' },
    { type: 'masked', row: 0, plan: 2, mask: { ...mask, hidden: [] }, trace: original, comparison: comparePair(original, original, { original: ['a'], masked: ['a'] }) },
  ];
  return { ...before, settings: { ...before.settings, plans: plans(before.draft) }, run: { id: 'masking-1', title: 'photos', events, end: { reason: 'done' } } };
}

const cell = (cells: readonly string[], name: (typeof PLAN_COLUMNS)[number]) => cells[PLAN_COLUMNS.indexOf(name)];

describe('the panel of hidden input', () => {
  it('starts after the first answer, with the random control chosen and, for a given solution, nothing hidden too', () => {
    assert.deepEqual(state().draft, { targets: ['question', 'numbers', 'random'], start: 'first', method: 'mask', layers: '', heads: '' });
    const given = { name: '', question: QUESTION, solution: { response: TRACE, steps: [] }, selected: { start: 0, end: 3 } };
    assert.deepEqual(firstDraft({ subject: given, lacks: { masks: 'x' } }), { targets: ['selection:0-3', 'random', 'nothing'], start: 'start', method: 'remove', layers: '', heads: '' });
  });

  it('strikes through what is hidden and marks where the mask starts', () => {
    const { question, system, steps, startStep } = maskingSnapshot(state({}, { targets: ['numbers', 'sentence:3', 'system', 'step:1'] }));
    assert.deepEqual(question.hidden.map(({ start, end }) => question.text.slice(start, end)), ['393', '237', 'How many photos does Mia have now?']);
    assert.deepEqual(system?.hidden, [{ start: 0, end: 'reflect at random'.length }]);
    assert.deepEqual(steps.map(({ hidden }) => hidden.length), [1, 0, 0, 0]);
    assert.equal(startStep, 1);
    assert.equal(steps[1]?.text.slice(0, steps[1].startAt), 'So the answer is 156');
    assert.match(steps[1].marks.join(), /first answer: 156/);
    assert.match(steps[2]?.marks.join() ?? '', /reflection: Wait/);
  });

  it('says why something cannot be chosen, and which model could', () => {
    const later = maskingSnapshot(state({}, { start: 'start', targets: ['step:2'] }));
    assert.match(later.targets.find(({ name }) => name === 'step:2')?.lack ?? '', /does not stand before the start/);
    const lacks = { masks: 'm does not give masks: use another.', attention: 'm does not give its attention.' };
    const served = maskingSnapshot(state({ lacks }));
    assert.deepEqual([served.methods[0]?.lack, served.blocked, served.partsLack], [lacks.masks, lacks.masks, lacks.attention]);
    assert.equal(maskingSnapshot(state({ lacks }, { method: 'remove' })).blocked, undefined);
    assert.match(maskingSnapshot(state({ lacks }, { method: 'remove' })).notes.join(), /approximation/);
    assert.match(maskingSnapshot(state({}, { targets: [] })).blocked ?? '', /Choose what to hide/);
  });

  it('reads layers and heads, and names what it cannot read', () => {
    assert.deepEqual(plans({ targets: ['question'], start: 'first', method: 'mask', layers: '0, 3-5', heads: '' }), [{ target: { kind: 'question' }, start: { kind: 'first' }, method: 'mask', layers: [0, 3, 4, 5] }]);
    const bad = plansOf({ targets: ['question'], start: 'first', method: 'mask', layers: '5-3', heads: '' });
    assert.match(bad.ok ? '' : bad.error.message, /Layers: "5-3"/);
  });

  it('puts each continuation beside the trace, with its numbers and its first difference', () => {
    const { results, cells, status, steps } = maskingSnapshot(ran());
    const [masked, none, nothing] = results as readonly [PlanResult, PlanResult, PlanResult];
    assert.equal(masked.rows.length, steps.length + 1);
    assert.deepEqual(masked.rows.map((row) => row.map(({ state: how }) => how)), [['kept'], ['same'], ['differs'], [], ['differs']]);
    const differs = masked.rows[2]?.[0];
    assert.equal(differs?.text.slice(differs.difference?.start, differs.difference?.end), 'it');
    assert.equal(cell(masked.cells, 'first'), 'step 3, token 3');
    assert.equal(cell(masked.cells, 'tokens'), `${Math.ceil(MASKED.length / 10)} (−${Math.ceil(TRACE.length / 10) - Math.ceil(MASKED.length / 10)})`);
    assert.equal(cell(masked.cells, 'changed'), 'yes ≠');
    assert.equal(cell(masked.cells, 'hidden'), '1');
    assert.equal(cell(cells, 'answer'), '156');
    assert.deepEqual([none.state, none.cells], ['none', []]);
    assert.match(none.message ?? '', /no number/);
    assert.match(cell(nothing.cells, 'first') ?? '', /nowhere/);
    assert.match(status, /n = 1/);
  });

  it('shows a run of the log as it was, and writes it for reading', async () => {
    const { settings, run } = ran();
    const header = { type: 'run', version: 1, kind: 'masking', id: 'masking-1', title: 'photos', started: '', models: [], settings } as const;
    const log = { header, events: JSON.parse(JSON.stringify(run?.events)) as unknown[] } as Parameters<typeof stateOfLog>[1];
    const read = stateOfLog('masking-1', log);
    assert.ok(read.ok, read.ok ? '' : read.error.message);
    assert.deepEqual(read.value.draft.targets, ['question', 'numbers', 'nothing']);
    assert.deepEqual(maskingSnapshot(read.value).results.map(({ cells }) => cells), maskingSnapshot(ran()).results.map(({ cells }) => cells));
    const text = await maskingExports()[0]?.write(log);
    assert.match(text?.ok === true ? text.value : '', /\|(---\|){8}\n[^]*\| Question hidden\\, from the first answer \| \d+ /);
    assert.equal(maskingHeadline(settings.plans, run?.events ?? []), '2 plans, answer changed under question@first');
    const early = stateOfLog('x', { ...log, events: [] });
    assert.match(early.ok ? '' : early.error.message, /before there was a trace/);
  });

  it('takes nothing but its own messages', () => {
    assert.ok(parseMaskingViewMessage({ type: 'draft', draft: { targets: ['question'], start: 'first', method: 'mask', layers: '', heads: '' } }));
    for (const bad of [null, {}, { type: 'draft' }, { type: 'draft', draft: { targets: [1], start: '', method: 'x', layers: '', heads: '' } }]) assert.equal(parseMaskingViewMessage(bad), undefined);
  });
});
